//! Reading: pages, counts, and what is said about a query that cannot be answered.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::{TestApp, event};

/// A server with entries 1 to `n`, one a minute, the last the oldest; every fourth failed.
async fn with_entries(n: i64) -> TestApp {
    let app = TestApp::start().await;
    let events: Vec<Value> = (1..=n)
        .map(|i| {
            let mut e = event(&format!("e{i}"), i);
            if i % 4 == 0 {
                e["request"]["status_code"] = json!(if i % 8 == 0 { 500 } else { 404 });
                e["outcome"] = json!("failure");
            }
            e
        })
        .collect();
    assert_eq!(app.ingest(Value::from(events).to_string()).await.json()["stored"], n);
    app
}

fn seqs(page: &Value) -> Vec<u64> {
    page["entries"].as_array().unwrap().iter().map(|e| e["seq"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn pages_walk_forth_and_back() {
    let app = with_entries(120).await;
    let first = app.get("/api/projects/acme/events").await.json();
    assert_eq!(seqs(&first), (1..=50).collect::<Vec<_>>());
    assert_eq!((&first["before"], &first["previous"]), (&json!(0), &Value::Null));
    let second = app
        .get(&format!("/api/projects/acme/events?cursor={}", first["next"].as_str().unwrap()))
        .await
        .json();
    assert_eq!((seqs(&second), &second["before"]), ((51..=100).collect(), &json!(50)));
    let third = app
        .get(&format!("/api/projects/acme/events?cursor={}", second["next"].as_str().unwrap()))
        .await
        .json();
    assert_eq!(
        (seqs(&third).len(), &third["next"], &third["before"]),
        (20, &Value::Null, &json!(100))
    );
    let back = app
        .get(&format!("/api/projects/acme/events?cursor={}", third["previous"].as_str().unwrap()))
        .await
        .json();
    assert_eq!((seqs(&back), &back["before"]), (seqs(&second), &json!(50)));
}

#[tokio::test]
async fn a_page_does_not_move_while_entries_arrive() {
    let app = with_entries(60).await;
    let first = app.get("/api/projects/acme/events").await.json();
    app.ingest(json!([event("new", 0)]).to_string()).await;
    let second = app
        .get(&format!("/api/projects/acme/events?cursor={}", first["next"].as_str().unwrap()))
        .await
        .json();
    assert_eq!((seqs(&second), &second["as_of"]), ((51..=60).collect(), &json!(60)));
    assert_eq!(app.get("/api/projects/acme/events?as_of=60").await.json()["entries"][0]["seq"], 1);
    assert_eq!(app.get("/api/projects/acme/events").await.json()["entries"][0]["seq"], 61);
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let app = with_entries(60).await;
    let first = app.get("/api/projects/acme/events").await.json();
    let cursor = first["next"].as_str().unwrap();
    for query in [
        format!("cursor={cursor}&status=4xx"),
        format!("cursor={cursor}&sort=time"),
        format!("cursor={cursor}&range=1h"),
        "cursor=abc".into(),
    ] {
        let answer = app.get(&format!("/api/projects/acme/events?{query}")).await;
        assert_eq!(
            (answer.status, answer.error().0.as_str()),
            (StatusCode::BAD_REQUEST, "cursor"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_bad_query_is_told_by_its_key() {
    let app = TestApp::start().await;
    let many = vec!["action=a"; 201].join("&");
    for (query, field) in [
        ("colour=red", "colour"),
        ("range=24h&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z", "range"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z", "from"),
        ("range=1h&range=2h", "range"),
        ("status=abc", "status"),
        ("actor=58392", "actor"),
        ("q=%FF", "q"),
        ("limit=0", "limit"),
        ("tz=Mars/Olympus", "tz"),
        (many.as_str(), "action"),
    ] {
        for part in ["events", "overview", "histogram", "facets"] {
            let answer = app.get(&format!("/api/projects/acme/{part}?{query}")).await;
            if field == "tz" && matches!(part, "events" | "facets") {
                continue; // these have no bars
            }
            assert_eq!(
                (answer.status, answer.error().0.as_str()),
                (StatusCode::BAD_REQUEST, field),
                "{part}?{query}"
            );
        }
    }
}

#[tokio::test]
async fn the_overview_comes_in_parts_that_agree() {
    let app = with_entries(120).await;
    let answer = app
        .get("/api/projects/acme/overview?status.not=5xx&tab=all&event=3&facets=status,actor")
        .await;
    let parts: Vec<Value> = answer
        .body
        .split(|&b| b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect();
    assert_eq!(
        parts.iter().map(|p| p["part"].as_str().unwrap()).collect::<Vec<_>>(),
        ["tabs", "page", "histogram", "facets", "tab_totals"]
    );
    assert_eq!((&parts[2]["total"], &parts[2]["sum"]), (&json!(105), &json!(105)));
    assert_eq!((&parts[1]["span"], &parts[1]["as_of"]), (&parts[2]["span"], &parts[2]["as_of"]));
    // A facet's counts ignore its own choice; other facets obey it.
    let status = &parts[3]["facets"][0];
    assert_eq!(status["field"], "status");
    let count = |value: &str| {
        status["values"]
            .as_array()
            .unwrap()
            .iter()
            .find(|v| v["value"] == value)
            .map(|v| v["count"].clone())
    };
    assert_eq!((count("500"), count("404")), (Some(json!(15)), Some(json!(15))));
    assert_eq!(parts[3]["facets"][1]["values"][0]["count"], 105);
    assert_eq!(parts[3]["facets"][1]["values"][0]["label"], "Maya Ortiz");
    // Tabs are counted under the filter, whatever tab the question is asked in.
    let (tabs, totals) = (parts[0]["tabs"].as_array().unwrap(), &parts[4]["totals"]);
    let total = |key: &str| &totals[tabs.iter().position(|tab| tab["key"] == key).unwrap()];
    assert_eq!(
        (total("all"), total("requests"), total("runs")),
        (&json!(105), &json!(105), &json!(0))
    );
}

#[tokio::test]
async fn a_tab_bounds_what_is_asked_in_it() {
    let app = TestApp::start().await;
    let mut events: Vec<_> = (0..6).map(|i| event(&format!("e{i}"), i)).collect();
    for (i, event) in events.iter_mut().enumerate() {
        let operation = ["login", "update", "logout"][i % 3];
        event["operation"] = json!(operation);
    }
    app.ingest(json!(events).to_string()).await;
    let get = async |part: &str, query: &str| {
        app.get(&format!("/api/projects/acme/{part}?range=all&{query}")).await.json()
    };
    let found = |page: &Value| page["entries"].as_array().unwrap().len();
    let page = get("events", "tab=access&limit=3").await;
    assert_eq!(found(&page), 3);
    let next = page["next"].as_str().unwrap();
    assert_eq!(found(&get("events", &format!("tab=access&limit=3&cursor={next}")).await), 1);
    // A cursor of one tab is no place in another.
    let other = get("events", &format!("limit=3&cursor={next}")).await;
    assert_eq!(other["error"]["field"], "cursor");
    assert_eq!(get("histogram", "tab=access&operation.not=login").await["total"], 2);
    // The facet ignores the filter's own choice, but not the tab.
    let facet = get("facets", "tab=access&operation=login&facets=operation").await;
    let listed: Vec<_> = facet[0]["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["value"].as_str().unwrap())
        .collect();
    assert_eq!(listed, ["login", "logout"]);
    let wrong = get("events", "tab=weather").await;
    assert_eq!(wrong["error"]["field"], "tab");
}

#[tokio::test]
async fn what_empties_a_result_is_told() {
    let app = with_entries(40).await;
    let answer = app.get("/api/projects/acme/without?status=5xx&method=DELETE").await.json();
    assert_eq!(
        answer,
        json!([
            {"key": "method", "total": 5, "alone": 0},
            {"key": "status", "total": 0, "alone": 5},
            {"key": "range", "total": 0},
        ])
    );
    // What is left out matches something by itself, or it does not: that is nobody's question.
    let answer = app.get("/api/projects/acme/without?q=nowhere&status.not=5xx").await.json();
    assert_eq!((&answer[0]["key"], &answer[0]["alone"]), (&json!("q"), &json!(0)));
    assert_eq!((&answer[1]["key"], &answer[1]["alone"]), (&json!("status.not"), &Value::Null));
}

#[tokio::test]
async fn an_entry_is_whole_and_a_row_says_what_it_leaves_out() {
    let app = TestApp::start().await;
    let mut changed = event("a", 1);
    changed["change"] = json!({"before": {"replicas": 2}, "after": {"replicas": 3}});
    changed["context"] = json!({"run": [1, 2]});
    app.ingest(json!([changed]).to_string()).await;
    let row = &app.get("/api/projects/acme/events").await.json()["entries"][0];
    assert_eq!((&row["change"], &row["omitted"]), (&Value::Null, &json!(["change", "context"])));
    let entry = app.get("/api/projects/acme/events/1").await.json();
    assert_eq!((&entry["change"], &entry["context"]), (&changed["change"], &changed["context"]));
    assert_eq!(app.get("/api/projects/acme/events/2").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn parts_that_cannot_overlap_are_named() {
    let app = TestApp::start().await;
    let event = |i: u32, application: &str, cluster: &str| {
        let mut event = event(&format!("e{i}"), i.into());
        event["application"] = json!({"id": application});
        event["cluster"] = json!({"id": cluster});
        event
    };
    let events: Vec<_> = [("web", "eu"), ("web", "eu"), ("api", "us")]
        .iter()
        .zip(0..)
        .map(|((a, c), i)| event(i, a, c))
        .collect();
    app.ingest(json!(events).to_string()).await;
    let ask = async |query: &str| {
        app.get(&format!("/api/projects/acme/conflicts?range=all&{query}")).await.json()
    };
    let both = json!([{"keys": ["application", "cluster"], "totals": [2, 1]}]);
    assert_eq!(ask("application=web&cluster=us").await, both);
    assert_eq!(ask("application=web&cluster=us&method=DELETE").await[0], both[0]);
    assert_eq!(ask("application=web&cluster=eu").await, json!([]));
    // What occurs nowhere is not in conflict with anything.
    assert_eq!(ask("application=web&cluster=moon").await, json!([]));
}
