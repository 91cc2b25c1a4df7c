//! Single sign-on through a real provider: `oidc-provider` from npm, which node runs.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use daybook::{
    clock::Clock,
    oidc::{ClientSecret, Config, SingleSignOn},
    settings::Settings,
    site::Site,
};
use daybook_model::account::{Grant, PersonChange, Role};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, now};

const HERE: &str = "http://daybook.test";
const MINUTE: i64 = 60_000;

/// A provider that runs, and ends with the test.
struct Provider {
    process: Child,
    address: String,
    /// Kept open: it says more than its address.
    _said: BufReader<ChildStdout>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Provider {
    fn start(options: Value) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../end2end/identity");
        assert!(
            folder.join("node_modules/oidc-provider").is_dir(),
            "the provider is not installed: run `npm ci --prefix end2end/identity`"
        );
        let mut options = options;
        options["callback"] = json!(format!("{HERE}/api/auth/oidc/callback"));
        let mut process = Command::new("node")
            .arg(folder.join("provider.mjs"))
            .arg(options.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is not installed: the tests of single sign-on need version 20 or newer");
        let mut address = String::new();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        said.read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "it did not start: {address:?}");
        Self { process, address, _said: said }
    }

    fn port(&self) -> u16 {
        self.address.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Makes an account or changes it.
    fn account(&self, name: &str, email: &str, groups: &[&str]) {
        self.claims(name, &json!({"email": email, "email_verified": true, "groups": groups}));
    }

    fn claims(&self, name: &str, claims: &Value) {
        let address = format!("{}/accounts/{name}", self.address);
        ureq::put(&address).send(claims.to_string()).unwrap();
    }

    /// What somebody does at the provider, sent there by `away`: where it leads back to.
    fn choose(&self, away: &str, account: &str) -> String {
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
        let agent: ureq::Agent = config.max_redirects_will_error(false).build().into();
        let mut cookies = Vec::<String>::new();
        let mut next = away.to_owned();
        for _ in 0..10 {
            if next.starts_with(HERE) {
                return next;
            }
            if next.starts_with('/') {
                next = format!("{}{next}", self.address);
            }
            let cookie = cookies.join("; ");
            let answer = if next.contains("/interaction/") {
                agent.post(&next).header("cookie", cookie).send_form([("account", account)])
            } else {
                agent.get(&next).header("cookie", cookie).call()
            };
            let answer = answer.unwrap();
            assert!(answer.status().is_redirection(), "{next}: {}", answer.status());
            for set in answer.headers().get_all("set-cookie") {
                cookies.push(set.to_str().unwrap().split(';').next().unwrap().to_owned());
            }
            answer.headers()["location"].to_str().unwrap().clone_into(&mut next);
        }
        panic!("the provider leads nowhere");
    }
}

fn config(provider: &str) -> Config {
    let grants = ["auditors=acme:auditor", "platform=acme:admin", "gone=nowhere:admin"];
    Config {
        issuer: provider.into(),
        client_id: "daybook".into(),
        client_secret: Some(ClientSecret::new("a secret of the tests alone".into())),
        name: Some("Acme login".into()),
        scopes: vec!["groups".into()],
        groups_claim: "groups".into(),
        grants: grants.map(|grant| grant.parse().unwrap()).into(),
    }
}

/// A server that believes this provider, at the time that it really is.
async fn server(provider: &Provider) -> TestApp {
    let site = Site::at(HERE).unwrap();
    let single_sign_on = Some(SingleSignOn::new(config(&provider.address), &site).unwrap());
    let app =
        TestApp::recording_with(Settings { site, single_sign_on, ..Settings::default() }).await;
    app.wait(Clock::System.now().millis() - now().millis());
    app
}

async fn open(app: &TestApp, path: &str, cookies: &str) -> Answer {
    let request = Request::get(path).header(header::COOKIE, cookies);
    app.send(request.body(Body::empty()).unwrap()).await
}

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    answer.headers[header::LOCATION].to_str().unwrap()
}

/// The value of a cookie that an answer sets.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let set = headers.get_all(header::SET_COOKIE).iter().map(|set| set.to_str().unwrap());
    let set = set.filter(|set| set.contains("; HttpOnly; SameSite=Lax; "));
    let mut values = set.filter_map(|set| set.strip_prefix(name)?.strip_prefix('='));
    values.next().map(|rest| rest.split(';').next().unwrap().to_owned())
}

const JOURNEY: &str = "daybook_sign_in";

/// Away to the provider: where, and the cookie that is kept meanwhile.
async fn away(app: &TestApp, to: &str) -> (String, String) {
    let answer = open(app, &format!("/api/auth/oidc/start?to={to}"), "").await;
    let kept = cookie(&answer.headers, JOURNEY).expect("something is kept");
    (location(&answer).to_owned(), format!("{JOURNEY}={kept}"))
}

/// Back from the provider.
async fn back(app: &TestApp, callback: &str, cookies: &str) -> Answer {
    let answer = open(app, callback.strip_prefix(HERE).unwrap(), cookies).await;
    if let Some(failed) = app.account().await.last().filter(|entry| entry["outcome"] == "failure") {
        // For whoever reads why a test failed.
        eprintln!("{callback}: {}", failed["error"]);
    }
    answer
}

/// Signs in with an account, to open a link.
async fn sign_in(app: &TestApp, provider: &Provider, account: &str) -> Answer {
    let (there, kept) = away(app, "%2Fprojects%2Facme%2Flog").await;
    back(app, &provider.choose(&there, account), &kept).await
}

async fn viewer(app: &TestApp, signed_in: &Answer) -> Value {
    let session = cookie(&signed_in.headers, "daybook_session").expect("a session");
    app.as_person(&session, Method::GET, "/api/session", None).await.json()
}

/// The entries of `acme` that change what somebody may do, whole.
async fn role_changes(app: &TestApp) -> Vec<Value> {
    let list = app.get("/api/projects/acme/events?source=daybook&sort=time").await.json();
    let mut changes = Vec::new();
    for entry in list["entries"].as_array().unwrap() {
        if entry["resource"]["type"] == "person" {
            let path = format!("/api/projects/acme/events/{}", entry["seq"]);
            changes.push(app.get(&path).await.json());
        }
    }
    changes
}

#[tokio::test]
async fn an_account_elsewhere_signs_in_and_its_groups_say_where() {
    let provider = Provider::start(json!({}));
    let app = server(&provider).await;
    let ways = open(&app, "/api/sign-in", "").await.json();
    assert_eq!(ways, json!({"single_sign_on": "Acme login"}));

    provider.account("maya", "Maya@acme.dev", &["auditors", "staff", "gone"]);
    let (there, kept) = away(&app, "%2Fprojects%2Facme%2Flog%3Fq%3Da%2520b%26range%3D24h").await;
    assert!(there.starts_with(&provider.address) && there.contains("code_challenge_method=S256"));
    let signed_in = back(&app, &provider.choose(&there, "maya"), &kept).await;
    assert_eq!(location(&signed_in), "/projects/acme/log?q=a%20b&range=24h");
    assert_eq!(cookie(&signed_in.headers, JOURNEY).as_deref(), Some(""), "it is over");
    let seen = viewer(&app, &signed_in).await;
    assert_eq!((&seen["email"], &seen["instance_admin"]), (&json!("maya@acme.dev"), &json!(false)));
    assert_eq!(seen["projects"][0]["grant"], json!({"role": "auditor"}));
    let maya = app.state.people.find("maya@acme.dev").await.unwrap().unwrap();
    let given = &app.state.people.grants(maya.id).await.unwrap()[0];
    let session = app.state.clock.now().plus_millis(app.state.people.lifetimes().whole);
    assert!(given.grant.until.is_some_and(|until| until <= session), "it outlives the session");

    let written = app.account().await;
    let told: Vec<_> = written.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(told, ["CreatePerson", "SignIn"]);
    assert_eq!(written[0]["actor"]["name"], "Acme login");
    assert_eq!(written[1]["actor"]["email"], "maya@acme.dev");
    assert_eq!(
        (&written[1]["outcome"], &written[1]["context"]["through"]),
        (&json!("success"), &json!(provider.address))
    );

    let text = json!(written).to_string();
    assert!(!text.contains("code=") && !text.contains("state="), "{text}");

    // What comes from groups is replaced each time; what was given by hand is not.
    let maya = app.state.people.find("maya@acme.dev").await.unwrap().unwrap();
    app.state.people.set_grant(maya.id, app.project, &Grant::of(Role::Member)).await.unwrap();
    // An address may change, the account is the same.
    provider.account("maya", "maya.ortiz@acme.dev", &["auditors", "platform"]);
    let seen = viewer(&app, &sign_in(&app, &provider, "maya").await).await;
    assert_eq!(
        (&seen["email"], &seen["projects"][0]["grant"]["role"]),
        (&json!("maya@acme.dev"), &json!("admin"))
    );
    provider.claims("maya", &json!({"email": "maya@acme.dev", "email_verified": true}));
    let seen = viewer(&app, &sign_in(&app, &provider, "maya").await).await;
    assert_eq!(seen["projects"][0]["grant"]["role"], "member");
    let changes = role_changes(&app).await;
    let change = |entry: &Value| {
        (
            entry["action"].clone(),
            entry["change"]["before"]["role"].clone(),
            entry["change"]["after"]["role"].clone(),
        )
    };
    assert_eq!(
        changes.iter().map(change).collect::<Vec<_>>(),
        [
            (json!("ChangeRole"), Value::Null, json!("auditor")),
            (json!("ChangeRole"), json!("auditor"), json!("admin")),
            (json!("RemoveMember"), json!("admin"), Value::Null),
        ]
    );
}

#[tokio::test]
async fn whoever_stays_outside_is_told_why_and_it_is_written_down() {
    let provider = Provider::start(json!({"inIdToken": true}));
    let app = server(&provider).await;
    let people = &app.state.people;
    people.first_person(now()).await.unwrap();
    for email in ["tom@acme.dev", "gone@acme.dev"] {
        people.create_person(email, None, now()).await.unwrap();
    }
    let gone = people.find("gone@acme.dev").await.unwrap().unwrap();
    let disabled = PersonChange { disabled: Some(true), ..PersonChange::default() };
    people.change_person(gone.id, &disabled, now()).await.unwrap();

    provider.account("tom", "tom@acme.dev", &["staff"]);
    provider.account("another-tom", "tom@acme.dev", &["platform"]);
    provider.account("gone", "gone@acme.dev", &["platform"]);
    provider.account("stranger", "stranger@acme.dev", &["staff"]);
    let claims = |verified: Value| json!({"email": "new@acme.dev", "email_verified": verified, "groups": ["platform"]});
    provider.claims("unverified", &claims(json!(false)));
    provider.claims("unsaid", &claims(Value::Null));

    // Tom was made by hand; his account is his from now on.
    let seen = viewer(&app, &sign_in(&app, &provider, "tom").await).await;
    assert_eq!((&seen["email"], &seen["projects"]), (&json!("tom@acme.dev"), &json!([])));
    for (account, problem, who) in [
        ("another-tom", "taken", Some("tom@acme.dev")),
        ("gone", "disabled", Some("gone@acme.dev")),
        ("stranger", "stranger", Some("stranger@acme.dev")),
        ("unverified", "unverified", None),
        ("unsaid", "unverified", None),
        ("", "refused", None),
    ] {
        let answer = sign_in(&app, &provider, account).await;
        let expected = format!("/sign-in?then=/projects/acme/log&problem={problem}");
        assert_eq!(location(&answer), expected, "{account}");
        assert!(cookie(&answer.headers, "daybook_session").is_none());
        let entry = app.account().await.pop().unwrap();
        assert_eq!(
            (&entry["action"], &entry["outcome"]),
            (&json!("SignIn"), &json!("failure")),
            "{account}"
        );
        assert_eq!(entry["actor"]["email"].as_str(), who, "{account}");
        assert!(entry["error"].is_string() && entry["context"]["through"].is_string(), "{account}");
    }
    assert!(people.find("stranger@acme.dev").await.unwrap().is_none());
    assert!(people.find("new@acme.dev").await.unwrap().is_none());

    // Where it is the same person after all, an admin says so.
    let tom = people.find("tom@acme.dev").await.unwrap().unwrap();
    let path = format!("/api/people/{}/identities", tom.id);
    let forget = Request::delete(&path)
        .header(header::AUTHORIZATION, format!("Bearer {}", app.local_key.reveal()));
    let forgotten = app.send(forget.body(Body::empty()).unwrap()).await;
    assert_eq!(forgotten.status, StatusCode::NO_CONTENT);
    let seen = viewer(&app, &sign_in(&app, &provider, "another-tom").await).await;
    assert_eq!(seen["email"], "tom@acme.dev");
    let refused = sign_in(&app, &provider, "tom").await;
    assert!(location(&refused).ends_with("problem=taken"));

    // Who is disabled later stays outside as well, and sessions are over.
    let signed_in = sign_in(&app, &provider, "another-tom").await;
    let session = cookie(&signed_in.headers, "daybook_session").unwrap();
    people.change_person(tom.id, &disabled, now()).await.unwrap();
    let asked = app.as_person(&session, Method::GET, "/api/session", None).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    let again = sign_in(&app, &provider, "another-tom").await;
    assert!(location(&again).ends_with("problem=disabled"));
}

#[tokio::test]
async fn what_comes_back_belongs_to_the_browser_that_began_it() {
    let provider = Provider::start(json!({}));
    provider.account("maya", "maya@acme.dev", &["auditors"]);
    let app = server(&provider).await;
    let problem = |answer: &Answer| {
        assert!(cookie(&answer.headers, "daybook_session").is_none(), "{}", location(answer));
        location(answer).rsplit('=').next().unwrap().to_owned()
    };
    let (there, kept) = away(&app, "/").await;
    let callback = provider.choose(&there, "maya");

    // A link that somebody else was sent, so that they would be signed in as Maya.
    assert_eq!(problem(&back(&app, &callback, "").await), "expired");
    let (_, others) = away(&app, "/").await;
    assert_eq!(problem(&back(&app, &callback, &others).await), "expired");
    let forged = format!("{}x", kept.replace('.', "A."));
    assert_eq!(problem(&back(&app, &callback, &forged).await), "expired");
    let stateless = callback.replace("state=", "was=");
    assert_eq!(problem(&back(&app, &stateless, &kept).await), "expired");
    let elsewhere = callback.replace("iss=http", "iss=https");
    assert_ne!(elsewhere, callback);
    assert_eq!(problem(&back(&app, &elsewhere, &kept).await), "unavailable");
    let made_up = callback.replace("code=", "code=x");
    assert_eq!(problem(&back(&app, &made_up, &kept).await), "unavailable");

    // The one who began comes in, once.
    assert_eq!(location(&back(&app, &callback, &kept).await), "/");
    assert_eq!(problem(&back(&app, &callback, &kept).await), "unavailable");

    // Another journey's code is of no use: the provider is told a verifier that is not its own.
    let (there, _) = away(&app, "/").await;
    let stolen = provider.choose(&there, "maya");
    let (mine, kept) = away(&app, "/").await;
    let part = |link: &str, key: &str| {
        let (_, rest) = link.split_once(&format!("{key}=")).unwrap();
        rest.split('&').next().unwrap().to_owned()
    };
    let mixed = stolen.replace(&part(&stolen, "state"), &part(&mine, "state"));
    assert_eq!(problem(&back(&app, &mixed, &kept).await), "unavailable");

    let (there, kept) = away(&app, "/").await;
    let callback = provider.choose(&there, "maya");
    app.wait(10 * MINUTE);
    assert_eq!(problem(&back(&app, &callback, &kept).await), "expired");
}

#[tokio::test]
async fn the_link_that_was_opened_survives_and_leads_nowhere_else() {
    let provider = Provider::start(json!({}));
    provider.account("maya", "maya@acme.dev", &["auditors"]);
    let app = server(&provider).await;
    for elsewhere in [
        "https:%2F%2Fevil.test",
        "%2F%2Fevil.test",
        "%2F%5Cevil.test",
        "%2F%09%2Fevil.test",
        "%2Fa%0d%0aX-Evil:1",
        "",
    ] {
        let (there, kept) = away(&app, elsewhere).await;
        let signed_in = back(&app, &provider.choose(&there, "maya"), &kept).await;
        assert_eq!(location(&signed_in), "/", "{elsewhere}");
    }
    let long = format!("/api/auth/oidc/start?to=%2F{}", "x".repeat(4_000));
    assert_eq!(location(&open(&app, &long, "").await), "/sign-in?problem=too_long");
}

#[tokio::test]
async fn a_provider_may_change_its_keys_and_may_be_away() {
    let provider = Provider::start(json!({}));
    let port = provider.port();
    let app = server(&provider).await;
    provider.account("maya", "maya@acme.dev", &["auditors"]);
    assert_eq!(location(&sign_in(&app, &provider, "maya").await), "/projects/acme/log");

    drop(provider);
    let (there, kept) = away(&app, "/").await;
    let callback = format!("{HERE}/api/auth/oidc/callback?code=x&state={}", {
        let (_, rest) = there.split_once("&state=").unwrap();
        rest.split('&').next().unwrap()
    });
    let answer = back(&app, &callback, &kept).await;
    assert_eq!(location(&answer), "/sign-in?then=/&problem=unavailable");

    // As it comes back it has other keys than those that are known.
    let provider = Provider::start(json!({"port": port}));
    provider.account("maya", "maya@acme.dev", &["auditors"]);
    app.wait(MINUTE);
    assert_eq!(location(&sign_in(&app, &provider, "maya").await), "/projects/acme/log");

    // One that is not there when it is needed first is asked again a little later, not at once.
    drop(provider);
    app.wait(61 * MINUTE);
    let start = "/api/auth/oidc/start?to=%2Faccount";
    let away = open(&app, start, "").await;
    assert_eq!(location(&away), "/sign-in?then=/account&problem=unavailable");
    let provider = Provider::start(json!({"port": port}));
    assert!(location(&open(&app, start, "").await).starts_with("/sign-in"));
    app.wait(MINUTE);
    assert!(location(&open(&app, start, "").await).starts_with(&provider.address));
}

#[tokio::test]
async fn where_it_is_not_set_up_nothing_leads_to_it() {
    let app = TestApp::start().await;
    assert_eq!(open(&app, "/api/sign-in", "").await.json(), json!({}));
    for path in ["start", "callback?code=x&state=y"] {
        let answer = open(&app, &format!("/api/auth/oidc/{path}"), "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn no_group_is_let_into_the_log_of_accounts() {
    let provider = Provider::start(json!({}));
    let site = Site::at(HERE).unwrap();
    // By the number that it is going to have; its word is refused as an option already.
    let grants = vec!["platform=2:admin".parse().unwrap()];
    let config = Config { grants, ..config(&provider.address) };
    let single_sign_on = Some(SingleSignOn::new(config, &site).unwrap());
    let app =
        TestApp::recording_with(Settings { site, single_sign_on, ..Settings::default() }).await;
    app.wait(Clock::System.now().millis() - now().millis());
    let accounts = app.state.store.create_project("_account", now()).await.unwrap();
    assert_eq!(accounts.number, 2);

    provider.account("eve", "eve@acme.dev", &["platform"]);
    let answer = sign_in(&app, &provider, "eve").await;
    assert!(location(&answer).ends_with("problem=stranger"), "{}", location(&answer));
    app.state.people.create_person("eve@acme.dev", None, now()).await.unwrap();
    let signed_in = sign_in(&app, &provider, "eve").await;
    assert_eq!(viewer(&app, &signed_in).await["projects"], json!([]));
    let session = cookie(&signed_in.headers, "daybook_session").unwrap();
    for name in ["_account", "2"] {
        let path = format!("/api/projects/{name}/events");
        let asked = app.as_person(&session, Method::GET, &path, None).await;
        assert_eq!(asked.status, StatusCode::FORBIDDEN, "{name}");
    }
}

#[tokio::test]
async fn a_first_password_takes_an_invitation_and_what_groups_gave_ends_with_another_way_in() {
    let provider = Provider::start(json!({}));
    let app = server(&provider).await;
    let people = &app.state.people;
    provider.account("maya", "maya@acme.dev", &["auditors"]);
    let signed_in = sign_in(&app, &provider, "maya").await;
    let session = cookie(&signed_in.headers, "daybook_session").unwrap();
    let maya = people.find("maya@acme.dev").await.unwrap().unwrap();
    let password = "correct horse battery";
    let set = async |session: &str| {
        let body = json!({"current": "", "new": password});
        app.as_person(session, Method::POST, "/api/password", Some(body)).await
    };
    let try_in = async || {
        let body = json!({"email": "maya@acme.dev", "password": password});
        app.as_person("", Method::POST, "/api/session", Some(body)).await
    };
    let refused = set(&session).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.error().1.contains("invitation"), "{:?}", refused.error());
    // Nor once the account is forgotten, nor by looking after the instance.
    people.forget_identities(maya.id).await.unwrap();
    assert_eq!(set(&session).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    sign_in(&app, &provider, "maya").await;
    people.first_person(now()).await.unwrap();
    let keeper = PersonChange { instance_admin: Some(true), ..PersonChange::default() };
    people.change_person(maya.id, &keeper, now()).await.unwrap();
    assert_eq!(set(&session).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let plain = PersonChange { instance_admin: Some(false), ..PersonChange::default() };
    people.change_person(maya.id, &plain, now()).await.unwrap();
    assert_eq!(try_in().await.status, StatusCode::UNAUTHORIZED);

    // With an invitation it is set. A sign-in that shows no group ends what groups gave.
    let clock = app.state.clock.now();
    let secret = people.invite(maya.id, clock).await.unwrap();
    assert!(people.grant(&maya, app.project, clock).await.unwrap().is_some());
    let body = json!({"secret": secret.reveal(), "password": password});
    let accepted = app.as_person("", Method::POST, "/api/invitation", Some(body)).await;
    assert_eq!(accepted.status, StatusCode::OK);
    assert_eq!(accepted.json()["projects"], json!([]));
    let seen = viewer(&app, &sign_in(&app, &provider, "maya").await).await;
    assert_eq!(seen["projects"][0]["grant"]["role"], "auditor");
    people.set_grant(maya.id, app.project, &Grant::of(Role::Member)).await.unwrap();
    let seen = try_in().await.json();
    assert_eq!(seen["projects"][0]["grant"]["role"], "member", "what was given by hand stays");
    let changes = role_changes(&app).await;
    let actions: Vec<_> = changes.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions.last(), Some(&"RemoveMember"), "{actions:?}");
}
