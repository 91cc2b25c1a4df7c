//! Investigations: what is pinned and said, by whom it is seen, and what is taken away of it.

use axum::http::{Method, StatusCode};
use daybook_model::{
    account::{Grant, Role},
    privacy::{Address, pseudonym},
};
use serde_json::{Value, json};

use crate::{
    app::{Answer, TestApp, event},
    privacy::Masked,
    roles::person,
};

const PATH: &str = "/api/projects/acme/investigations";

/// A log with three entries, and an admin and an auditor.
async fn three() -> (TestApp, String, String) {
    let app = TestApp::recording().await;
    let admin = person(&app, "maya@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    let auditor = person(&app, "tom@acme.dev", &[(app.project, Grant::of(Role::Auditor))]).await;
    app.ingest(Value::from(vec![event("a", 3), event("b", 2), event("c", 1)]).to_string()).await;
    (app, admin, auditor)
}

async fn ask(
    app: &TestApp,
    who: &str,
    method: Method,
    rest: &str,
    body: impl Into<Option<Value>>,
) -> Answer {
    app.as_person(who, method, &format!("{PATH}{rest}"), body.into()).await
}

/// The same where it works.
async fn done(
    app: &TestApp,
    who: &str,
    method: Method,
    rest: &str,
    body: impl Into<Option<Value>>,
) -> Value {
    let about = format!("{method} {rest}");
    let answer = ask(app, who, method, rest, body).await;
    assert!(answer.status.is_success(), "{about}: {:?}", answer.error());
    answer.json()
}

fn seqs(findings: &Value) -> Vec<u64> {
    findings["pins"].as_array().unwrap().iter().map(|pin| pin["seq"].as_u64().unwrap()).collect()
}

/// What the log of `acme` tells of investigations.
async fn told(app: &TestApp) -> Vec<Value> {
    let mut told = Vec::new();
    for seq in 1..=app.state.store.head(app.project).await.unwrap() {
        let entry = app.state.store.entry(app.project, seq).await.unwrap().unwrap();
        told.push(serde_json::to_value(entry).unwrap());
    }
    told.retain(|entry| entry["resource"]["type"] == "investigation");
    told
}

#[tokio::test]
async fn two_people_work_on_one_and_the_log_tells_of_each_step() {
    let (app, maya, tom) = three().await;
    let new = json!({"title": " Leaked token ", "pin": {"seq": 2, "comment": "It begins here."}});
    let opened = ask(&app, &maya, Method::POST, "", new).await;
    assert_eq!(opened.status, StatusCode::CREATED);
    let opened = opened.json();
    assert_eq!(opened["investigation"]["title"], "Leaked token");
    assert_eq!(opened["pins"][0]["entry"]["action"], "UpdateApp");
    assert_eq!(opened["pins"][0]["comments"][0]["text"], "It begins here.");

    // An auditor notes as well: it is beside the log, not in it.
    for seq in [1, 3] {
        done(&app, &tom, Method::POST, "/1/pins", json!({"seq": seq})).await;
    }
    let again = json!({"seq": 3, "comment": "And here it ends."});
    let pinned = done(&app, &tom, Method::POST, "/1/pins", again).await;
    assert_eq!(seqs(&pinned), [2, 1, 3], "what is pinned already stays where it is");
    let moved = done(&app, &tom, Method::PATCH, "/1/pins/1", json!({"before": 2})).await;
    assert_eq!(seqs(&moved), [1, 2, 3]);
    let moved = done(&app, &maya, Method::PATCH, "/1/pins/1", json!({})).await;
    assert_eq!(seqs(&moved), [2, 3, 1]);

    let said = done(&app, &tom, Method::POST, "/1/comments", json!({"text": "Rotated."})).await;
    let comment = &said["comments"][0];
    assert_eq!((&comment["by"], &comment["own"]), (&json!("tom@acme.dev"), &json!(true)));
    let foreign = ask(&app, &maya, Method::DELETE, "/1/comments/3", None).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "another's words are not hers to take back");
    done(&app, &tom, Method::DELETE, "/1/comments/3", None).await;
    let left = done(&app, &maya, Method::DELETE, "/1/pins/3", None).await;
    assert_eq!((seqs(&left), &left["investigation"]["comments"]), (vec![2, 1], &json!(1)));

    let rename = json!({"title": "Leaked CI token", "status": "closed"});
    let closed = done(&app, &maya, Method::PATCH, "/1", rename).await;
    assert_eq!(closed["investigation"]["status"], "closed");
    for (method, rest, body) in [
        (Method::POST, "/1/pins", json!({"seq": 3})),
        (Method::PATCH, "/1/pins/1", json!({})),
        (Method::DELETE, "/1/pins/1", json!({})),
        (Method::POST, "/1/comments", json!({"text": "More."})),
        (Method::PATCH, "/1", json!({"title": "Another"})),
    ] {
        let refused = ask(&app, &maya, method, rest, body).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{rest}: what is closed stays as it is");
        assert_eq!(refused.json()["error"]["code"], "closed");
    }
    done(&app, &tom, Method::PATCH, "/1", json!({"status": "open"})).await;

    let told = told(&app).await;
    let actions: Vec<_> = told.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        [
            "OpenInvestigation",
            "PinEntry",
            "CommentOnInvestigation",
            "PinEntry",
            "PinEntry",
            "CommentOnInvestigation",
            "MovePinnedEntry",
            "MovePinnedEntry",
            "CommentOnInvestigation",
            "DeleteComment",
            "UnpinEntry",
            "CloseInvestigation",
            "ReopenInvestigation",
        ]
    );
    assert_eq!(told[2]["message"], "It begins here.");
    assert_eq!(told[3]["actor"]["email"], "tom@acme.dev");
    assert_eq!(told[11]["change"]["after"]["title"], "Leaked CI token");
}

#[tokio::test]
async fn the_list_has_the_open_ones_first_and_knows_which_an_entry_is_in() {
    let (app, maya, _) = three().await;
    for (title, seq) in [("one", 1), ("two", 2), ("three", 1)] {
        app.wait(1_000);
        done(&app, &maya, Method::POST, "", json!({"title": title, "pin": {"seq": seq}})).await;
    }
    done(&app, &maya, Method::PATCH, "/3", json!({"status": "closed"})).await;
    let titles = |list: Value| -> Vec<String> {
        let title = |it: &Value| it["title"].as_str().unwrap().to_owned();
        list.as_array().unwrap().iter().map(title).collect()
    };
    let all = done(&app, &maya, Method::GET, "", None).await;
    assert_eq!((&all[0]["pins"], &all[0]["comments"]), (&json!(1), &json!(0)));
    assert_eq!(titles(all), ["two", "one", "three"]);
    assert_eq!(titles(done(&app, &maya, Method::GET, "?seq=1", None).await), ["one", "three"]);
    for (query, field) in [("?seq=x", "seq"), ("?colour=red", "colour"), ("?seq=1&seq=2", "seq")] {
        let refused = ask(&app, &maya, Method::GET, query, None).await;
        assert_eq!((refused.status, refused.error().0), (StatusCode::BAD_REQUEST, field.into()));
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_said() {
    let (app, maya, _) = three().await;
    done(&app, &maya, Method::POST, "", json!({"title": "one", "pin": {"seq": 1}})).await;
    for (method, rest, body, status, field) in [
        (Method::POST, "", json!({"title": " "}), 400, "title"),
        (Method::POST, "", json!({"title": "x", "pin": {"seq": 99}}), 404, ""),
        (Method::POST, "", json!({"name": "x"}), 422, "name"),
        (Method::POST, "/1/pins", json!({"seq": 99}), 404, ""),
        (Method::POST, "/1/pins", json!({"seq": u64::MAX}), 404, ""),
        (Method::POST, "/1/pins", json!({"seq": 1, "comment": "x".repeat(2_001)}), 400, "comment"),
        (Method::PATCH, "/1/pins/2", json!({}), 404, ""),
        (Method::PATCH, "/1/pins/1", json!({"before": 2}), 404, ""),
        (Method::POST, "/1/comments", json!({"text": "\u{1b}"}), 400, "text"),
        (Method::POST, "/1/comments", json!({"text": "x", "seq": 2}), 404, ""),
        (Method::PATCH, "/2", json!({"title": "x"}), 404, ""),
        (Method::PATCH, "/one", json!({"title": "x"}), 404, ""),
        (Method::PATCH, "/1", json!({"status": "lost"}), 422, "status"),
    ] {
        let refused = ask(&app, &maya, method, rest, body.clone()).await;
        assert_eq!(
            (refused.status.as_u16(), refused.error().0.as_str()),
            (status, field),
            "{rest} {body}"
        );
    }
    assert_eq!(done(&app, &maya, Method::GET, "", None).await.as_array().unwrap().len(), 1);
    // Programs keep none.
    assert_eq!(app.get(PATH).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn whoever_sees_a_part_of_the_log_sees_their_own_and_of_it_what_they_may() {
    let (app, maya, _) = three().await;
    let mut own = event("d", 0);
    own["actor"] = json!({"type": "user", "id": "kim@acme.dev", "email": "kim@acme.dev"});
    app.ingest(Value::from(vec![own]).to_string()).await;
    let seq = app.state.store.head(app.project).await.unwrap();
    let kim = person(&app, "kim@acme.dev", &[(app.project, Grant::of(Role::Member))]).await;
    done(&app, &maya, Method::POST, "", json!({"title": "About Kim", "pin": {"seq": seq}})).await;
    assert_eq!(done(&app, &kim, Method::GET, "", None).await, json!([]));
    assert_eq!(ask(&app, &kim, Method::GET, "/1", None).await.status, StatusCode::NOT_FOUND);
    let said = ask(&app, &kim, Method::POST, "/1/comments", json!({"text": "x"})).await;
    assert_eq!(said.status, StatusCode::NOT_FOUND);
    let hidden = ask(&app, &kim, Method::POST, "", json!({"title": "x", "pin": {"seq": 1}})).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND, "what she does not see she cannot pin");

    done(&app, &kim, Method::POST, "", json!({"title": "Mine", "pin": {"seq": seq}})).await;
    let pin = json!({"seq": 1, "comment": "Compare with this one."});
    done(&app, &maya, Method::POST, "/2/pins", pin).await;
    let seen = done(&app, &kim, Method::GET, "/2", None).await;
    assert_eq!(seen["pins"][0]["entry"]["seq"], seq);
    let other = &seen["pins"][1];
    assert_eq!((&other["absent"], &other["comments"]), (&json!("hidden"), &json!([])));
    assert!(other.get("entry").is_none());
    let taken = ask(&app, &kim, Method::GET, "/2/document", None).await;
    assert_eq!(taken.status, StatusCode::FORBIDDEN, "a member takes nothing away");
}

#[tokio::test]
async fn a_masked_reader_sees_masks_in_all_of_it() {
    let masked = Masked::start().await;
    let app = &masked.app;
    let maya = person(app, "maya@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    let new = json!({
        "title": "What maya@acme.dev did",
        "pin": {"seq": 1, "comment": "Ask maya@acme.dev about 203.0.113.9."},
    });
    done(app, &maya, Method::POST, "", new).await;
    for rest in ["", "/1", "/1/document", "/1/document?format=markdown"] {
        let answer = ask(app, &masked.auditor, Method::GET, rest, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{rest}");
        let text = String::from_utf8(answer.body).unwrap();
        assert!(!text.contains("maya") && !text.contains("203.0.113"), "{rest}: {text}");
    }
    let seen = done(app, &masked.auditor, Method::GET, "/1", None).await;
    let by = seen["investigation"]["opened_by"].as_str().unwrap();
    assert_eq!(pseudonym(by), Some(Address::Email));
}

#[tokio::test]
async fn what_was_removed_from_the_log_is_told_as_removed() {
    let (app, maya, _) = three().await;
    let pin = json!({"seq": 2, "comment": "This one."});
    done(&app, &maya, Method::POST, "", json!({"title": "Old", "pin": pin})).await;
    for statement in [
        "DELETE FROM detail WHERE key = ((SELECT number FROM project WHERE slug = 'acme') << 40 | 2)",
        "DELETE FROM entry WHERE seq = 2",
    ] {
        daybook::database::query(statement).execute(app.database.writer()).await.unwrap();
    }
    let seen = done(&app, &maya, Method::GET, "/1", None).await;
    assert_eq!(seen["pins"][0]["absent"], "removed");
    assert_eq!(seen["pins"][0]["comments"][0]["text"], "This one.");
    let file = ask(&app, &maya, Method::GET, "/1/document", None).await;
    let file = String::from_utf8(file.body).unwrap();
    assert!(file.contains("Removed from the log since") && file.contains("This one."), "{file}");
}

#[tokio::test]
async fn a_document_is_whole_in_itself_and_nothing_in_it_acts() {
    let (app, maya, _) = three().await;
    let mut hostile = event("<script>alert(1)</script>", 0);
    hostile["action"] = json!("<img src=x onerror=alert(1)>");
    hostile["request"]["path"] = json!("/a\"><script src=//evil.test></script>");
    hostile["message"] = json!("[click](javascript:alert(1)) `x` | \u{202e}y");
    hostile["change"] = json!({"before": {"<b>": "</style><script>"}, "after": {"<b>": 2}});
    hostile["context"] = json!({"a": "```\n<script>", "long": "x".repeat(40_000)});
    app.ingest(Value::from(vec![hostile]).to_string()).await;
    let seq = app.state.store.head(app.project).await.unwrap();
    let pin = json!({"seq": seq, "comment": "</blockquote><script>alert(2)</script>"});
    done(&app, &maya, Method::POST, "", json!({"title": "<script>t</script>", "pin": pin})).await;

    let html = ask(&app, &maya, Method::GET, "/1/document", None).await;
    assert_eq!(
        html.headers["content-disposition"],
        "attachment; filename=\"investigation-acme-1.html\""
    );
    let html = String::from_utf8(html.body).unwrap();
    for tag in ["<script", "<img", "onerror=alert(1)>", "</style><"] {
        assert!(!html.contains(tag), "{tag}: {html}");
    }
    assert!(html.contains("&lt;script&gt;t&lt;/script&gt;") && html.contains("default-src 'none'"));
    assert!(
        html.contains("&quot;&gt;&lt;script src=//evil.test&gt;&lt;/script&gt;"),
        "text: {html}"
    );
    assert!(html.contains("&lt;U+202E&gt;"), "what turns text around is named");
    assert!(html.contains("Too long for a document, and in the log alone: context."));
    assert_eq!(html.matches("<style>").count(), 1);

    let markdown = ask(&app, &maya, Method::GET, "/1/document?format=markdown", None).await;
    assert_eq!(markdown.headers["content-type"], "text/markdown; charset=utf-8");
    let markdown = String::from_utf8(markdown.body).unwrap();
    assert!(!markdown.contains('<'), "{markdown}");
    assert!(!markdown.contains("](javascript"), "{markdown}");

    let bad = ask(&app, &maya, Method::GET, "/1/document?format=pdf", None).await;
    assert_eq!((bad.status, bad.error().0.as_str()), (StatusCode::BAD_REQUEST, "format"));
    let settings = "/api/projects/acme/settings/export";
    app.as_person(&maya, Method::PUT, settings, Some(json!({"enabled": false}))).await;
    let off = ask(&app, &maya, Method::GET, "/1/document", None).await;
    assert_eq!(off.status, StatusCode::FORBIDDEN, "where nothing may be taken away, nor may this");
    let last = told(&app).await.pop().unwrap();
    assert_eq!(
        (&last["action"], &last["operation"]),
        (&json!("ExportInvestigation"), &json!("export"))
    );
}
