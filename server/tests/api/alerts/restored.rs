//! What comes back from the archive was watched when it came first.

use axum::http::Method;
use daybook::{
    outbound::{Folder, Outbound, Place},
    people::Lifetimes,
    retention::{Pace, keeper::tick},
    settings::Settings,
};
use serde_json::json;

use super::{found, looked_at, options, rule, store, until, watching_with, with};

const DAY: i64 = 24 * 60 * 60_000;

/// Brings everything back, while alerts watch or while they do not.
async fn brought_back(watched: bool) {
    let folder = tempfile::tempdir().unwrap();
    let archive = Some(Place::Folder(Folder::at(folder.path()).unwrap()));
    let settings = Settings {
        outbound: Outbound { archive, ..Outbound::default() },
        lifetimes: Lifetimes { idle: 4_000 * DAY, whole: 4_000 * DAY },
        pace: Pace { step: 100, rest: 0, rest_alone: 0, tries: 0 },
        alerts: options(),
        ..Settings::default()
    };
    let (app, admin) = watching_with(settings).await;
    tick(&app.state).await;
    let any = json!({"filter": "action=Boom", "condition": {"kind": "any"}});
    let any = rule(&app, &admin, any).await;
    let from = |ip: &str| json!({"action": "Boom", "request": {"remote_ip": ip}});
    store(&app, vec![with("b1", 5, &from("203.0.113.9"))]).await;
    until("it fires", async || found(&app, &admin, any).await.len() == 1).await;
    let mut removed = 0;
    for _ in 0..92 {
        app.wait(DAY);
        removed += tick(&app.state).await;
    }
    assert!(removed > 0);
    // This one begins when the log has nothing of it.
    let new = json!({"name": "New", "filter": "action=Boom", "condition": {"kind": "new", "field": "ip"}});
    let new = rule(&app, &admin, new).await;
    looked_at(&app).await;
    if !watched {
        app.state.alerts.abort().await;
    }
    let path = "/api/projects/acme/archive";
    let files = app.as_person(&admin, Method::GET, path, None).await.json();
    for file in files.as_array().unwrap() {
        let path = format!("{path}/{}/restore", file["id"].as_str().unwrap());
        let restored = app.as_person(&admin, Method::POST, &path, None).await;
        assert_eq!(restored.status, 200, "{:?}", restored.error());
    }
    if !watched {
        app.state.alerts.start(app.state.clone()).await;
    }
    let back = app.get("/api/projects/acme/events?action=Boom&range=all").await.json();
    assert_eq!(back["entries"].as_array().unwrap().len(), 1, "it is back");
    looked_at(&app).await;
    assert_eq!(found(&app, &admin, any).await.len(), 1, "it fired once");
    assert_eq!(found(&app, &admin, new).await.len(), 0);
    // Rules know what came back.
    store(&app, vec![with("b2", 5, &from("203.0.113.9"))]).await;
    looked_at(&app).await;
    assert_eq!(found(&app, &admin, new).await.len(), 0, "it is not new");
    store(&app, vec![with("b3", 5, &from("203.0.113.10"))]).await;
    looked_at(&app).await;
    assert_eq!(found(&app, &admin, new).await.len(), 1);
    assert_eq!(found(&app, &admin, any).await.len(), 3);
    app.state.alerts.close().await;
}

#[tokio::test]
async fn what_comes_back_teaches_and_does_not_fire() {
    brought_back(true).await;
}

#[tokio::test]
async fn nor_does_it_where_it_is_read_later() {
    brought_back(false).await;
}
