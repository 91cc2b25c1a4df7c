//! Where a rule would have fired.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{failure, send, store, watching, with};

#[tokio::test]
async fn a_rule_is_tried_on_what_the_log_has() {
    let (app, admin) = watching().await;
    let day = 24 * 60;
    let mut events = Vec::new();
    for attack in 0..4 {
        for n in 0..5 {
            events.push(failure(&format!("a{attack}-{n}"), attack * 2 * day + 60 - n, "a"));
        }
        events.push(failure(&format!("b{attack}"), attack * 2 * day + 60, "b"));
    }
    events.push(with("x", 20 * day, &json!({})));
    store(&app, events).await;
    let try_out = async |body: Value| {
        let answer = send(&app, &admin, Method::POST, "backtest", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.error());
        answer.json()
    };
    let count = json!({"kind": "count", "at_least": 3, "window": 600});
    let mut body =
        json!({"filter": "outcome=failure", "condition": count, "by": "actor", "quiet": 3600});
    let tried = try_out(body.clone()).await;
    assert_eq!(
        (&tried["total"], &tried["matching"], &tried["complete"]),
        (&json!(4), &json!(24), &json!(true))
    );
    let latest = &tried["episodes"][0];
    assert_eq!((&latest["count"], &latest["at"]), (&json!(5), &json!("2026-11-20T11:02:00.000Z")));
    assert_eq!(latest["samples"].as_array().unwrap().len(), 5);
    assert_eq!(latest["group"]["value"], "user:a");
    let week = tried["per_week"].as_f64().unwrap();
    assert!((1.3..1.5).contains(&week), "{week}: four in almost twenty days");
    // A part of the time has what fired in it.
    body["span"] = json!({"from": "2026-11-17T00:00:00Z", "to": "2026-11-19T00:00:00Z"});
    assert_eq!(try_out(body.clone()).await["total"], 1);
    body["span"] = json!({"from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"});
    let nothing = try_out(body.clone()).await;
    assert_eq!((&nothing["total"], &nothing["span"]), (&json!(0), &Value::Null));
    body["span"] = json!({"from": "2026-12-02T00:00:00Z", "to": "2026-12-01T00:00:00Z"});
    let refused = send(&app, &admin, Method::POST, "backtest", body).await;
    assert_eq!(refused.error().0, "span.from");
    let new = json!({"condition": {"kind": "new", "field": "actor"}, "filter": "source=dashboard"});
    assert_eq!(try_out(new).await["total"], 3, "58392, a and b");
    let silence =
        json!({"condition": {"kind": "absence", "window": 36 * 3600}, "filter": "outcome=failure"});
    assert_eq!(try_out(silence.clone()).await["total"], 3);
    let mut quiet = silence;
    quiet["quiet"] = json!(30 * 24 * 3600);
    assert_eq!(try_out(quiet).await["total"], 1, "silences within the quiet time are one");
    for range in ["range=7d", "range=24h", "range=all"] {
        let body = json!({"filter": range, "condition": {"kind": "any"}});
        let refused = send(&app, &admin, Method::POST, "backtest", body.clone()).await;
        assert_eq!(refused.error().0, "filter", "{range}");
        let mut body = body;
        (body["name"], body["severity"]) = (json!("x"), json!("low"));
        let refused = send(&app, &admin, Method::POST, "rules", body).await;
        assert_eq!(refused.error().0, "filter", "{range}");
    }
    app.state.alerts.close().await;
}

#[tokio::test]
async fn a_log_of_a_day_has_no_rate() {
    let (app, admin) = watching().await;
    store(&app, vec![failure("f1", 2, "a"), failure("f2", 1, "a")]).await;
    let body = json!({"filter": "outcome=failure", "condition": {"kind": "any"}, "quiet": 3600});
    let tried = send(&app, &admin, Method::POST, "backtest", body).await.json();
    assert_eq!((&tried["total"], &tried["per_week"]), (&json!(1), &Value::Null), "{tried}");
    app.state.alerts.close().await;
}
