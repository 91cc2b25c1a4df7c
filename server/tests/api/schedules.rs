//! Schedules: each entry in exactly one run, whatever happens on the way; with the rights of whoever made
//! them; and real receivers at the other end: a mail server (`smtp-server`), and an S3 store (`moto`).

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use axum::http::{Method, StatusCode};
use daybook::{
    outbound::{Bucket, Folder, Mailer, Outbound},
    people::Lifetimes,
    schedules::keeper::{resume, tick},
    secret::Secret,
    settings::Settings,
    site::Site,
    state::AppState,
};
use daybook_model::account::{Grant, PersonChange, Role};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::{
    app::{TestApp, event, now},
    roles::person,
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const SCHEDULES: &str = "/api/projects/acme/schedules";

/// A program at the other end, which ends with the test.
struct Receiver(Child);

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A mail server, and what it got.
pub(crate) struct Post {
    _process: Receiver,
    pub(crate) smtp: String,
    http: String,
}

impl Post {
    pub(crate) fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end/receivers");
        assert!(
            folder.join("node_modules/smtp-server").is_dir(),
            "the mail server is not installed: run `npm ci --prefix end2end/receivers`"
        );
        let mut process = Command::new("node")
            .arg(folder.join("mail.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is not installed: these tests need version 20 or newer");
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let (smtp, http) = said.trim().split_once(' ').unwrap();
        Self { smtp: smtp.into(), http: http.into(), _process: Receiver(process) }
    }

    pub(crate) fn mails(&self) -> Vec<Value> {
        let mut answer = ureq::get(&self.http).call().unwrap();
        answer.body_mut().read_json().unwrap()
    }

    pub(crate) fn refuse(&self, count: u32) {
        ureq::put(format!("{}/refuse/{count}", self.http)).send("").unwrap();
    }
}

/// An S3 store with a bucket `audit`.
pub(crate) struct Store {
    _process: Receiver,
    address: String,
}

impl Store {
    pub(crate) fn start() -> Self {
        // A port that was free a moment ago.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::start_at(port)
    }

    /// Ends it; the port that it had.
    pub(crate) fn stop(self) -> u16 {
        self.address.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// What a program is told that is to find it.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let text = |text: &str| text.to_owned();
        vec![
            ("AWS_ENDPOINT_URL", self.address.clone()),
            ("AWS_ALLOW_HTTP", text("true")),
            ("AWS_REGION", text("us-east-1")),
            ("AWS_ACCESS_KEY_ID", text("test")),
            ("AWS_SECRET_ACCESS_KEY", text("test")),
        ]
    }

    pub(crate) fn start_at(port: u16) -> Self {
        let tools =
            std::env::home_dir().unwrap().join(".cache/daybook/tools/python/bin/moto_server");
        let program = if tools.is_file() { tools } else { PathBuf::from("moto_server") };
        let process = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto is not installed: run `cargo xtask setup --test`");
        let store =
            Self { _process: Receiver(process), address: format!("http://127.0.0.1:{port}") };
        let bucket = format!("{}/audit", store.address);
        for _ in 0..600 {
            if ureq::put(&bucket).header("authorization", AUTHORIZED).send("").is_ok() {
                return store;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the store did not start");
    }

    pub(crate) fn bucket(&self) -> Bucket {
        let builder = object_store::aws::AmazonS3Builder::new()
            .with_endpoint(&self.address)
            .with_allow_http(true)
            .with_region("us-east-1")
            .with_access_key_id("test")
            .with_secret_access_key("test");
        Bucket::with(builder, "s3://audit/daybook").unwrap()
    }

    fn get(&self, place: &str) -> Vec<u8> {
        let path = place.strip_prefix("s3://").unwrap();
        let request = ureq::get(format!("{}/{path}", self.address));
        let mut answer = request.header("authorization", AUTHORIZED).call().unwrap();
        answer.body_mut().with_config().limit(1 << 30).read_to_vec().unwrap()
    }
}

/// Moto reads who asks, and believes it.
const AUTHORIZED: &str = "AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x";

fn settings(outbound: Outbound) -> Settings {
    let site = Site::at("http://daybook.test").unwrap();
    // People stay signed in, however much time is let pass.
    let lifetimes = Lifetimes { idle: 400 * DAY, whole: 400 * DAY };
    Settings { outbound, site, lifetimes, ..Settings::default() }
}

/// A server that has a folder for exports.
async fn with_folder() -> (TestApp, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let out = Outbound { folder: Some(Folder::at(folder.path()).unwrap()), ..Outbound::default() };
    (TestApp::with(settings(out)).await, folder)
}

/// The session of somebody with a role.
async fn somebody(app: &TestApp, email: &str, role: Role) -> String {
    person(app, email, &[(app.project, Grant::of(role))]).await
}

#[expect(clippy::needless_pass_by_value, reason = "values are written where they are given")]
fn daily(name: &str, query: &str, product: Value, destination: Value) -> Value {
    json!({
        "name": name, "query": query, "product": product, "destination": destination,
        "when": {"hour": 8, "zone": "Europe/Berlin"},
    })
}

fn ndjson() -> Value {
    json!({"kind": "export", "format": "ndjson"})
}

async fn make(app: &TestApp, session: &str, wanted: Value) -> Value {
    let answer = app.as_person(session, Method::POST, SCHEDULES, Some(wanted)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

async fn list(app: &TestApp, session: &str) -> Vec<Value> {
    let answer = app.as_person(session, Method::GET, SCHEDULES, None).await;
    answer.json()["schedules"].as_array().unwrap().clone()
}

async fn urge(app: &TestApp, session: &str, schedule: &Value) {
    let path = format!("{SCHEDULES}/{}/runs", schedule["id"]);
    let answer = app.as_person(session, Method::POST, &path, None).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    tick(&app.state).await;
}

async fn runs(app: &TestApp, session: &str, schedule: &Value) -> Vec<Value> {
    let path = format!("{SCHEDULES}/{}/runs", schedule["id"]);
    app.as_person(session, Method::GET, &path, None).await.json().as_array().unwrap().clone()
}

/// The entries of a project with this action, whole.
async fn told(app: &TestApp, action: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for seq in 1..=app.state.store.head(app.project).await.unwrap() {
        let entry = app.state.store.entry(app.project, seq).await.unwrap().unwrap();
        if entry.event.action == action {
            found.push(serde_json::to_value(entry).unwrap());
        }
    }
    found
}

/// An event that happened so many minutes before the server's clock.
fn ago(app: &TestApp, id: &str, minutes: i64) -> Value {
    let mut event = event(id, 0);
    event["occurred_at"] = json!(app.state.clock.now().plus_millis(-minutes * MINUTE));
    event
}

async fn ingest(app: &TestApp, events: Vec<Value>) {
    let answer = app.ingest(Value::from(events).to_string()).await;
    assert_eq!(answer.status, StatusCode::OK);
}

/// The files of a folder by name, those below it too.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            found.insert(name, std::fs::read(path).unwrap());
        }
    }
    found
}

/// The files themselves, each compared with what lies beside it; with their manifests.
fn whole_files(folder: &Path) -> Vec<(String, Vec<u8>, Value)> {
    let all = files(folder);
    assert!(all.keys().all(|name| !name.starts_with('.')), "drafts are left: {:?}", all.keys());
    let beside = |name: &str| name.ends_with(".sha256") || name.ends_with(".manifest.json");
    let main = all.iter().filter(|(name, _)| !beside(name));
    main.map(|(name, bytes)| {
        let sha256 = hex(&Sha256::digest(bytes));
        let sum = String::from_utf8(all[&format!("{name}.sha256")].clone()).unwrap();
        assert_eq!(sum, format!("{sha256}  {name}\n"));
        let manifest: Value =
            serde_json::from_slice(&all[&format!("{name}.manifest.json")]).unwrap();
        assert_eq!(manifest["sha256"], sha256);
        assert_eq!(manifest["bytes"], bytes.len());
        (name.clone(), bytes.clone(), manifest)
    })
    .collect()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn ids(ndjson: &[u8]) -> Vec<String> {
    let lines = std::str::from_utf8(ndjson).unwrap().lines();
    let id =
        |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().map(str::to_owned);
    lines.filter_map(id).collect()
}

/// The same log after the server stopped and started.
fn restarted(app: &TestApp, outbound: Outbound) -> AppState {
    let state = &app.state;
    let (key, link) = (Secret::generate(""), Secret::generate(""));
    AppState::new(
        state.store.clone(),
        state.ledger.clone(),
        state.people.clone(),
        state.clock.clone(),
        settings(outbound),
        key.hash(),
        link.hash(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_entry_is_in_exactly_one_file_however_often_the_server_stops() {
    let (app, folder) = with_folder().await;
    let admin = somebody(&app, "maya@acme.dev", Role::Admin).await;
    let mut sent = Vec::new();
    // Those of the day before are in the first run.
    sent.push("first".to_owned());
    ingest(&app, vec![ago(&app, "first", 1)]).await;
    let wanted = daily(
        "Apps: <changed>",
        "action=UpdateApp",
        ndjson(),
        json!({"to": "folder", "path": "a/b"}),
    );
    make(&app, &admin, wanted).await;
    let mut state = app.state.clone();
    for round in 0..24_i64 {
        let events: Vec<Value> = (0..40)
            // Some are days late, and some from a clock that is ahead.
            .map(|n| {
                ago(
                    &app,
                    &format!("{round}-{n}"),
                    [0, 3, 5_000, 20_000, -30][usize::try_from(n % 5).unwrap()],
                )
            })
            .collect();
        sent.extend(events.iter().map(|event| event["id"].as_str().unwrap().to_owned()));
        ingest(&app, events).await;
        app.wait(DAY);
        // Killed wherever it happens to be; every third run is let be.
        let patience = if round % 3 == 2 {
            Duration::from_secs(30)
        } else {
            Duration::from_micros(700 * u64::try_from(round).unwrap())
        };
        let _ = tokio::time::timeout(patience, tick(&state)).await;
        state = restarted(
            &app,
            Outbound { folder: Some(Folder::at(folder.path()).unwrap()), ..Outbound::default() },
        );
        resume(&state).await.unwrap();
    }
    for _ in 0..3 {
        tick(&state).await;
        app.wait(DAY);
    }
    let mut found = Vec::new();
    let mut upto = 0;
    let mut made = whole_files(folder.path());
    made.sort_by_key(|(_, _, manifest)| manifest["schedule"]["run"].as_u64());
    for (name, bytes, manifest) in &made {
        assert!(name.starts_with("acme-apps-changed-2026"), "{name}");
        let ids = ids(bytes);
        assert_eq!(manifest["rows"], ids.len());
        // No place of the log lies between two runs, or in both.
        if upto > 0 {
            assert_eq!(manifest["after"], upto);
        }
        upto = manifest["as_of"].as_u64().unwrap();
        found.extend(ids);
    }
    assert!(made.len() >= 9, "{}", made.len());
    found.sort();
    sent.sort();
    assert_eq!(found, sent);
}

#[tokio::test]
async fn a_file_is_what_the_api_exports_and_the_log_tells_of_it() {
    let (app, folder) = with_folder().await;
    let maya = somebody(&app, "maya@acme.dev", Role::Auditor).await;
    let csv = |compression: &str| json!({"kind": "export", "format": "csv", "columns": "requests", "compression": compression});
    let to = json!({"to": "folder"});
    let plain =
        make(&app, &maya, daily("Plain", "range=1h&status=200", csv("none"), to.clone())).await;
    make(&app, &maya, daily("Gzip", "status=200", csv("gzip"), to.clone())).await;
    make(&app, &maya, daily("Zstd", "status=200", csv("zstd"), to.clone())).await;
    make(
        &app,
        &maya,
        daily("Parquet", "status=200", json!({"kind": "export", "format": "parquet"}), to),
    )
    .await;
    // As a view of the address bar, without when.
    assert_eq!((&plain["query"], &plain["yours"]), (&json!("status=200"), &json!(true)));
    // The next eight o'clock in Berlin.
    assert_eq!(plain["next_at"], "2026-11-21T07:00:00.000Z");
    assert_eq!(tick(&app.state).await, 0, "nothing is due");
    ingest(&app, (0..3_000).map(|n| ago(&app, &format!("e{n}"), n % 600)).collect()).await;
    app.wait(19 * HOUR);
    assert_eq!(tick(&app.state).await, 4);

    let shown = &list(&app, &maya).await[0];
    let run = &shown["last"];
    assert_eq!(
        (&run["state"], &run["number"], &run["rows"]),
        (&json!("done"), &json!(1), &json!(3_000))
    );
    assert_eq!(shown["next_at"], "2026-11-22T07:00:00.000Z");
    let query = format!(
        "status=200&range=all&format=csv&columns=requests&after={}&as_of={}",
        run["after"], run["as_of"]
    );
    let exported = app.get(&format!("/api/projects/acme/export?{query}")).await.body;
    let made = whole_files(folder.path());
    let of = |view: &str| made.iter().find(|(name, ..)| name.contains(view)).unwrap();
    assert_eq!(of("plain").1, exported);
    assert!(of("plain").0.ends_with("-run-1.csv"), "{}", of("plain").0);
    assert_eq!(run["sha256"], hex(&Sha256::digest(&exported)));
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(&of("gzip").1[..]).read_to_end(&mut text).unwrap();
    assert!(text == exported && of("gzip").0.ends_with(".csv.gz"));
    assert_eq!(zstd::stream::decode_all(&of("zstd").1[..]).unwrap(), exported);
    assert!(of("parquet").1.starts_with(b"PAR1") && of("parquet").1.ends_with(b"PAR1"));

    // What the page offers is the same, with the rights of whoever takes it.
    let path = format!("{SCHEDULES}/{}/runs/1/file", plain["id"]);
    assert_eq!(app.as_person(&maya, Method::GET, &path, None).await.body, exported);

    let exports = told(&app, "ExportApiAuditLogs").await;
    let of_maya = exports.iter().filter(|entry| entry["actor"]["id"] == "maya@acme.dev").count();
    // Two each: four runs, and the one that was fetched.
    assert_eq!(of_maya, 10);
    let ran = told(&app, "RunSchedule").await;
    assert_eq!(ran.len(), 4);
    let context = &ran.iter().find(|entry| entry["resource"]["name"] == "Plain").unwrap()["context"]
        ["schedule"];
    assert_eq!((&context["rows"], &context["sha256"]), (&json!(3_000), &run["sha256"]));
    assert_eq!(told(&app, "CreateSchedule").await.len(), 4);

    let path = format!("{SCHEDULES}/{}", plain["id"]);
    let left = app.as_person(&maya, Method::DELETE, &path, None).await.json();
    assert_eq!(left["schedules"].as_array().unwrap().len(), 3);
    assert_eq!(told(&app, "DeleteSchedule").await[0]["change"]["before"]["name"], "Plain");
}

#[tokio::test]
async fn what_was_missed_is_made_once() {
    let (app, folder) = with_folder().await;
    let maya = somebody(&app, "maya@acme.dev", Role::Admin).await;
    let made =
        make(&app, &maya, daily("Daily", "action=UpdateApp", ndjson(), json!({"to": "folder"})))
            .await;
    ingest(&app, vec![ago(&app, "a", 0)]).await;
    app.wait(20 * DAY);
    ingest(&app, vec![ago(&app, "b", 20)]).await;
    assert_eq!(tick(&app.state).await, 1);
    assert_eq!(tick(&app.state).await, 0);
    let files = whole_files(folder.path());
    assert_eq!(files.len(), 1);
    assert_eq!(ids(&files[0].1), ["a", "b"]);
    // Paused, it waits; what came meanwhile is in the next one.
    let path = format!("{SCHEDULES}/{}", made["id"]);
    app.as_person(&maya, Method::PATCH, &path, Some(json!({"paused": true}))).await;
    app.wait(2 * DAY);
    ingest(&app, vec![ago(&app, "c", 0)]).await;
    assert_eq!(tick(&app.state).await, 0);
    app.as_person(&maya, Method::PATCH, &path, Some(json!({"paused": false}))).await;
    assert_eq!(tick(&app.state).await, 0, "its hour has not come");
    app.wait(DAY);
    assert_eq!(tick(&app.state).await, 1);
    assert_eq!(ids(&whole_files(folder.path())[1].1), ["c"]);
    assert_eq!(told(&app, "UpdateSchedule").await.len(), 2);
}

#[tokio::test]
async fn it_runs_with_the_rights_that_its_owner_has_then() {
    let (app, folder) = with_folder().await;
    let grant = Grant { filter: "method=PATCH".parse().unwrap(), ..Grant::of(Role::Auditor) };
    let eve = person(&app, "eve@audit.example", &[(app.project, grant)]).await;
    let admin = somebody(&app, "maya@acme.dev", Role::Admin).await;
    let made =
        make(&app, &eve, daily("Mine", "action=UpdateApp", ndjson(), json!({"to": "folder"})))
            .await;
    let mut get = ago(&app, "get", 0);
    get["request"]["method"] = json!("GET");
    ingest(&app, vec![get, ago(&app, "patch", 0)]).await;
    urge(&app, &eve, &made).await;
    assert_eq!(ids(&whole_files(folder.path())[0].1), ["patch"], "the part that she sees");

    let settings = |enabled: bool| {
        let path = "/api/projects/acme/settings/export";
        app.as_person(&admin, Method::PUT, path, Some(json!({"enabled": enabled})))
    };
    let problem =
        async || list(&app, &admin).await[0]["problem"].as_str().unwrap_or_default().to_owned();
    settings(false).await;
    ingest(&app, vec![ago(&app, "later", 0)]).await;
    app.wait(DAY);
    tick(&app.state).await;
    assert!(problem().await.contains("switched off"), "{}", problem().await);
    settings(true).await;

    let id = app.state.people.find("eve@audit.example").await.unwrap().unwrap().id;
    let disable = |disabled| {
        let change = PersonChange { disabled: Some(disabled), ..PersonChange::default() };
        let people = &app.state.people;
        async move { people.change_person(id, &change, now()).await.unwrap() }
    };
    disable(true).await;
    app.wait(DAY);
    tick(&app.state).await;
    assert!(problem().await.contains("eve@audit.example may not export"), "{}", problem().await);
    assert_eq!(whole_files(folder.path()).len(), 1);
    let failures = told(&app, "RunSchedule").await;
    assert_eq!(failures.iter().filter(|entry| entry["outcome"] == "failure").count(), 2);

    // When the rights are back, nothing is missing.
    disable(false).await;
    app.wait(DAY);
    tick(&app.state).await;
    assert_eq!(problem().await, "");
    assert_eq!(ids(&whole_files(folder.path())[1].1), ["later"]);
}

#[tokio::test]
async fn people_see_their_own_and_admins_all() {
    let (app, _folder) = with_folder().await;
    let admin = somebody(&app, "maya@acme.dev", Role::Admin).await;
    let eve = somebody(&app, "eve@acme.dev", Role::Auditor).await;
    let tom = somebody(&app, "tom@acme.dev", Role::Auditor).await;
    let wanted = daily("Hers", "", ndjson(), json!({"to": "folder"}));
    let made = make(&app, &eve, wanted.clone()).await;
    assert_eq!(list(&app, &tom).await.len(), 0);
    assert_eq!(list(&app, &admin).await[0]["owner"], "eve@acme.dev");
    let path = format!("{SCHEDULES}/{}", made["id"]);
    for (method, path, body) in [
        (Method::PATCH, path.clone(), Some(json!({"paused": true}))),
        (Method::DELETE, path.clone(), None),
        (Method::POST, format!("{path}/runs"), None),
        (Method::GET, format!("{path}/runs"), None),
        (Method::GET, format!("{path}/runs/1/file"), None),
    ] {
        let answer = app.as_person(&tom, method.clone(), &path, body.clone()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
    // A project's schedules are not another's.
    let other = app.state.store.create_project("other", now()).await.unwrap();
    let grant = [(daybook::store::ProjectId(other.number), Grant::of(Role::Admin))];
    let stranger = person(&app, "o@acme.dev", &grant).await;
    let elsewhere = path.replace("acme", "other");
    let answer = app.as_person(&stranger, Method::DELETE, &elsewhere, None).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(app.as_person(&admin, Method::DELETE, &path, None).await.status, StatusCode::OK);

    // What cannot work is refused now, and not at night.
    for (key, value, field) in [
        ("destination", json!({"to": "folder", "path": "../up"}), "path"),
        ("destination", json!({"to": "bucket"}), "--export-bucket"),
        ("destination", json!({"to": "mail", "recipients": ["maya@acme.dev"]}), "DAYBOOK_SMTP_URL"),
        ("when", json!({"hour": 24, "zone": "UTC"}), "hour"),
        ("when", json!({"hour": 8, "zone": "Mars/Base"}), "zone"),
        ("query", json!("nonsense=1"), "nonsense"),
        ("query", json!("tab=none"), "tab"),
        ("product", json!({"kind": "export", "format": "csv", "columns": "nope"}), "columns"),
        ("name", json!(" "), "name"),
    ] {
        let mut wanted = wanted.clone();
        wanted[key] = value;
        let answer = app.as_person(&eve, Method::POST, SCHEDULES, Some(wanted)).await;
        assert!(answer.status.is_client_error(), "{key}: {}", answer.status);
        let (named, message) = answer.error();
        assert!(named == field || message.contains(field), "{field}: {named} {message}");
    }
}

#[tokio::test]
async fn nothing_is_written_along_links_and_what_failed_is_tried_again() {
    let (app, folder) = with_folder().await;
    let outside = tempfile::tempdir().unwrap();
    let maya = somebody(&app, "maya@acme.dev", Role::Admin).await;
    std::os::unix::fs::symlink(outside.path(), folder.path().join("weekly")).unwrap();
    make(
        &app,
        &maya,
        daily("Kept", "action=UpdateApp", ndjson(), json!({"to": "folder", "path": "weekly/a"})),
    )
    .await;
    ingest(&app, vec![ago(&app, "a", 0)]).await;
    app.wait(DAY);
    tick(&app.state).await;
    let last = async || list(&app, &maya).await[0]["last"].clone();
    let run = last().await;
    assert_eq!(run["state"], "retrying");
    assert!(run["problem"].as_str().unwrap().contains("nothing is written along links"), "{run}");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    // It waits twice as long each time.
    for (minutes, attempts) in [(0, 1), (1, 2), (1, 2), (1, 3), (3, 3), (1, 4)] {
        app.wait(minutes * MINUTE);
        tick(&app.state).await;
        assert_eq!(last().await["attempts"], attempts);
    }
    // What comes meanwhile is in the next one.
    ingest(&app, vec![ago(&app, "b", 0)]).await;
    std::fs::remove_file(folder.path().join("weekly")).unwrap();
    app.wait(8 * MINUTE);
    tick(&app.state).await;
    assert_eq!(last().await["state"], "done");
    app.wait(DAY);
    tick(&app.state).await;
    let made = whole_files(folder.path());
    assert_eq!([ids(&made[0].1), ids(&made[1].1)], [["a"], ["b"]]);
    let told = told(&app, "RunSchedule").await;
    let outcomes: Vec<_> = told.iter().map(|entry| entry["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["failure", "failure", "failure", "failure", "success", "success"]);
    // A file that is there already is not a link to write along either.
    let victim = outside.path().join("victim");
    std::fs::write(&victim, "whole").unwrap();
    let name =
        files(folder.path()).keys().find(|name| name.ends_with("run-2.ndjson")).unwrap().clone();
    let (_, rest) = name.split_once("-to-").unwrap();
    let (to, _) = rest.split_once("-schedule-").unwrap();
    let then = app.state.clock.now().plus_millis(DAY).to_utc().format("%Y%m%dT%H%M%SZ");
    let next = format!("acme-kept-{to}-to-{then}-schedule-1-run-3.ndjson");
    for link in [next.clone(), format!(".{next}.part"), format!("{next}.sha256")] {
        std::os::unix::fs::symlink(&victim, folder.path().join("weekly/a").join(link)).unwrap();
    }
    app.wait(DAY);
    tick(&app.state).await;
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "whole");
    assert!(whole_files(folder.path()).iter().any(|(name, ..)| *name == next), "{next}");
}

#[tokio::test]
async fn a_file_in_a_bucket_is_there_whole() {
    let store = Store::start();
    let out = Outbound { bucket: Some(store.bucket()), ..Outbound::default() };
    let app = TestApp::with(settings(out)).await;
    let maya = somebody(&app, "maya@acme.dev", Role::Admin).await;
    let made = make(
        &app,
        &maya,
        daily("Large", "action=UpdateApp", ndjson(), json!({"to": "bucket", "prefix": "weekly"})),
    )
    .await;
    // More than one part of eight megabytes.
    for part in 0..10 {
        let events = (0..1_000).map(|n| {
            let mut event = ago(&app, &format!("{part}-{n}"), n % 600);
            event["context"] = json!({"k": "v".repeat(1_000)});
            event
        });
        ingest(&app, events.collect()).await;
    }
    urge(&app, &maya, &made).await;
    let run = &runs(&app, &maya, &made).await[0];
    assert_eq!((&run["state"], &run["rows"]), (&json!("done"), &json!(10_000)), "{run}");
    let place = run["place"].as_str().unwrap();
    assert!(place.starts_with("s3://audit/daybook/weekly/acme-large-"), "{place}");
    let bytes = store.get(place);
    assert!(bytes.len() > 8 << 20);
    let sha256 = hex(&Sha256::digest(&bytes));
    assert_eq!((&run["sha256"], &run["bytes"]), (&json!(sha256), &json!(bytes.len())));
    assert_eq!(ids(&bytes).len(), 10_000);
    assert!(String::from_utf8(store.get(&format!("{place}.sha256"))).unwrap().starts_with(&sha256));
    let manifest: Value =
        serde_json::from_slice(&store.get(&format!("{place}.manifest.json"))).unwrap();
    assert_eq!(manifest["rows"], 10_000);

    // A store that is gone is one that may come back.
    drop(store);
    ingest(&app, vec![ago(&app, "later", 0)]).await;
    urge(&app, &maya, &made).await;
    let run = &runs(&app, &maya, &made).await[0];
    assert_eq!(run["state"], "retrying");
    assert!(run["problem"].as_str().unwrap().starts_with("the bucket: "), "{run}");
}

/// A server that sends mail.
async fn with_post() -> (TestApp, Post) {
    let post = Post::start();
    let address = post.smtp.replace("smtp://", "smtp://daybook:secret@");
    let mailer = Mailer::by(&address, "Daybook <daybook@acme.dev>").unwrap();
    let out = Outbound { mailer: Some(mailer), ..Outbound::default() };
    (TestApp::with(settings(out)).await, post)
}

#[tokio::test]
async fn a_summary_counts_what_came_and_what_came_before() {
    let (app, post) = with_post().await;
    let maya = somebody(&app, "maya@acme.dev", Role::Admin).await;
    let wanted = json!({
        "name": "Weekly <b>look</b>", "query": "source=dashboard", "product": {"kind": "summary"},
        "destination": {"to": "mail", "recipients": ["Maya@acme.dev"]},
        "when": {"weekday": "friday", "hour": 8, "zone": "Europe/Berlin"},
    });
    let by = |id: &str, minutes: i64, name: &str, code: u16| {
        let mut event = ago(&app, id, minutes);
        event["actor"] = json!({"type": "user", "id": name, "name": name});
        event["request"]["status_code"] = json!(code);
        event["outcome"] = json!(if code < 400 { "success" } else { "failure" });
        event
    };
    // The week before: Monday to Thursday. Then this one, of which three came late.
    app.wait(-5 * DAY);
    ingest(&app, (0..4).map(|n| by(&format!("w{n}"), n, "Tom", 200)).collect()).await;
    app.wait(5 * DAY);
    make(&app, &maya, wanted).await;
    let mut events: Vec<Value> =
        (0..1_200).map(|n| by(&format!("e{n}"), 0, "Ann & Bob <img src=x>", 200)).collect();
    events.extend((0..30).map(|n| by(&format!("f{n}"), 0, "Tom", 500)));
    events.extend((0..3).map(|n| by(&format!("l{n}"), 10_000, "Tom", 200)));
    ingest(&app, events).await;
    app.wait(7 * DAY);
    assert_eq!(tick(&app.state).await, 1);
    let mails = post.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail["to"], json!(["maya@acme.dev"]));
    assert_eq!(mail["headers"]["subject"], "acme · Weekly <b>look</b>: 1,233 entries");
    assert_eq!(mail["headers"]["auto-submitted"], "auto-generated");
    let text = mail["text"].as_str().unwrap();
    for said in [
        "1,233 entries. 1,229 more than in the 7 days before (4).",
        "30 failed, 0 before.",
        "3 of them happened earlier",
        "Fri 20 Nov 2026, 08:00 CET to Fri 27 Nov 2026, 13:00 CET",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let line = |label: &str| {
        let found = text.lines().find(|line| line.trim_start().starts_with(label));
        found.unwrap().split_whitespace().rev().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(line("Tom"), ["4", "33"]);
    assert_eq!(line("Ann & Bob"), ["0", "1,200"]);
    assert_eq!(line("UpdateApp"), ["4", "1,233"]);
    // What strangers wrote is text.
    let html = mail["html"].as_str().unwrap();
    assert!(
        html.contains("Ann &amp; Bob &lt;img src=x&gt;")
            && !html.contains("<img")
            && !html.contains("<b>")
    );
    // The link stays as it is, and is what the page understands.
    let opens = text.lines().find_map(|told| told.strip_prefix("Open these entries: ")).unwrap();
    let query = opens.strip_prefix("http://daybook.test/projects/acme/log?").unwrap();
    assert!(query.contains("as_of=") && query.contains("source=dashboard"), "{query}");
    let total =
        app.get(&format!("/api/projects/acme/histogram?{query}")).await.json()["total"].clone();
    assert_eq!(total, 1_230, "all but those that happened before");
}

#[tokio::test]
async fn a_mail_goes_to_those_who_may_see_it_and_to_each_once() {
    let (app, post) = with_post().await;
    let maya = somebody(&app, "maya@acme.dev", Role::Admin).await;
    let eve = somebody(&app, "eve@acme.dev", Role::Auditor).await;
    somebody(&app, "member@acme.dev", Role::Member).await;
    let part = Grant { filter: "method=GET".parse().unwrap(), ..Grant::of(Role::Auditor) };
    person(&app, "part@acme.dev", &[(app.project, part)]).await;
    let mail = |recipients: Value| json!({"to": "mail", "recipients": recipients});
    let strangers = daily("X", "", ndjson(), mail(json!(["x@evil.test"])));
    let refused = app.as_person(&maya, Method::POST, SCHEDULES, Some(strangers)).await;
    assert_eq!(refused.error().0, "recipients");
    let all = json!(["maya@acme.dev", "eve@acme.dev", "member@acme.dev", "part@acme.dev"]);
    let made = make(&app, &maya, daily("Entries", "action=UpdateApp", ndjson(), mail(all))).await;
    ingest(&app, vec![ago(&app, "a", 0)]).await;
    app.wait(DAY);
    // The first letter is not taken, the second is.
    post.refuse(1);
    tick(&app.state).await;
    assert_eq!(post.mails().len(), 1);
    assert_eq!(runs(&app, &maya, &made).await[0]["state"], "retrying");
    app.wait(MINUTE);
    tick(&app.state).await;
    let mails = post.mails();
    let mut to: Vec<_> = mails.iter().map(|mail| mail["to"][0].as_str().unwrap()).collect();
    to.sort_unstable();
    assert_eq!(to, ["eve@acme.dev", "maya@acme.dev"]);
    let run = &runs(&app, &maya, &made).await[0];
    assert_eq!((&run["state"], &run["rows"]), (&json!("done"), &json!(1)));
    let note = run["problem"].as_str().unwrap();
    assert!(
        note.contains("member@acme.dev sees less") && note.contains("part@acme.dev sees less"),
        "{note}"
    );
    // It leads to the file, and has nothing of it.
    let text = mails[0]["text"].as_str().unwrap();
    assert!(
        text.contains("Get the file: http://daybook.test/projects/acme/settings#schedules"),
        "{text}"
    );
    assert!(!text.contains("Maya Ortiz") && !text.contains("UpdateApp\n"), "{text}");
    // Whoever gets it sees it in the settings, and takes the file with their own rights.
    let seen = &list(&app, &eve).await[0];
    assert_eq!((&seen["name"], &seen["yours"]), (&json!("Entries"), &json!(false)));
    let path = format!("{SCHEDULES}/{}/runs/1/file", made["id"]);
    let file = app.as_person(&eve, Method::GET, &path, None).await;
    assert_eq!(ids(&file.body), ["a"]);
    let exports = told(&app, "ExportApiAuditLogs").await;
    assert!(
        exports.iter().all(|entry| entry["actor"]["id"] == "eve@acme.dev") && exports.len() == 2
    );
}

#[tokio::test]
async fn more_than_the_project_allows_is_not_cut_off() {
    let (app, folder) = with_folder().await;
    let maya = somebody(&app, "maya@acme.dev", Role::Admin).await;
    let made =
        make(&app, &maya, daily("All", "action=UpdateApp", ndjson(), json!({"to": "folder"})))
            .await;
    let path = "/api/projects/acme/settings/export";
    let limit = |rows: u64| {
        app.as_person(&maya, Method::PUT, path, Some(json!({"enabled": true, "max_rows": rows})))
    };
    limit(2).await;
    ingest(&app, (0..3).map(|n| ago(&app, &n.to_string(), n)).collect()).await;
    urge(&app, &maya, &made).await;
    let run = &runs(&app, &maya, &made).await[0];
    assert!(run["problem"].as_str().unwrap().contains("there are 3 entries"), "{run}");
    assert!(files(folder.path()).is_empty());
    limit(3).await;
    urge(&app, &maya, &made).await;
    assert_eq!(ids(&whole_files(folder.path())[0].1).len(), 3);
}
