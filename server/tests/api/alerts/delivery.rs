//! Who is told, by real receivers that fail, hang, answer late and lead elsewhere.

use std::collections::BTreeSet;

use axum::http::Method;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use daybook::{
    outbound::{Mailer, Outbound},
    settings::Settings,
    site::Site,
};
use daybook_model::account::{Grant, Role};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{ask, options, rule, send, store, until, watching, watching_with, with};
use crate::{
    app::TestApp,
    roles::person,
    schedules::Post,
    streams::receiver::{Does, Got, Receiver},
};

async fn recipient(app: &TestApp, admin: &str, channel: Value) -> (i64, String) {
    let body = json!({"name": format!("to {}", channel["to"]), "channel": channel});
    let made = send(app, admin, Method::POST, "recipients", body).await;
    assert_eq!(made.status, 201, "{:?}", made.error());
    let made = made.json();
    (
        made["recipient"]["id"].as_i64().unwrap(),
        made["secret"].as_str().unwrap_or_default().to_owned(),
    )
}

async fn deliveries(app: &TestApp, admin: &str) -> Vec<Value> {
    ask(app, admin, "deliveries").await.json()["deliveries"].as_array().unwrap().clone()
}

/// A rule that tells a recipient; it fires on each `Boom` by itself.
async fn telling(app: &TestApp, admin: &str, recipients: &[i64]) {
    let body = json!({"name": "Booms", "filter": "action=Boom", "condition": {"kind": "any"}, "recipients": recipients});
    rule(app, admin, body).await;
}

async fn boom(app: &TestApp, id: &str) {
    store(app, vec![with(id, 5, &json!({"action": "Boom"}))]).await;
}

fn header<'a>(got: &'a Got, name: &str) -> &'a str {
    let line = got.head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    });
    line.unwrap_or_else(|| panic!("{name} in {}", got.head))
}

/// Verified as a receiver does who knows the specification alone.
fn is_signed(got: &Got, secret: &str) -> bool {
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let (id, at) = (header(got, "webhook-id"), header(got, "webhook-timestamp"));
    mac.update(format!("{id}.{at}.{}", got.body).as_bytes());
    let signature = format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()));
    header(got, "webhook-signature") == signature
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_signed_and_told_once_it_can_be() {
    let (app, admin) = watching().await;
    let plan = [Does::Answer(500), Does::Vanish, Does::Late, Does::Hang, Does::Answer(302)];
    let receiver = Receiver::start(plan).await;
    let (id, secret) =
        recipient(&app, &admin, json!({"to": "webhook", "target": receiver.address})).await;
    telling(&app, &admin, &[id]).await;
    boom(&app, "b1").await;
    until("it is delivered", async || {
        let all = deliveries(&app, &admin).await;
        all.first().is_some_and(|one| {
            // Time stands in this test: what waits is due when it passes.
            app.wait(1_000);
            app.state.alerts.deliver();
            one["state"] == "delivered"
        })
    })
    .await;
    let all = deliveries(&app, &admin).await;
    assert_eq!(all.len(), 1, "once in the log");
    assert_eq!(
        (&all[0]["attempts"], &all[0]["status"], &all[0]["reason"]),
        (&json!(6), &json!(200), &json!("fired"))
    );
    let got = receiver.got();
    let ids: BTreeSet<_> = got.iter().map(|got| header(got, "webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), 1, "the same message");
    assert!(got.iter().all(|got| is_signed(got, &secret)));
    let told = &got.last().unwrap().entries[0];
    assert_eq!(
        (&told["type"], &told["data"]["alert"]["name"]),
        (&json!("alert.fired"), &json!("Booms"))
    );
    assert_eq!(told["data"]["project"], "acme");
    let page = format!("/projects/acme/alerts/{}", told["data"]["alert"]["id"]);
    assert_eq!(told["data"]["url"], page.as_str(), "the page of the alert");
    // Delivered again by hand: the same message, and the same line in the log.
    let again = format!("deliveries/{}/again", all[0]["id"]);
    send(&app, &admin, Method::POST, &again, json!({})).await;
    until("it is delivered again", async || deliveries(&app, &admin).await[0]["attempts"] == 7)
        .await;
    assert_eq!(deliveries(&app, &admin).await.len(), 1);
    assert_eq!(header(receiver.got().last().unwrap(), "webhook-id"), ids.first().unwrap());
    app.state.alerts.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_delivered_is_given_up_and_says_why() {
    let (app, admin) = watching().await;
    let gone = Receiver::start([Does::Answer(410)]).await;
    let leads = Receiver::start(vec![Does::Answer(302); 20]).await;
    let (gone_id, _) =
        recipient(&app, &admin, json!({"to": "webhook", "target": gone.address})).await;
    let (leads_id, _) =
        recipient(&app, &admin, json!({"to": "slack", "target": leads.address})).await;
    telling(&app, &admin, &[gone_id, leads_id]).await;
    boom(&app, "b1").await;
    let mut all = Vec::new();
    until("both are given up", async || {
        app.wait(1_000);
        app.state.alerts.deliver();
        all = deliveries(&app, &admin).await;
        all.len() == 2 && all.iter().all(|one| one["state"] == "failed")
    })
    .await;
    let of = |id: i64| all.iter().find(|one| one["recipient"] == id).unwrap();
    assert_eq!((&of(gone_id)["attempts"], &of(gone_id)["status"]), (&json!(1), &json!(410)));
    assert_eq!((&of(leads_id)["attempts"], &of(leads_id)["status"]), (&json!(6), &json!(302)));
    let error = of(leads_id)["error"].as_str().unwrap();
    assert!(error.contains("redirects are not followed"), "{error}");
    assert!(!error.contains("in-the-address"), "{error}");
    app.state.alerts.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_holds_up_no_other_and_slack_is_told_in_its_words() {
    let (app, admin) = watching().await;
    let hangs = Receiver::start([Does::Hang, Does::Hang]).await;
    let slack = Receiver::start([]).await;
    let (hangs, _) =
        recipient(&app, &admin, json!({"to": "webhook", "target": hangs.address})).await;
    let (chat, _) = recipient(&app, &admin, json!({"to": "slack", "target": slack.address})).await;
    telling(&app, &admin, &[hangs, chat]).await;
    boom(&app, "b1").await;
    until("the other is told", async || !slack.got().is_empty()).await;
    let told = &slack.got()[0].entries[0];
    let text = told["text"].as_str().unwrap();
    assert!(text.starts_with("acme · High: Booms\n1 entry at 2026-11-20 11:55:00 UTC"), "{text}");
    send(&app, &admin, Method::POST, &format!("recipients/{chat}/test"), json!({})).await;
    until("the test comes through", async || slack.got().len() == 2).await;
    app.state.alerts.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_come_through_a_real_mail_server() {
    let post = Post::start();
    let outbound = Outbound {
        mailer: Some(Mailer::by(&post.smtp, "Daybook <daybook@daybook.test>").unwrap()),
        ..Outbound::default()
    };
    let site = Site::at("http://daybook.test").unwrap();
    let settings = Settings { outbound, site, alerts: options(), ..Settings::default() };
    let (app, admin) = watching_with(settings).await;
    person(&app, "member@acme.dev", &[(app.project, Grant::of(Role::Member))]).await;
    let stranger =
        json!({"name": "x", "channel": {"to": "mail", "addresses": ["stranger@acme.dev"]}});
    let refused = send(&app, &admin, Method::POST, "recipients", stranger).await;
    assert_eq!(refused.error().0, "channel.addresses");
    let channel = json!({"to": "mail", "addresses": ["F@acme.dev", "member@acme.dev"]});
    let (id, _) = recipient(&app, &admin, channel).await;
    telling(&app, &admin, &[id]).await;
    post.refuse(1);
    boom(&app, "b1").await;
    until("a mail arrives", async || {
        app.wait(1_000);
        app.state.alerts.deliver();
        !post.mails().is_empty() && deliveries(&app, &admin).await[0]["state"] == "delivered"
    })
    .await;
    let mails = post.mails();
    assert_eq!(mails.len(), 1, "whoever may not read alerts gets none: {mails:?}");
    let text = mails[0].to_string();
    assert!(text.contains("f@acme.dev") && text.contains("Booms"), "{text}");
    assert!(deliveries(&app, &admin).await[0]["attempts"].as_u64().unwrap() >= 2);
    app.state.alerts.close().await;
}

/// A server that sends mail, and where it goes.
async fn posting() -> (TestApp, String, Post) {
    let post = Post::start();
    let mailer = Mailer::by(&post.smtp, "Daybook <daybook@daybook.test>").unwrap();
    let outbound = Outbound { mailer: Some(mailer), ..Outbound::default() };
    let site = Site::at("http://daybook.test").unwrap();
    let settings = Settings { outbound, site, alerts: options(), ..Settings::default() };
    let (app, admin) = watching_with(settings).await;
    (app, admin, post)
}

async fn delivered(app: &TestApp, admin: &str) {
    until("it is delivered", async || {
        app.wait(1_000);
        app.state.alerts.deliver();
        let all = deliveries(app, admin).await;
        !all.is_empty() && all.iter().all(|one| one["state"] == "delivered")
    })
    .await;
}

fn told_whom(post: &Post) -> Vec<String> {
    let mails = post.mails();
    let mut whom: Vec<_> =
        mails.iter().map(|mail| mail["to"][0].as_str().unwrap().to_owned()).collect();
    whom.sort();
    whom
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_mail_has_it_once_however_often_others_are_tried() {
    let (app, admin, post) = posting().await;
    person(&app, "g@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    let channel = json!({"to": "mail", "addresses": ["f@acme.dev", "g@acme.dev"]});
    let (id, _) = recipient(&app, &admin, channel).await;
    telling(&app, &admin, &[id]).await;
    // The first one's mailbox is full for a moment.
    post.refuse(1);
    boom(&app, "b1").await;
    delivered(&app, &admin).await;
    assert_eq!(told_whom(&post), ["f@acme.dev", "g@acme.dev"]);
    // By hand it is sent again to both, as both had it.
    let again = format!("deliveries/{}/again", deliveries(&app, &admin).await[0]["id"]);
    send(&app, &admin, Method::POST, &again, json!({})).await;
    delivered(&app, &admin).await;
    assert_eq!(told_whom(&post).len(), 4);
    app.state.alerts.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_masks_is_told_with_masks() {
    let (app, admin, post) = posting().await;
    person(&app, "audit@acme.dev", &[(app.project, Grant::of(Role::Auditor))]).await;
    let channel = json!({"to": "mail", "addresses": ["audit@acme.dev", "f@acme.dev"]});
    let (id, _) = recipient(&app, &admin, channel).await;
    let body = json!({"name": "New", "filter": "action=Boom", "condition": {"kind": "new", "field": "ip"}, "recipients": [id]});
    rule(&app, &admin, body).await;
    let boom = async |id: &str, ip: &str| {
        let from = json!({"action": "Boom", "request": {"remote_ip": ip}});
        store(&app, vec![with(id, 5, &from)]).await;
    };
    let mask = async |who: Value| {
        let privacy = json!({"emails": who, "ips": who});
        let path = "/api/projects/acme/privacy";
        let set = app.as_person(&admin, Method::PUT, path, Some(privacy)).await;
        assert_eq!(set.status, 200, "{:?}", set.error());
    };
    // Where auditors see masks, theirs has them.
    mask(json!(["auditor"])).await;
    boom("b1", "203.0.113.9").await;
    delivered(&app, &admin).await;
    assert_eq!(told_whom(&post), ["audit@acme.dev", "f@acme.dev"]);
    for mail in post.mails() {
        let masked = mail["to"][0] == "audit@acme.dev";
        assert_eq!(!mail.to_string().contains("203.0.113.9"), masked, "{mail}");
    }
    // Where everybody does, nobody's is without, and everybody is told.
    mask(json!(["auditor", "admin"])).await;
    boom("b2", "203.0.113.10").await;
    until("both are told", async || {
        app.wait(1_000);
        app.state.alerts.deliver();
        post.mails().len() == 4
    })
    .await;
    assert!(post.mails().iter().all(|mail| !mail.to_string().contains("203.0.113.10")));
    app.state.alerts.close().await;
}

#[tokio::test]
async fn a_server_without_an_address_says_what_links_lack() {
    let (app, admin) = watching().await;
    let made = async |app: &TestApp, admin: &str| {
        let channel = json!({"to": "webhook", "target": "http://127.0.0.1:1/"});
        let body = json!({"name": "hook", "channel": channel});
        send(app, admin, Method::POST, "recipients", body).await.json()["notice"].clone()
    };
    let notice = made(&app, &admin).await;
    assert!(notice.as_str().unwrap().contains("--public-url"), "{notice}");
    let site = Site::at("http://daybook.test").unwrap();
    let settings = Settings { site, alerts: options(), ..Settings::default() };
    let (known, admin) = watching_with(settings).await;
    assert_eq!(made(&known, &admin).await, Value::Null);
    app.state.alerts.close().await;
    known.state.alerts.close().await;
}
