//! Who cannot come in any more keeps a name in the log, and is told as gone.

use axum::http::{Method, StatusCode};
use daybook_model::{
    account::{Grant, NewToken, PersonChange, Role, TokenScope},
    privacy::{Address, pseudonym},
};
use serde_json::{Value, json};

use crate::{
    app::{TestApp, event, now},
    roles::person,
};

const HOUR: i64 = 3_600_000;

async fn gone(app: &TestApp, session: &str) -> Vec<(String, String)> {
    let answer = app.as_person(session, Method::GET, "/api/projects/acme/gone", None).await;
    assert_eq!(answer.status, StatusCode::OK);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = answer.json();
    list.as_array().unwrap().iter().map(|one| (text(&one["actor"]), text(&one["gone"]))).collect()
}

#[tokio::test]
async fn people_and_tokens_that_are_gone_are_told_by_all_their_actors() {
    let app = TestApp::start().await;
    let people = &app.state.people;
    let admin = person(&app, "root@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    person(&app, "maya@acme.dev", &[(app.project, Grant::of(Role::Auditor))]).await;
    // Of another project alone.
    person(&app, "other@acme.dev", &[]).await;
    app.ingest(Value::from(vec![event("a", 1)]).to_string()).await;
    let known = app.get("/api/projects/acme/events/1").await.json();
    let of_event = format!("user:{}", known["actor"]["id"].as_str().unwrap());
    assert_eq!(known["actor"]["email"], "maya@acme.dev");

    let make = async |name: &str, until: Option<i64>| {
        let until = until.map(|by| now().plus_millis(by));
        let new = NewToken {
            name: name.into(),
            scopes: vec![TokenScope::Read],
            filter: daybook_model::Filter::default(),
            until,
        };
        people.make_token(app.project, &new, now()).await.unwrap().1.id
    };
    let (revoked, expires) = (make("a", None).await, make("b", Some(HOUR)).await);
    make("c", Some(2 * HOUR)).await;
    assert!(gone(&app, &admin).await.is_empty());
    people.revoke_token(app.project, revoked, now()).await.unwrap();
    people.first_person(now()).await.unwrap();
    for email in ["maya@acme.dev", "other@acme.dev"] {
        let id = people.find(email).await.unwrap().unwrap().id;
        let actors = Some(vec![format!("service_account:{email}")]);
        let out = PersonChange { disabled: Some(true), actors, ..PersonChange::default() };
        people.change_person(id, &out, now()).await.unwrap();
    }
    app.wait(HOUR);
    let mut told = gone(&app, &admin).await;
    told.sort();
    let mut expected = [
        (format!("api_token:{revoked}"), "revoked".to_owned()),
        (format!("api_token:{expires}"), "expired".to_owned()),
        (of_event, "disabled".to_owned()),
        ("service_account:maya@acme.dev".to_owned(), "disabled".to_owned()),
        ("user:maya@acme.dev".to_owned(), "disabled".to_owned()),
    ];
    expected.sort();
    assert_eq!(told, expected);

    // Masked readers know them by what they see.
    let auditor = person(&app, "audit@acme.dev", &[(app.project, Grant::of(Role::Auditor))]).await;
    let masks = json!({"emails": ["auditor"]});
    app.as_person(&admin, Method::PUT, "/api/projects/acme/privacy", Some(masks)).await;
    let told = gone(&app, &auditor).await;
    assert!(told.iter().all(|(actor, _)| !actor.contains('@')), "{told:?}");
    let masked = |actor: &str| actor.split_once(':').and_then(|(_, id)| pseudonym(id));
    assert!(told.iter().any(|(actor, _)| masked(actor) == Some(Address::Email)), "{told:?}");
}
