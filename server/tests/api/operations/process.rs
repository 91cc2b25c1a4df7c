//! The program as it is run: configured, looked at, copied, and read along.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};

/// A server that runs, and ends with the test.
struct Server {
    child: Child,
    address: String,
    link: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn daybook(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
    command.env("DAYBOOK_DATABASE_URL", url(folder)).stdin(Stdio::null());
    command
}

fn url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("daybook.db").display())
}

fn serve(mut command: Command) -> Server {
    command.args(["serve", "--project", "acme", "--index-memory", "0"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = |before: &str| {
        lines.find_map(|line| Some(line.ok()?.split_once(before)?.1.to_owned())).unwrap()
    };
    let (address, link) = (said("Daybook is at "), said("/set-up#"));
    Server { child, address, link }
}

fn run(folder: &Path, words: &[&str]) -> Output {
    daybook(folder).args(words).output().unwrap()
}

#[test]
fn the_command_line_wins_over_the_environment_which_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("daybook.toml");
    let text = "listen = \"127.0.0.1:0\"\npublic-url = \"http://file.test\"\nsession-idle = 5\n\
        trusted-proxies = [\"10.0.0.0/8\", \"192.0.2.0/24\"]\nforbid-private-targets = true\n";
    fs::write(&file, text).unwrap();
    let start = |words: &[&str], environment: &[(&str, &str)]| {
        let mut command = daybook(folder.path());
        command.env("DAYBOOK_CONFIG", &file).stderr(Stdio::null());
        command.args(words).envs(environment.iter().copied());
        serve(command).address.clone()
    };
    let environment = [("DAYBOOK_PUBLIC_URL", "http://environment.test")];
    assert_eq!(start(&[], &[]), "http://file.test");
    assert_eq!(start(&[], &environment), "http://environment.test");
    let mut command = daybook(folder.path());
    command.env("DAYBOOK_CONFIG", &file).envs(environment).stderr(Stdio::null());
    command.args(["serve", "--public-url", "http://line.test", "--project", "acme"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!(line, "Daybook is at http://line.test");
}

#[test]
fn what_is_no_option_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("daybook.toml");
    for (text, named) in [
        ("lisen = \"127.0.0.1:0\"", "\"lisen\""),
        ("config = \"other.toml\"", "\"config\""),
        ("listen = { port = 1 }", "listen"),
        ("forbid-private-targets = \"yes\"", "forbid-private-targets"),
        ("listen = ", "daybook.toml"),
        ("session-idle = 0", "--session-idle"),
    ] {
        fs::write(&file, text).unwrap();
        let output = run(folder.path(), &["--config", &file.display().to_string(), "serve"]);
        assert!(!output.status.success(), "{text}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(named), "{text}: {said}");
    }
    // Other commands take what they have.
    let project = "project = \"from-the-file\"\nlisten = \"127.0.0.1:0\"";
    fs::write(&file, project).unwrap();
    let words = ["token", "create", "--name", "x", "--scope", "read", "--config"];
    let output = run(folder.path(), &[&words[..], &[&file.display().to_string()]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = run(folder.path(), &["project", "list"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains("from-the-file"));
}

fn ask(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    let request = ureq::http::Request::builder().method(method);
    let request = request.uri(format!("{}{path}", server.address));
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .build()
        .into();
    let request = request.header("content-type", "application/json").body(body.to_owned()).unwrap();
    agent.run(request).unwrap().status().as_u16()
}

#[test]
fn nothing_secret_is_in_what_the_server_writes() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["token", "create", "--project", "acme", "--name", "x", "--scope", "ingest,read"];
    let token = String::from_utf8(run(folder.path(), &words).stdout).unwrap().trim().to_owned();
    let mut command = daybook(folder.path());
    command.args(["--log", "trace", "--log-format", "json", "serve", "--listen", "127.0.0.1:0"]);
    command.args(["--project", "acme", "--index-memory", "0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = child.stderr.take().unwrap();
    let written = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).unwrap();
        text
    });
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = |before: &str| {
        lines.find_map(|line| Some(line.ok()?.split_once(before)?.1.to_owned())).unwrap()
    };
    let (address, link) = (said("Daybook is at "), said("/set-up#"));
    let server = Server { child, address, link };
    let bearer = format!("Bearer {token}");
    let authorized = ("authorization", bearer.as_str());
    let secrets = ["correct-horse-battery-staple", "dbk_made_up_by_somebody", "needle-in-a-query"];
    let event = json!({"occurred_at": daybook::clock::Clock::System.now(), "action": "a",
        "actor": {"type": "user", "id": "u1"}, "context": {"password": secrets[0]}});
    assert_eq!(
        ask(&server, "POST", "/api/projects/acme/events", &[authorized], &event.to_string()),
        200
    );
    let body = json!({"email": "maya@acme.dev", "password": secrets[0]}).to_string();
    assert_eq!(ask(&server, "POST", "/api/session", &[], &body), 401);
    let made_up = format!("Bearer {}", secrets[1]);
    let stranger = ("authorization", made_up.as_str());
    assert_eq!(ask(&server, "GET", "/api/projects/acme/events", &[stranger], ""), 401);
    let link = server.link.clone();
    assert_eq!(ask(&server, "POST", "/api/set-up", &[], &json!({"secret": link}).to_string()), 200);
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let context = format!("00-{trace}-{parent}-01");
    let path = format!("/api/projects/acme/events?q={}", secrets[2]);
    let headers = [authorized, ("x-request-id", "req-4711"), ("traceparent", &context)];
    assert_eq!(ask(&server, "GET", &path, &headers, ""), 200);
    drop(server);
    let text = written.join().unwrap();
    for secret in secrets.into_iter().chain([token.as_str(), link.as_str()]) {
        assert!(!text.contains(secret), "{secret} is in the server's log");
    }
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let told = lines
        .iter()
        .find(|line| line["span"]["request_id"] == "req-4711" && line["message"] == "answered");
    let told = told.expect("the request is told of");
    assert_eq!(told["status"], 200);
    assert_eq!(told["span"]["route"], "/api/projects/{project}/events");
    assert_eq!(
        (&told["span"]["trace_id"], &told["span"]["parent_id"]),
        (&json!(trace), &json!(parent))
    );
}

/// What the doctor says, by what it is about.
fn doctor(folder: &Path, words: &[&str]) -> (bool, Vec<Value>) {
    let output = run(folder, &[&["doctor", "--json"], words].concat());
    let findings = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| {
        panic!("{e}: {}", String::from_utf8_lossy(&output.stderr));
    });
    (output.status.success(), findings)
}

fn about<'a>(findings: &'a [Value], about: &str) -> &'a Value {
    findings
        .iter()
        .find(|finding| finding["about"] == about && finding["verdict"] != "good")
        .or_else(|| findings.iter().find(|finding| finding["about"] == about))
        .unwrap_or_else(|| panic!("nothing is said about {about}: {findings:?}"))
}

#[test]
fn the_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("daybook.db");
    let (well, findings) = doctor(folder.path(), &[]);
    assert!(well, "a log that is still to be made: {findings:?}");
    run(
        folder.path(),
        &["token", "create", "--project", "acme", "--name", "ci", "--scope", "read"],
    );
    run(folder.path(), &["demo", "--project", "acme", "--events", "500"]);
    let mut command = daybook(folder.path());
    command.env("DAYBOOK_LISTEN", "127.0.0.1:0").stderr(Stdio::null());
    let server = serve(command);
    let (well, findings) = doctor(folder.path(), &[]);
    assert!(well, "{findings:?}");
    for good in ["database", "clock", "files", "server", "address", "index files"] {
        assert_eq!(about(&findings, good)["verdict"], "good", "{findings:?}");
    }
    assert!(about(&findings, "server")["message"].as_str().unwrap().contains("is ready"));
    let tokens = about(&findings, "tokens");
    assert_eq!(tokens["verdict"], "doubtful");
    assert!(
        tokens["message"].as_str().unwrap().contains("acme/ci") && tokens["advice"].is_string()
    );
    assert_eq!(about(&findings, "admins")["verdict"], "doubtful", "nobody is there");
    drop(server);
    let (well, findings) = doctor(folder.path(), &[]);
    assert_eq!(
        (well, &about(&findings, "server")["verdict"]),
        (false, &json!("wrong")),
        "it was killed"
    );
    fs::remove_file(folder.path().join("daybook.db.server")).unwrap();

    fs::set_permissions(&log, fs::Permissions::from_mode(0o644)).unwrap();
    let public = [
        "--public-url",
        "http://audit.test",
        "--listen",
        "0.0.0.0:80",
        "--metrics-listen",
        "0.0.0.0:81",
    ];
    let (well, findings) = doctor(folder.path(), &public);
    assert!(well, "{findings:?}");
    for doubtful in ["files", "address", "metrics"] {
        assert_eq!(about(&findings, doubtful)["verdict"], "doubtful", "{doubtful}: {findings:?}");
    }
    let mail = [
        "--smtp-url",
        "smtp://127.0.0.1:9",
        "--mail-from",
        "a@acme.dev",
        "--public-url",
        "https://audit.test",
    ];
    let (well, findings) = doctor(folder.path(), &mail);
    assert_eq!((well, &about(&findings, "mail server")["verdict"]), (false, &json!("wrong")));
    let archive = about(&findings, "archive");
    assert_eq!(archive["verdict"], "doubtful");
    assert!(archive["message"].as_str().unwrap().contains("gone for good"), "{archive}");
    let [exports, archive] = ["exports/daily", "archive"].map(|name| folder.path().join(name));
    let folders = [
        "--export-folder",
        exports.to_str().unwrap(),
        "--archive-folder",
        archive.to_str().unwrap(),
    ];
    let (_, findings) = doctor(folder.path(), &folders);
    for (what, path) in [("export folder", &exports), ("archive", &archive)] {
        let finding = about(&findings, what);
        assert_eq!(finding["verdict"], "good", "{finding}");
        let message = finding["message"].as_str().unwrap();
        assert!(message.contains("is not there; the server makes it"), "{message}");
        assert!(message.contains(path.to_str().unwrap()) && !path.exists(), "{message}");
    }
    assert!(!folder.path().join("exports").exists(), "it only looks");
    fs::write(&archive, "in the way").unwrap();
    let (well, findings) = doctor(folder.path(), &folders);
    let finding = about(&findings, "archive");
    assert_eq!((well, &finding["verdict"]), (false, &json!("wrong")));
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains("cannot be written to by user "), "{message}");
    let (well, findings) = doctor(folder.path(), &["--tabs", "/nowhere/tabs.json"]);
    assert_eq!((well, &about(&findings, "configuration")["verdict"]), (false, &json!("wrong")));

    // A page in the middle that is not what it was, in a copy that is one file.
    let other = tempfile::tempdir().unwrap();
    let copy = other.path().join("daybook.db");
    assert!(run(folder.path(), &["backup", &copy.display().to_string()]).status.success());
    assert_eq!(about(&doctor(other.path(), &[]).1, "database")["verdict"], "good");
    let mut bytes = fs::read(&copy).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xa5);
    fs::write(&copy, bytes).unwrap();
    let (well, findings) = doctor(other.path(), &[]);
    let verdict = &about(&findings, "database")["verdict"];
    assert_eq!((well, verdict), (false, &json!("wrong")), "{findings:?}");
    fs::write(&copy, "this is no database, whatever it is called").unwrap();
    assert!(!doctor(other.path(), &[]).0);
}

#[test]
fn a_backup_does_not_take_the_place_of_anything() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let there = copy.display().to_string();
    assert!(!run(folder.path(), &["backup", &there]).status.success(), "there is no log yet");
    run(folder.path(), &["demo", "--project", "acme", "--events", "300"]);
    let made = run(folder.path(), &["backup", &there]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert!(String::from_utf8(made.stdout).unwrap().lines().any(|line| line == "acme 300"));
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let again = run(folder.path(), &["backup", &there]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("already"));
    assert!(!folder.path().join("copy.db.part").exists());
}
