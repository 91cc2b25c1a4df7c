//! Every route with every kind of caller, from the route table itself, against a matrix that is
//! written down here. And what those who see a part of the log see of it.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use daybook::{
    access::Rule,
    api::{self, Route},
    store::ProjectId,
};
use daybook_model::{
    Timestamp,
    account::{Grant, NewToken, Permission, PersonChange, Role, TokenScope},
};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, event, now};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// How a request says who it is from.
#[derive(Clone)]
enum Credential {
    None,
    Session(String),
    Bearer(String),
}

/// What a caller may do: the matrix, a line a caller.
struct Caller {
    name: &'static str,
    credential: Credential,
    /// Whether anybody is known behind it.
    known: bool,
    person: bool,
    instance: bool,
    /// In the project `acme`.
    may: &'static [Permission],
}

use Permission::{Administer, Export, Ingest, KeepSchedules, KeepViews, Read, ReadAlerts};

/// Everything that a person may do.
const ALL: &[Permission] = &Permission::ALL;

pub(crate) async fn person(app: &TestApp, email: &str, grants: &[(ProjectId, Grant)]) -> String {
    let people = &app.state.people;
    let person = people.create_person(email, None, now()).await.unwrap();
    for (project, grant) in grants {
        people.set_grant(person.id, *project, grant).await.unwrap();
    }
    people.open_session(&person, now()).await.unwrap().reveal().to_owned()
}

async fn token(app: &TestApp, project: ProjectId, scopes: &[TokenScope], filter: &str) -> String {
    token_until(app, project, scopes, filter, None).await
}

async fn token_until(
    app: &TestApp,
    project: ProjectId,
    scopes: &[TokenScope],
    filter: &str,
    until: Option<Timestamp>,
) -> String {
    let filter = filter.parse().unwrap();
    let new = NewToken { name: "t".into(), scopes: scopes.to_vec(), filter, until };
    app.state.people.make_token(project, &new, now()).await.unwrap().0.reveal().to_owned()
}

fn limited(filter: &str, until: Option<Timestamp>) -> Grant {
    Grant { role: Role::Auditor, filter: filter.parse().unwrap(), until }
}

/// Every kind of caller.
async fn callers(app: &TestApp) -> Vec<Caller> {
    let acme = app.project;
    let other = app.state.store.create_project("other", now()).await.unwrap();
    let other = ProjectId(other.number);
    let of = |role| Grant::of(role);
    let people = &app.state.people;

    let root = person(app, "root@acme.dev", &[]).await;
    let admin = PersonChange { instance_admin: Some(true), ..PersonChange::default() };
    let id = people.find("root@acme.dev").await.unwrap().unwrap().id;
    people.change_person(id, &admin, now()).await.unwrap();

    let disabled = person(app, "gone@acme.dev", &[(acme, of(Role::Admin))]).await;
    let gone = PersonChange { disabled: Some(true), ..PersonChange::default() };
    let id = people.find("gone@acme.dev").await.unwrap().unwrap().id;
    people.change_person(id, &gone, now()).await.unwrap();

    let revoked = token(app, acme, &TokenScope::ALL, "").await;
    let made = people.tokens(acme).await.unwrap()[0].id;
    people.revoke_token(acme, made, now()).await.unwrap();

    let session = Credential::Session;
    let bearer = Credential::Bearer;
    let caller = |name, credential, may| Caller {
        name,
        person: matches!(credential, Credential::Session(_)),
        credential,
        known: true,
        instance: false,
        may,
    };
    let stranger = |name, credential| Caller { known: false, ..caller(name, credential, &[]) };
    let ended = Some(now());
    let later = Some(now().plus_millis(DAY));
    vec![
        stranger("nobody", Credential::None),
        stranger("a forged session", session("A".repeat(43))),
        stranger("a session of somebody disabled", session(disabled)),
        stranger("a made-up token", bearer("dbk_guess".into())),
        stranger("a revoked token", bearer(revoked)),
        stranger(
            "an expired token",
            bearer(token_until(app, acme, &TokenScope::ALL, "", ended).await),
        ),
        caller("somebody without a grant", session(person(app, "a@acme.dev", &[]).await), &[]),
        caller(
            "a member",
            session(person(app, "b@acme.dev", &[(acme, of(Role::Member))]).await),
            &[Read, KeepViews],
        ),
        caller(
            "an auditor",
            session(person(app, "c@acme.dev", &[(acme, of(Role::Auditor))]).await),
            &[Read, Export, KeepViews, KeepSchedules, ReadAlerts],
        ),
        caller(
            "a limited auditor",
            session(person(app, "d@acme.dev", &[(acme, limited("method=GET", later))]).await),
            &[Read, Export, KeepViews, KeepSchedules],
        ),
        caller(
            "an auditor whose time is over",
            session(person(app, "e@acme.dev", &[(acme, limited("", ended))]).await),
            &[],
        ),
        caller(
            "an admin",
            session(person(app, "f@acme.dev", &[(acme, of(Role::Admin))]).await),
            ALL,
        ),
        caller(
            "an admin of another project",
            session(person(app, "g@acme.dev", &[(other, of(Role::Admin))]).await),
            &[],
        ),
        Caller { instance: true, ..caller("an instance admin", session(root), ALL) },
        caller(
            "a token that sends",
            bearer(token(app, acme, &[TokenScope::Ingest], "").await),
            &[Ingest],
        ),
        caller(
            "a token that reads",
            bearer(token(app, acme, &[TokenScope::Read], "").await),
            &[Read, ReadAlerts],
        ),
        caller(
            "a token that reads a part",
            bearer(token(app, acme, &[TokenScope::Read], "method=GET").await),
            &[Read],
        ),
        caller(
            "a token that exports",
            bearer(token(app, acme, &[TokenScope::Export], "").await),
            &[Export],
        ),
        caller(
            "a token that administers",
            bearer(token_until(app, acme, &[TokenScope::Admin], "", later).await),
            &[Ingest, Read, Export, ReadAlerts, Administer],
        ),
        caller(
            "a token of another project",
            bearer(token(app, other, &TokenScope::ALL, "").await),
            &[],
        ),
        Caller {
            instance: true,
            ..caller(
                "the command line",
                bearer(app.local_key.reveal().to_owned()),
                &[Ingest, Read, Export, ReadAlerts, Administer],
            )
        },
    ]
}

async fn ask(app: &TestApp, method: &Method, path: &str, credential: &Credential) -> StatusCode {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "daybook.test")
        // Nothing that could be done: whoever is let in is told that this is no JSON.
        .header(header::CONTENT_TYPE, "application/json");
    match credential {
        Credential::None => {}
        Credential::Session(cookie) => {
            request = request.header(header::COOKIE, format!("daybook_session={cookie}"));
        }
        Credential::Bearer(token) => {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
    }
    // Its body is not read: a live stream has no end.
    app.begin(request.body(Body::from("?")).unwrap()).await.status()
}

/// What the matrix says.
fn expected(route: &Route, caller: &Caller) -> Option<StatusCode> {
    let allowed = match route.rule {
        Rule::Open | Rule::Operator => return None,
        _ if !caller.known => return Some(StatusCode::UNAUTHORIZED),
        Rule::Person => caller.person,
        Rule::Instance => caller.instance,
        Rule::Project(permission) | Rule::Token(permission) => caller.may.contains(&permission),
    };
    (!allowed).then_some(StatusCode::FORBIDDEN)
}

#[tokio::test]
async fn every_route_lets_in_whom_its_rule_says_and_nobody_else() {
    let app = TestApp::start().await;
    app.ingest(Value::from(vec![event("a", 1)]).to_string()).await;
    let callers = callers(&app).await;
    let mut routes = api::routes();
    // Last what ends the sessions that are asked with.
    routes.sort_by_key(|route| route.method == Method::DELETE && route.path.starts_with("/sess"));
    let mut checked = 0;
    for route in &routes {
        for caller in &callers {
            if route.path == "/session" && route.method == Method::DELETE && caller.person {
                continue;
            }
            for project in ["acme", "1"] {
                let path = route.path.replace("{project}", project);
                let path = path.replace("{seq}", "1").replace("{id}", "999999");
                let path = format!("/api{path}");
                let status = ask(&app, &route.method, &path, &caller.credential).await;
                let about = format!("{} {path} by {}: {status}", route.method, caller.name);
                match expected(route, caller) {
                    Some(expected) => assert_eq!(status, expected, "{about}"),
                    None if route.rule == Rule::Open => {
                        assert_ne!(status, StatusCode::FORBIDDEN, "{about}");
                    }
                    None => assert!(
                        status != StatusCode::UNAUTHORIZED && status != StatusCode::FORBIDDEN,
                        "{about}"
                    ),
                }
                assert!(!status.is_server_error(), "{about}");
                checked += 1;
            }
        }
    }
    assert!(checked > 1_000, "{checked}");
}

/// The rules as they are meant to be: whoever changes one changes it here as well.
#[test]
fn the_rules_are_those_that_were_decided() {
    for route in api::routes() {
        let writes = route.method != Method::GET;
        let expected = match route.path {
            "/set-up"
            | "/invitation"
            | "/openapi.json"
            | "/docs"
            | "/docs.css"
            | "/sign-in"
            | "/auth/oidc/start"
            | "/auth/oidc/callback" => Rule::Open,
            "/session" if route.method == Method::POST => Rule::Open,
            "/session" | "/sessions" | "/sessions/{id}" | "/password" | "/me/settings"
            | "/admins" => Rule::Person,
            path if path.starts_with("/people") || path == "/projects" => Rule::Instance,
            path if path.ends_with("/document") => Rule::Project(Export),
            path if path.contains("/investigations") => Rule::Project(KeepViews),
            path if path.contains("/views") => Rule::Project(KeepViews),
            path if path.contains("/schedules") => Rule::Project(KeepSchedules),
            "/clock" => Rule::Instance,
            path if ["/tokens", "/people", "/streams", "/retention", "/holds", "/archive"]
                .iter()
                .any(|part| path.contains(part)) =>
            {
                Rule::Project(Administer)
            }
            path if path.ends_with("/alerts/backtest") => Rule::Project(ReadAlerts),
            path if path.contains("/alerts/") => {
                Rule::Project(if writes { Administer } else { ReadAlerts })
            }
            path if path.ends_with("/privacy") && writes => Rule::Project(Administer),
            path if path.ends_with("/reveal") => Rule::Project(Export),
            "/projects/{project}/events" if writes => Rule::Project(Ingest),
            "/projects/{project}/settings/export" if writes => Rule::Project(Administer),
            "/projects/{project}/settings/export"
            | "/v2/projects/{project}/api-audit-logs/query" => Rule::Project(Read),
            path if path.contains("/export") => Rule::Project(Export),
            path => {
                assert!(path.starts_with("/projects/{project}/") && !writes, "what is {path}?");
                Rule::Project(Read)
            }
        };
        assert_eq!(route.rule, expected, "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn what_comes_from_another_site_does_not_act_for_whoever_is_signed_in() {
    let app = TestApp::start().await;
    let admin = person(&app, "f@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    for route in api::routes().iter().filter(|route| route.method != Method::GET) {
        let path = route.path.replace("{project}", "acme").replace("{id}", "1");
        for (name, value) in [
            ("origin", "https://evil.test"),
            ("origin", "null"),
            ("origin", "http://daybook.test.evil.test"),
            ("sec-fetch-site", "cross-site"),
            // Another host of the same domain sends our cookie.
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "whatever"),
        ] {
            let request = Request::builder()
                .method(&route.method)
                .uri(format!("/api{path}"))
                .header(header::HOST, "daybook.test")
                .header(header::COOKIE, format!("daybook_session={admin}"))
                .header(header::CONTENT_TYPE, "application/json")
                .header(name, value);
            let status = app.send(request.body(Body::from("{}")).unwrap()).await.status;
            assert_eq!(status, StatusCode::FORBIDDEN, "{} {path} {name}: {value}", route.method);
        }
    }
}

/// What another page fetches or embeds would be recorded as read, or taken away, in somebody's name. A link that
/// they follow is theirs.
#[tokio::test]
async fn what_another_site_embeds_is_neither_read_nor_taken_away() {
    let app = TestApp::recording().await;
    let admin = person(&app, "f@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    let ask = async |method: &Method, path: &str, told: &[(&str, &str)]| {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "daybook.test")
            .header(header::COOKIE, format!("daybook_session={admin}"));
        for (name, value) in told {
            request = request.header(*name, *value);
        }
        app.send(request.body(Body::empty()).unwrap()).await.status
    };
    for route in api::routes().iter().filter(|route| route.method == Method::GET) {
        let path =
            route.path.replace("{project}", "acme").replace("{id}", "1").replace("{seq}", "1");
        let path = format!("/api{path}");
        for site in ["cross-site", "same-site"] {
            for (mode, dest) in [("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe")] {
                let told =
                    [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)];
                let status = ask(&Method::GET, &path, &told).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{path} {told:?}");
            }
            assert_eq!(
                ask(&Method::HEAD, &path, &[("sec-fetch-site", site)]).await,
                StatusCode::FORBIDDEN
            );
        }
    }
    let export = "/api/projects/acme/export?format=csv";
    for told in [
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ][..],
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-dest", "empty"),
        ],
        &[
            ("sec-fetch-site", "none"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ],
        &[],
    ] {
        assert_eq!(ask(&Method::GET, export, told).await, StatusCode::OK, "{told:?}");
    }
}

/// An entry by somebody, in a run or not.
fn by(id: &str, minutes: i64, email: &str, run: Option<&str>) -> Value {
    let mut event = event(id, minutes);
    event["actor"] = json!({"type": "user", "id": format!("id-{email}"), "email": email});
    event["application"] = json!({"id": format!("app-{email}"), "name": format!("App of {email}")});
    if let Some(run) = run {
        event["run_id"] = json!(run);
    }
    event
}

async fn filled() -> TestApp {
    let app = TestApp::start().await;
    let mut service = by("s1", 3, "x@acme.dev", Some("run-maya"));
    service["actor"] = json!({"type": "automation", "id": "runner"});
    service["change"] = json!({"before": null, "after": {"status": "SUCCESS"}});
    let mut alias = by("k1", 6, "x@acme.dev", None);
    alias["actor"] = json!({"type": "service_account", "id": "maya-ci"});
    let events = vec![
        by("m1", 1, "Maya@acme.dev", None),
        by("m2", 5, "maya@acme.dev", Some("run-maya")),
        service,
        by("t1", 2, "tom@acme.dev", None),
        by("t2", 8, "tom@acme.dev", Some("run-tom")),
        alias,
        by("t3", 60 * 24 * 6, "tom@acme.dev", None),
    ];
    assert_eq!(app.ingest(Value::from(events).to_string()).await.json()["stored"], 7);
    app
}

async fn get(app: &TestApp, session: &str, path: &str) -> Answer {
    app.as_person(session, Method::GET, &format!("/api/projects/acme/{path}"), None).await
}

fn ids(page: &Value) -> Vec<&str> {
    let mut ids: Vec<_> =
        page["entries"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids
}

async fn listed(app: &TestApp, session: &str, query: &str) -> Vec<String> {
    let page = get(app, session, &format!("events?{query}")).await.json();
    ids(&page).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_member_sees_their_own_activity_and_their_runs() {
    let app = filled().await;
    let maya = person(&app, "maya@acme.dev", &[(app.project, Grant::of(Role::Member))]).await;
    assert_eq!(listed(&app, &maya, "").await, ["m1", "m2"]);
    assert_eq!(listed(&app, &maya, "actor=user:id-tom@acme.dev").await, [""; 0]);
    assert_eq!(listed(&app, &maya, "q=tom").await, [""; 0]);
    // A run of hers is shown whole, one of somebody else not at all.
    assert_eq!(listed(&app, &maya, "run=run-maya").await, ["m2", "s1"]);
    assert_eq!(listed(&app, &maya, "run=run-tom").await, [""; 0]);
    assert_eq!(listed(&app, &maya, "run=run-maya&run=run-tom").await, ["m2"]);
    assert_eq!(listed(&app, &maya, "run=*").await, ["m2"]);
    assert_eq!(listed(&app, &maya, "run.not=run-tom").await, ["m1", "m2"]);
    for (seq, status) in [
        (1, StatusCode::OK),
        (3, StatusCode::OK),
        (4, StatusCode::NOT_FOUND),
        (5, StatusCode::NOT_FOUND),
        (6, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(get(&app, &maya, &format!("events/{seq}")).await.status, status, "{seq}");
    }
    // An actor that is listed for her is her as well.
    let id = app.state.people.find("maya@acme.dev").await.unwrap().unwrap().id;
    let actors = Some(vec!["service_account:maya-ci".to_owned()]);
    let change = PersonChange { actors, ..PersonChange::default() };
    app.state.people.change_person(id, &change, now()).await.unwrap();
    assert_eq!(listed(&app, &maya, "").await, ["k1", "m1", "m2"]);
    assert_eq!(get(&app, &maya, "export").await.status, StatusCode::FORBIDDEN);
}

/// Whatever is asked, the sum of what is told is that of the part.
#[tokio::test]
async fn a_part_of_the_log_is_all_that_is_counted_listed_and_named() {
    let app = filled().await;
    let day = now().plus_millis(-DAY);
    let slice = format!("application=app-tom@acme.dev&from={day}&to={}", now());
    let tom = person(&app, "slice@acme.dev", &[(app.project, limited(&slice, None))]).await;
    assert_eq!(listed(&app, &tom, "range=all").await, ["t1", "t2"]);
    assert_eq!(listed(&app, &tom, "application.not=app-tom@acme.dev&range=all").await, [""; 0]);
    let from = now().plus_millis(-9 * DAY);
    let until = now().plus_millis(-2 * DAY);
    assert_eq!(listed(&app, &tom, &format!("from={from}&to={until}")).await, [""; 0]);

    let bars = get(&app, &tom, "histogram?range=all").await.json();
    assert_eq!((&bars["total"], &bars["sum"]), (&json!(2), &json!(2)));
    assert!(bars["since"].as_str().unwrap() > day.to_string().as_str(), "when the log begins");
    assert_eq!(get(&app, &tom, "histogram/previous?range=24h").await.json()["total"], 0);
    assert_eq!(get(&app, &tom, "newer?as_of=4").await.json()["newer"], 1);

    // A value that is chosen but not in the part comes back without the name it has elsewhere.
    let facets = get(&app, &tom, "facets?range=all&application=app-maya@acme.dev").await;
    let text = String::from_utf8(facets.body.clone()).unwrap();
    assert!(text.contains("App of tom") && !text.contains("App of maya"), "{text}");
    for facet in facets.json().as_array().unwrap() {
        let counts =
            facet["values"].as_array().unwrap().iter().map(|v| v["count"].as_u64().unwrap());
        assert!(counts.sum::<u64>() <= 2, "{facet}");
    }
    let typed = get(&app, &tom, "facets?facets=application&facet.q=app&range=all").await.json();
    assert_eq!(typed[0]["values"].as_array().unwrap().len(), 1);

    let without = get(&app, &tom, "without?application=app-maya@acme.dev&status=404").await.json();
    for part in without.as_array().unwrap() {
        assert!(part["total"].as_u64().unwrap() <= 2, "{part}");
    }
    let conflicts = "conflicts?application=app-maya@acme.dev&actor=user:id-tom@acme.dev&range=all";
    assert_eq!(get(&app, &tom, conflicts).await.json(), json!([]));
    let overview = get(&app, &tom, "overview?range=all").await;
    let overview = String::from_utf8(overview.body).unwrap();
    assert!(!overview.contains("maya") && !overview.contains("runner"), "{overview}");
    let totals = overview.lines().last().unwrap();
    assert!(
        serde_json::from_str::<Value>(totals).unwrap()["totals"]
            .as_array()
            .unwrap()
            .iter()
            .all(|total| total.as_u64().unwrap() <= 2)
    );
    for seq in [1, 2, 3, 6, 7] {
        let status = get(&app, &tom, &format!("events/{seq}")).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{seq}");
    }
}

#[tokio::test]
async fn a_cursor_of_somebody_who_sees_more_is_worth_nothing() {
    let app = filled().await;
    let admin = person(&app, "f@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    let maya = person(&app, "maya@acme.dev", &[(app.project, Grant::of(Role::Member))]).await;
    let first = get(&app, &admin, "events?limit=2").await.json();
    let cursor = first["next"].as_str().unwrap();
    let answer = get(&app, &maya, &format!("events?limit=2&cursor={cursor}")).await;
    assert_eq!((answer.status, answer.error().0), (StatusCode::BAD_REQUEST, "cursor".into()));
}

#[tokio::test]
async fn the_other_project_is_nowhere() {
    let app = filled().await;
    let other = app.state.store.create_project("other", now()).await.unwrap();
    let other = ProjectId(other.number);
    let admin = person(&app, "g@acme.dev", &[(other, Grant::of(Role::Admin))]).await;
    let mine = token(&app, app.project, &[TokenScope::Read], "").await;
    let view = json!({"name": "Mine", "query": "", "shared": true});
    let acme = person(&app, "f@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    let made = app.as_person(&acme, Method::POST, "/api/projects/acme/views", Some(view)).await;
    let view = made.json()["id"].as_i64().unwrap();
    let in_other = async |method: Method, path: String, body: Option<Value>| {
        app.as_person(&admin, method, &format!("/api/projects/other/{path}"), body).await
    };
    // Numbers of the one project in every parameter of the other one.
    let id = app.state.people.tokens(app.project).await.unwrap()[0].id;
    let person_id = app.state.people.find("f@acme.dev").await.unwrap().unwrap().id;
    for (method, path) in [
        (Method::GET, "events/1".to_owned()),
        (Method::DELETE, format!("tokens/{id}")),
        (Method::DELETE, format!("people/{person_id}")),
        (Method::DELETE, format!("views/{view}")),
    ] {
        let status = in_other(method, path.clone(), None).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    let patch = in_other(Method::PATCH, format!("views/{view}"), Some(json!({"name": "x"}))).await;
    assert_eq!(patch.status, StatusCode::NOT_FOUND);
    for query in ["run=run-maya", "id=m1", "actor=user:id-tom@acme.dev", "q=tom", "as_of=7"] {
        let page = in_other(Method::GET, format!("events?range=all&{query}"), None).await.json();
        assert_eq!(page["entries"], json!([]), "{query}");
    }
    assert_eq!(in_other(Method::GET, "tokens".into(), None).await.json(), json!([]));
    let still = app.post_as(&mine, "/api/projects/acme/events", "application/json", "[]").await;
    assert_eq!(still.status, StatusCode::FORBIDDEN, "it is not revoked, and does not send");
}
