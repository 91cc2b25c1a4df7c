//! The chart: bars taken apart, and what was there before.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::{TestApp, event};

/// Twelve methods within the last hour: `M0` once, `M1` twice and so on, `DELETE` refused by a 403;
/// and in the hour before five entries.
async fn with_methods() -> TestApp {
    let app = TestApp::start().await;
    let mut events = Vec::new();
    for method in 0..12_i64 {
        for n in 0..=method {
            let mut e = event(&format!("{method}-{n}"), 5 + 3 * n);
            e["request"]["method"] = json!(format!("M{method}"));
            if method == 3 {
                e["request"]["method"] = json!("DELETE");
                e["request"]["status_code"] = json!(403);
            }
            if method == 0 {
                e["request"] = json!({});
            }
            events.push(e);
        }
    }
    events.extend((0..5).map(|i| event(&format!("before{i}"), 65 + 10 * i)));
    let stored = app.ingest(Value::from(events.clone()).to_string()).await.json()["stored"].clone();
    assert_eq!(stored, events.len());
    app
}

fn sum(row: &Value) -> u64 {
    row.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum()
}

/// In each bar the parts add up to the whole.
fn check(histogram: &Value) {
    let stack = &histogram["stack"];
    for (i, bucket) in histogram["buckets"].as_array().unwrap().iter().enumerate() {
        let rows = stack["bars"]["values"].as_array().unwrap().iter();
        let rows = rows.chain([&stack["bars"]["other"], &stack["bars"]["absent"]]);
        let parts: u64 = rows.map(|row| row[i].as_u64().unwrap()).sum();
        assert_eq!(parts, sum(&bucket["counts"]), "bar {i}");
    }
}

#[tokio::test]
async fn bars_are_taken_apart_and_obey_every_filter() {
    let app = with_methods().await;
    let get = async |query: &str| {
        app.get(&format!("/api/projects/acme/histogram?range=1h&{query}")).await.json()
    };
    let plain = get("").await;
    assert!(plain.get("stack").is_none() && get("stack=outcome").await.get("stack").is_none());

    let all = get("stack=method").await;
    check(&all);
    let stack = &all["stack"];
    let names: Vec<_> = stack["values"].as_array().unwrap().iter().map(|v| &v["value"]).collect();
    assert_eq!(names, ["M11", "M10", "M9", "M8", "M7", "M6", "M5", "M4"]);
    assert_eq!((&stack["by"], &stack["other_values"]), (&json!("method"), &json!(3)));
    assert_eq!((sum(&stack["bars"]["other"]), sum(&stack["bars"]["absent"])), (4 + 3 + 2, 1));
    // The bars themselves are the same, whatever they are stacked by.
    assert_eq!(all["buckets"], plain["buckets"]);

    // Unlike in a facet, the choice for the field itself counts.
    let some = get("stack=method&method=M2&method=M5&method=M2&as_of=30").await;
    check(&some);
    let values = some["stack"]["values"].as_array().unwrap();
    assert_eq!(values.iter().map(|v| &v["value"]).collect::<Vec<_>>(), ["M5", "M2"]);
    assert_eq!(some["sum"], 6 + 3);

    let status = get("stack=status").await;
    check(&status);
    let values = status["stack"]["values"].as_array().unwrap();
    let values: Vec<_> =
        values.iter().map(|v| (v["value"].as_str().unwrap(), &v["count"])).collect();
    assert_eq!(values, [("2xx", &json!(73)), ("4xx", &json!(4))]);
}

#[tokio::test]
async fn an_overview_carries_the_stack_when_asked() {
    let app = with_methods().await;
    let overview = async |query: &str| {
        let answer = app.get(&format!("/api/projects/acme/overview?range=1h{query}")).await;
        let lines = answer.body.split(|&b| b == b'\n');
        let mut parts = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
        parts.find(|part| part["part"] == "histogram").unwrap()
    };
    assert!(overview("").await.get("stack").is_none());
    let histogram = overview("&stack=source&scale=log&compare=previous").await;
    check(&histogram);
    assert_eq!(histogram["stack"]["values"][0]["value"], "dashboard");
    let alone = app.get("/api/projects/acme/histogram?range=1h&stack=source").await.json();
    assert_eq!(alone["stack"], histogram["stack"]);
}

#[tokio::test]
async fn the_previous_period_is_as_long_and_just_before() {
    let app = with_methods().await;
    let path = "/api/projects/acme/histogram";
    let now = app.get(&format!("{path}?range=1h&tz=Europe/Berlin&buckets=20")).await.json();
    let before =
        app.get(&format!("{path}/previous?range=1h&tz=Europe/Berlin&buckets=20")).await.json();
    assert_eq!(
        before["span"],
        json!({"from": "2026-11-20T10:00:00.001Z", "to": "2026-11-20T11:00:00.001Z"})
    );
    assert_eq!((&before["total"], sum(&before["counts"])), (&json!(5), 5));
    // Bar by bar: an hour before each of these.
    let buckets = now["buckets"].as_array().unwrap();
    assert_eq!(before["counts"].as_array().unwrap().len(), buckets.len());
    for (bucket, count) in buckets.iter().zip(before["counts"].as_array().unwrap()) {
        let hour_before = |key: &str| {
            let at: daybook_model::Timestamp = bucket[key].as_str().unwrap().parse().unwrap();
            at.plus_millis(-3_600_000).to_string()
        };
        let asked = format!("{path}?from={}&to={}", hour_before("from"), hour_before("to"));
        assert_eq!(&app.get(&asked).await.json()["total"], count, "{asked}");
    }
    // The same filter and moment.
    let filtered = app.get(&format!("{path}/previous?range=1h&as_of=81&method=PATCH")).await.json();
    assert_eq!((&filtered["total"], &filtered["as_of"]), (&json!(3), &json!(81)));
    let other = app.get(&format!("{path}/previous?range=1h&method=M5")).await.json();
    assert_eq!(other["total"], 0);
}

#[tokio::test]
async fn what_has_nothing_before_it_is_not_compared() {
    let app = TestApp::start().await;
    for (query, field) in [
        ("range=all", "range"),
        ("from=1970-01-01T00:00:00Z&to=1971-01-01T00:00:00Z", "from"),
        ("range=1h&stack=actor", "stack"),
        ("range=1h&scale=cubic", "scale"),
        ("range=1h&compare=next", "compare"),
    ] {
        let answer = app.get(&format!("/api/projects/acme/histogram/previous?{query}")).await;
        let told = (answer.status, answer.error().0);
        assert_eq!(told, (StatusCode::BAD_REQUEST, field.to_owned()), "{query}");
    }
    // Less than the same length is before it, but nothing that Daybook would have accepted.
    let path =
        "/api/projects/acme/histogram/previous?from=1970-02-01T00:00:00Z&to=1970-06-01T00:00:00Z";
    let early = app.get(path).await.json();
    assert_eq!(
        (&early["span"]["from"], &early["total"]),
        (&json!("1970-01-01T00:00:00.000Z"), &json!(0))
    );
}
