//! Exports: what the file says is what the list says, and a file that is not all there says so.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use daybook_model::{
    account::{NewToken, TokenScope},
    export::{CAPPED, FAILED},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::app::{Answer, TestApp, event, now};

/// Entries of several kinds: in several orders, some with states, some that a careless file breaks on.
async fn with_entries(n: i64) -> TestApp {
    let app = TestApp::start().await;
    let events: Vec<Value> = (1..=n)
        .map(|i| {
            let mut e = event(&format!("e{i}"), i % 500);
            e["request"]["status_code"] =
                json!([200, 201, 404, 500][usize::try_from(i % 4).unwrap()]);
            e["resource"]["name"] = json!(
                ["=cmd()", "a,b\"c\"", "line\nbreak", "\u{202e}rtl 🎈", "'=x"]
                    [usize::try_from(i % 5).unwrap()]
            );
            if i % 3 == 0 {
                e["change"] = json!({"before": {"n": i}, "after": null});
                e["context"] = json!({"k": "v".repeat(usize::try_from(i % 50).unwrap())});
            }
            if i % 7 == 0 {
                e.as_object_mut().unwrap().remove("resource");
            }
            e
        })
        .collect();
    for events in events.chunks(5_000) {
        let answer = app.ingest(Value::from(events.to_vec()).to_string()).await;
        assert_eq!(answer.json()["stored"], events.len());
    }
    app
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

async fn export(app: &TestApp, query: &str) -> Answer {
    let answer = app.get(&format!("/api/projects/acme/export?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", text(&answer));
    answer
}

/// The entries that pages list, in their order.
async fn listed(app: &TestApp, query: &str) -> Vec<u64> {
    let mut seqs = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/projects/acme/events?{query}&limit=500{cursor}");
        let page = app.get(&path).await.json();
        seqs.extend(page["entries"].as_array().unwrap().iter().map(|e| e["seq"].as_u64().unwrap()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seqs,
        }
    }
}

#[tokio::test]
async fn a_file_has_what_the_screen_has_in_its_order() {
    let app = with_entries(1_500).await;
    // The exports themselves are entries: as_of keeps them out of both.
    let range = "range=24h&as_of=1500";
    for sort in
        ["-time", "time", "status", "-status", "resource", "-actor", "-path", "run", "-error"]
    {
        for filter in ["", "&status=4xx", "&q=cmd", "&resource=", "&action=nothing"] {
            let query = format!("{range}&sort={sort}{filter}");
            let wanted = listed(&app, &query).await;
            for columns in ["all", "seq,outcome"] {
                let answer =
                    export(&app, &format!("{query}&format=ndjson&columns={columns}")).await;
                let seqs: Vec<u64> = text(&answer)
                    .lines()
                    .map(|line| {
                        serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap()
                    })
                    .collect();
                assert_eq!(seqs, wanted, "{query} {columns}");
            }
        }
    }
}

#[tokio::test]
async fn each_line_is_the_entry_as_the_api_answers_it() {
    let app = with_entries(60).await;
    let answer = export(&app, "range=24h&format=ndjson&trailer=1").await;
    let lines: Vec<Value> =
        text(&answer).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let (end, entries) = lines.split_last().unwrap();
    for entry in entries {
        let one = app.get(&format!("/api/projects/acme/events/{}", entry["seq"])).await.json();
        assert_eq!(*entry, one);
    }
    let body = &answer.body[..answer.body.len() - text(&answer).lines().last().unwrap().len() - 1];
    let end = &end["daybook_export"];
    assert_eq!((&end["rows"], &end["status"]), (&json!(60), &json!("complete")));
    assert_eq!(end["sha256"], hex(body));
}

#[tokio::test]
async fn the_published_csv_has_its_name_and_columns() {
    let app = with_entries(8).await;
    let query = "from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z&columns=requests&status=200";
    let answer = export(&app, query).await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(
        answer.headers[header::CONTENT_DISPOSITION],
        "attachment; filename=\"api-audit-logs-project-1-20261120-to-20261120.csv\""
    );
    let mut lines = text(&answer).split('\n');
    assert_eq!(
        lines.next().unwrap(),
        "started_at,method,path,action,actor_type,actor_id,actor_name,remote_ip,user_agent,resource_type,resource_id,resource_name,cluster_id,cluster_name,preview_environment_id,preview_environment_name,status_code"
    );
    assert_eq!(
        lines.next().unwrap(),
        "2026-11-20T11:56:00.000Z,PATCH,/api/v2/projects/1/applications/app_3,UpdateApp,USER,58392,Maya Ortiz,,,application,app_3,''=x,,,,,200"
    );
}

#[tokio::test]
async fn a_capped_file_says_so_and_is_no_failure() {
    let app = with_entries(300).await;
    let settings = "/api/projects/acme/settings/export";
    let change = |body: Value| {
        let request = Request::put(settings)
            .header(header::AUTHORIZATION, format!("Bearer {}", app.local_key.reveal()))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        app.send(request)
    };
    assert_eq!(change(json!({"enabled": true, "max_rows": 100})).await.status, StatusCode::OK);
    let estimate = app.get("/api/projects/acme/export/estimate?range=24h&as_of=300").await.json();
    assert_eq!(
        (&estimate["matching"], &estimate["rows"], &estimate["capped"]),
        (&json!(300), &json!(100), &json!(true))
    );
    let csv = export(&app, "range=24h&as_of=300&columns=seq").await;
    let lines: Vec<&str> = text(&csv).lines().collect();
    assert_eq!((lines.len(), lines[101]), (102, CAPPED));
    let ndjson = export(&app, "range=24h&as_of=300&format=ndjson&columns=seq").await;
    assert_eq!(text(&ndjson).lines().last().unwrap(), format!("\"{CAPPED}\""));
    let exact = export(&app, "range=24h&as_of=100&columns=seq").await;
    assert_eq!(text(&exact).lines().last(), Some("100"), "as many as may be: not capped");
    assert_eq!(change(json!({"enabled": false})).await.status, StatusCode::OK);
    for path in ["export?range=24h", "export/estimate?range=24h"] {
        let answer = app.get(&format!("/api/projects/acme/{path}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.error().1.contains("switched off"));
    }
    for wrong in [0, u64::MAX] {
        let answer = change(json!({"enabled": true, "max_rows": wrong})).await;
        assert_eq!(answer.error().0, "max_rows");
    }
}

/// The two entries of an export, told apart by their ids.
async fn told(app: &TestApp, id: &str, phase: &str) -> Value {
    let path = format!("/api/projects/acme/export?range=all&format=ndjson&id={id}:{phase}");
    let answer = app.get(&path).await;
    text(&answer).lines().next().map_or(Value::Null, |line| serde_json::from_str(line).unwrap())
}

async fn told_in_time(app: &TestApp, id: &str) -> Value {
    for _ in 0..200 {
        let entry = told(app, id, "ended").await;
        if !entry.is_null() {
            return entry;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the end of {id} is not in the log");
}

#[tokio::test]
async fn an_export_is_two_entries_and_a_state() {
    let app = with_entries(20).await;
    let created = app
        .post_as(
            &app.token,
            "/api/projects/acme/exports",
            "application/json",
            json!({"query": "range=24h&status=200", "format": "csv"}).to_string(),
        )
        .await;
    assert_eq!(created.status, StatusCode::CREATED);
    let created = created.json();
    let id = created["id"].as_str().unwrap();
    assert_eq!((&created["state"], &created["estimate"]["rows"]), (&json!("waiting"), &json!(5)));
    let file = app.get(&format!("/api/projects/acme/exports/{id}/file")).await;
    let state = app.get(&format!("/api/projects/acme/exports/{id}")).await.json();
    assert_eq!((&state["state"], &state["rows"]), (&json!("complete"), &json!(5)));
    assert_eq!(state["bytes"], file.body.len());
    assert_eq!(state["sha256"], hex(&file.body));
    assert_eq!(
        app.get(&format!("/api/projects/acme/exports/{id}/file")).await.status,
        StatusCode::GONE,
        "once"
    );
    let (started, ended) = (told(&app, id, "started").await, told(&app, id, "ended").await);
    for entry in [&started, &ended] {
        assert_eq!(entry["action"], "ExportApiAuditLogs");
        assert_eq!(entry["actor"]["type"], "api_token");
        assert_eq!(entry["context"]["export"]["filter"], "range=24h&status=200");
    }
    let details = &ended["context"]["export"];
    assert_eq!((&details["rows"], &details["sha256"]), (&json!(5), &state["sha256"]));
    assert_eq!(ended["outcome"], "success");
    // Another caller does not see it.
    let other = Request::get(format!("/api/projects/acme/exports/{id}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", app.local_key.reveal()));
    let other = app.send(other.body(Body::empty()).unwrap()).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn of_a_long_filter_the_beginning_is_told() {
    let app = with_entries(10).await;
    let long: Vec<String> = (0..9_000).map(|n| format!("actor=user:n{n}")).collect();
    let query = format!("range=24h&{}", long.join("&"));
    let body = json!({"query": query, "format": "csv"});
    let taken = app
        .post_as(&app.token, "/api/projects/acme/export", "application/json", body.to_string())
        .await;
    assert_eq!(taken.status, StatusCode::OK);
    let id = taken.headers["daybook-export-id"].to_str().unwrap();
    for phase in ["started", "ended"] {
        let details = told(&app, id, phase).await["context"]["export"].clone();
        let (filter, cut) = (details["filter"].as_str().unwrap(), &details["filter_cut"]);
        assert!(filter.len() <= 8 << 10 && query.starts_with(filter), "{filter}");
        assert!(query[filter.len()..].starts_with("&actor="), "a condition is whole");
        assert_eq!(cut, &json!({"bytes": query.len(), "sha256": hex(query.as_bytes())}));
    }
}

/// One large entry, such as that of an export with a long filter, does not stand for thousands of others.
#[tokio::test]
async fn the_size_is_told_about_as_it_will_be() {
    let app = with_entries(8_000).await;
    let long: Vec<String> = (0..9_000).map(|n| format!("actor=user:n{n}")).collect();
    let body = json!({"query": format!("range=24h&{}", long.join("&")), "format": "ndjson"});
    let taken = app
        .post_as(&app.token, "/api/projects/acme/export", "application/json", body.to_string())
        .await;
    assert_eq!(taken.status, StatusCode::OK);
    for (query, least, most) in [
        ("range=24h&format=csv", 60, 140),
        ("range=24h&format=ndjson", 60, 140),
        ("range=24h&format=csv&columns=requests", 80, 125),
        ("range=24h&format=ndjson&status=404", 80, 125),
        ("range=24h&format=parquet", 50, 200),
        // Few enough to be weighed, each of them.
        ("range=24h&format=ndjson&as_of=300", 100, 100),
        ("range=24h&format=csv&action=ExportApiAuditLogs&as_of=8002", 100, 100),
    ] {
        let estimate = app.get(&format!("/api/projects/acme/export/estimate?{query}")).await.json();
        let as_of = format!("&as_of={}", estimate["as_of"]);
        let as_of = if query.contains("as_of") { "" } else { &as_of };
        let file = export(&app, &format!("{query}{as_of}")).await;
        let share = estimate["bytes"].as_u64().unwrap() * 100 / file.body.len() as u64;
        assert!((least..=most).contains(&share), "{query}: {share} %, {estimate}");
    }
}

#[tokio::test]
async fn a_file_is_compressed_on_the_way_where_that_is_asked_for() {
    let app = with_entries(3_000).await;
    let get = async |format: &str, accepted: &str| {
        let path = format!("/api/projects/acme/export?range=24h&as_of=3000&format={format}");
        let request = Request::get(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", app.token))
            .header(header::ACCEPT_ENCODING, accepted);
        app.send(request.body(Body::empty()).unwrap()).await
    };
    let plain = get("csv", "identity").await;
    for encoding in ["gzip", "zstd", "br"] {
        let answer = get("csv", encoding).await;
        assert_eq!(answer.headers[header::CONTENT_ENCODING], encoding);
        assert!(answer.body.len() * 3 < plain.body.len(), "{encoding}");
        let mut bytes = Vec::new();
        match encoding {
            "gzip" => {
                std::io::Read::read_to_end(
                    &mut flate2::read::GzDecoder::new(&*answer.body),
                    &mut bytes,
                )
                .unwrap();
            }
            "zstd" => bytes = zstd::decode_all(&*answer.body).unwrap(),
            _ => continue,
        }
        assert!(bytes == plain.body, "{encoding}");
    }
}

#[tokio::test]
async fn trailers_tell_what_there_was() {
    let app = with_entries(5).await;
    let request = Request::get("/api/projects/acme/export?range=24h")
        .header(header::AUTHORIZATION, format!("Bearer {}", app.token));
    let response = app.begin(request.body(Body::empty()).unwrap()).await;
    assert!(response.headers().contains_key(header::TRAILER));
    let whole = response.into_body().collect().await.unwrap();
    let trailers = whole.trailers().unwrap().clone();
    let body = whole.to_bytes();
    assert_eq!(trailers["daybook-export-rows"], "5");
    assert_eq!(trailers["daybook-export-status"], "complete");
    assert_eq!(trailers["daybook-export-sha256"], hex(&body).as_str());
}

#[tokio::test]
async fn a_store_that_fails_on_the_way_leaves_the_mark() {
    for (format, mark) in [("csv", FAILED.to_owned()), ("ndjson", format!("\"{FAILED}\""))] {
        let app = with_entries(20_000).await;
        let request = Request::get(format!("/api/projects/acme/export?range=24h&format={format}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", app.token));
        let response = app.begin(request.body(Body::empty()).unwrap()).await;
        let mut body = response.into_body();
        let mut bytes = body.frame().await.unwrap().unwrap().into_data().unwrap().to_vec();
        app.database.readers().close().await;
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.unwrap().into_data() {
                bytes.extend_from_slice(&data);
            }
        }
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.last(), Some(&mark.as_str()));
        assert!(lines.len() < 20_000);
    }
}

#[tokio::test]
async fn a_parquet_file_that_breaks_off_ends_without_its_end() {
    let app = with_entries(20_000).await;
    let request = Request::get("/api/projects/acme/export?range=24h&format=parquet")
        .header(header::AUTHORIZATION, format!("Bearer {}", app.token));
    let mut body = app.begin(request.body(Body::empty()).unwrap()).await.into_body();
    body.frame().await.unwrap().unwrap();
    app.database.readers().close().await;
    let mut broke_off = false;
    while let Some(frame) = body.frame().await {
        broke_off = frame.is_err();
    }
    assert!(broke_off, "no final chunk");
}

#[tokio::test]
async fn who_goes_away_or_cancels_is_told_of() {
    let app = with_entries(20_000).await;
    for cancels in [false, true] {
        let request = Request::get("/api/projects/acme/export?range=24h&as_of=20000")
            .header(header::AUTHORIZATION, format!("Bearer {}", app.token));
        let response = app.begin(request.body(Body::empty()).unwrap()).await;
        let id = response.headers()["daybook-export-id"].to_str().unwrap().to_owned();
        let mut body = response.into_body();
        body.frame().await.unwrap().unwrap();
        let path = format!("/api/projects/acme/exports/{id}");
        if cancels {
            let request = Request::delete(&path)
                .header(header::AUTHORIZATION, format!("Bearer {}", app.token));
            app.send(request.body(Body::empty()).unwrap()).await;
            // Nobody reads meanwhile: that it was cancelled is known at once, not when somebody reads on.
            assert_eq!(app.get(&path).await.json()["state"], "cancelled");
            told_in_time(&app, &id).await;
            let mut last = None;
            while let Some(frame) = body.frame().await {
                last = Some(frame);
            }
            assert!(last.unwrap().is_err(), "no final chunk");
        } else {
            drop(body);
        }
        let ended = told_in_time(&app, &id).await;
        let wanted = if cancels { "cancelled" } else { "interrupted" };
        assert_eq!(ended["context"]["export"]["state"], wanted);
        assert_eq!(ended["outcome"], "failure");
        assert_eq!(app.get(&path).await.json()["state"], wanted);
    }
}

#[tokio::test]
async fn a_slow_reader_holds_no_connection() {
    let app = with_entries(20_000).await;
    let mut slow = Vec::new();
    // More than there are connections.
    for _ in 0..12 {
        let request = Request::get("/api/projects/acme/export?range=24h&as_of=20000&format=ndjson")
            .header(header::AUTHORIZATION, format!("Bearer {}", app.token));
        let mut body = app.begin(request.body(Body::empty()).unwrap()).await.into_body();
        body.frame().await.unwrap().unwrap();
        slow.push(body);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(app.database.readers().in_use(), 0);
    let page = app.get("/api/projects/acme/events?limit=1").await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn an_export_that_the_server_did_not_survive_is_closed_at_the_next_start() {
    let app = with_entries(20_000).await;
    let request = Request::get("/api/projects/acme/export?range=24h&as_of=20000")
        .header(header::AUTHORIZATION, format!("Bearer {}", app.token));
    let response = app.begin(request.body(Body::empty()).unwrap()).await;
    let id = response.headers()["daybook-export-id"].to_str().unwrap().to_owned();
    // As if the process had ended here.
    std::mem::forget(response);
    assert_eq!(told(&app, &id, "ended").await, Value::Null);
    let closed = daybook::export::record::close_unfinished(&app.state).await.unwrap();
    assert_eq!(closed, 1);
    let ended = told(&app, &id, "ended").await;
    assert_eq!(ended["context"]["export"]["state"], "unfinished");
    assert_eq!(daybook::export::record::close_unfinished(&app.state).await.unwrap(), 0);
}

#[tokio::test]
async fn who_goes_on_from_the_last_place_gets_each_entry_once() {
    let app = with_entries(40).await;
    let mut after = 0;
    let mut ids = Vec::new();
    for round in 0..4 {
        // Late entries too: their time lies before those that are there.
        let late: Vec<Value> =
            (0..5).map(|i| event(&format!("late{round}.{i}"), 600 + i)).collect();
        app.ingest(Value::from(late).to_string()).await;
        let query = format!("format=ndjson&trailer=1&range=all&action=UpdateApp&after={after}");
        let answer = export(&app, &query).await;
        for line in text(&answer).lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            match line["daybook_export"]["as_of"].as_u64() {
                Some(place) => after = place,
                None => ids.push(line["id"].as_str().unwrap().to_owned()),
            }
        }
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((all, ids.len()), (60, 60));
}

#[tokio::test]
async fn who_goes_on_from_a_place_gets_what_is_old_too() {
    let app = TestApp::start().await;
    let events = [event("new", 5), event("old", 60 * 24 * 400)];
    assert_eq!(app.ingest(Value::from(events.to_vec()).to_string()).await.json()["stored"], 2);
    let rows = async |query: &str| {
        let answer = export(&app, &format!("format=ndjson&action=UpdateApp&{query}")).await;
        text(&answer).lines().count()
    };
    assert_eq!(rows("").await, 1, "the last seven days");
    assert_eq!(rows("after=0").await, 2);
    assert_eq!(rows("after=0&range=24h").await, 1, "what is said is obeyed");
    let estimate = app.get("/api/projects/acme/export/estimate?after=0&as_of=2").await.json();
    assert_eq!(estimate["matching"], 2);
}

#[tokio::test]
async fn a_place_that_the_log_does_not_have_is_refused() {
    let app = with_entries(40).await;
    let refused = |answer: Answer| {
        let (field, message) = answer.error();
        assert_eq!((answer.status, field.as_str()), (StatusCode::BAD_REQUEST, "after"));
        assert!(message.contains("4711") && message.contains("40"), "{message}");
    };
    for path in ["export", "export/estimate"] {
        let path = format!("/api/projects/acme/{path}?format=ndjson&after=");
        refused(app.get(&format!("{path}4711")).await);
    }
    let body = json!({"query": "after=4711"}).to_string();
    refused(app.post_as(&app.token, "/api/projects/acme/exports", "application/json", body).await);
    assert!(text(&export(&app, "after=40&format=ndjson").await).is_empty(), "nothing came since");
}

#[tokio::test]
async fn what_is_wrong_with_an_export_is_told_by_its_key() {
    let app = TestApp::start().await;
    for (query, field) in [
        ("format=xml", "format"),
        ("format=csv&format=csv", "format"),
        ("columns=time,colour", "columns"),
        ("trailer=perhaps", "trailer"),
        ("formulas=none", "formulas"),
        ("colour=red", "colour"),
        ("cursor=abc", "cursor"),
        ("limit=5", "limit"),
        ("limi%74=5", "limit"),
        ("buckets=9", "buckets"),
        ("facets=actor", "facets"),
        ("facet.q=a", "facet.q"),
        ("tz=Europe/Berlin", "tz"),
        ("format=csv&trailer=1", "trailer"),
        ("format=ndjson&formulas=exact", "formulas"),
        ("after=0&sort=-status", "sort"),
        ("after=5", "after"),
        ("q=%00", "q"),
    ] {
        for path in ["export", "export/estimate"] {
            let answer = app.get(&format!("/api/projects/acme/{path}?{query}")).await;
            let told = (answer.status, answer.error().0);
            assert_eq!(told, (StatusCode::BAD_REQUEST, field.to_owned()), "{path} {query}");
        }
    }
    // What only the page looks at is passed over here as everywhere.
    let pasted = "range=24h&tab=all&event=5&stack=status&scale=log&off.status=4xx";
    let answer = app.get(&format!("/api/projects/acme/export/estimate?{pasted}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", text(&answer));
    for path in ["export", "exports"] {
        let path = format!("/api/projects/acme/{path}");
        for (query, body, status, field) in [
            ("", json!({"query": "limit=5"}), StatusCode::BAD_REQUEST, "limit"),
            (
                "",
                json!({"query": "status=4xx", "limit": 5}),
                StatusCode::UNPROCESSABLE_ENTITY,
                "limit",
            ),
            ("", json!({"format": "xml"}), StatusCode::UNPROCESSABLE_ENTITY, "format"),
            ("", json!(["range=24h"]), StatusCode::UNPROCESSABLE_ENTITY, ""),
            ("?limit=5", json!({"query": ""}), StatusCode::BAD_REQUEST, "limit"),
        ] {
            let path = format!("{path}{query}");
            let body = body.to_string();
            let answer = app.post_as(&app.token, &path, "application/json", body.clone()).await;
            assert_eq!(
                (answer.status, answer.error().0.as_str()),
                (status, field),
                "{path} {body}"
            );
        }
    }
    for path in ["exports/exp_x?limit=5", "exports/exp_x/file?limit=5", "settings/export?limit=5"] {
        let answer = app.get(&format!("/api/projects/acme/{path}")).await;
        assert_eq!((answer.status, answer.error().0.as_str()), (StatusCode::BAD_REQUEST, "limit"));
    }
    let nobody = Request::get("/api/projects/acme/export").body(Body::empty()).unwrap();
    assert_eq!(app.send(nobody).await.status, StatusCode::UNAUTHORIZED);
    let head = Request::head("/api/projects/acme/export?range=24h")
        .header(header::AUTHORIZATION, format!("Bearer {}", app.token));
    assert_eq!(app.send(head.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
    assert_eq!(app.get("/api/projects/acme/events?range=all").await.json()["as_of"], 0);
}

#[tokio::test]
async fn who_sees_a_part_takes_away_that_part_and_who_only_reads_takes_nothing() {
    let app = with_entries(400).await;
    let token = async |scopes: &[TokenScope], filter: &str| {
        let filter = filter.parse().unwrap();
        let new = NewToken { name: "part".into(), scopes: scopes.to_vec(), filter, until: None };
        app.state.people.make_token(app.project, &new, now()).await.unwrap().0.reveal().to_owned()
    };
    let get = async |token: &str, path: &str| {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        app.send(request.body(Body::empty()).unwrap()).await
    };
    let part = token(&[TokenScope::Export, TokenScope::Read], "status=404").await;
    for how in ["sort=time", "sort=-status", "sort=resource", "after=0"] {
        for columns in ["all", "seq,status_code"] {
            let query = format!("range=24h&format=ndjson&columns={columns}&{how}");
            let answer = get(&part, &format!("/api/projects/acme/export?{query}")).await;
            assert_eq!(answer.status, StatusCode::OK);
            let rows: Vec<Value> =
                text(&answer).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(rows.len(), 100, "{query}");
            let code = |row: &Value| {
                row.get("status_code").or(row.pointer("/request/status_code")).cloned()
            };
            assert!(rows.iter().all(|row| code(row) == Some(json!(404))), "{query}");
        }
    }
    assert_eq!(get(&part, "/v1/audit-log").await.status, StatusCode::FORBIDDEN);
    let one = get(&part, "/v1/audit-log?identifier=e2").await;
    assert_eq!(one.json()["audits"].as_array().unwrap().len(), 1);
    let hidden = get(&part, "/v1/audit-log?identifier=e1").await;
    assert_eq!(hidden.json()["audits"], json!([]));
    let reader = token(&[TokenScope::Read], "").await;
    let refused = get(&reader, "/api/projects/acme/export?range=24h").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
