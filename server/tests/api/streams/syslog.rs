//! Syslog, received by rsyslog itself, which is killed and started again on the way.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{info, make, sending, store, until};
use crate::app::event;

/// A collector that runs, and ends with the test.
struct Rsyslog {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Rsyslog {
    fn drop(&mut self) {
        self.kill();
    }
}

fn program() -> PathBuf {
    let found = ["/usr/sbin/rsyslogd", "/sbin/rsyslogd", "/usr/local/sbin/rsyslogd"];
    let found = found.iter().map(PathBuf::from).find(|program| program.is_file());
    found.expect(
        "rsyslog is not installed: run `cargo xtask setup --test`, or `apt-get install rsyslog`",
    )
}

impl Rsyslog {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Free at this moment; nobody else asks for it by number.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let config = format!(
            r#"global(workDirectory="{}" maxMessageSize="2m")
module(load="imtcp" maxFrameSize="2000000")
input(type="imtcp" address="127.0.0.1" port="{port}")
template(name="parsed" type="list") {{
  property(name="syslogfacility-text") constant(value="|") property(name="syslogseverity-text")
  constant(value="|") property(name="timereported" dateFormat="rfc3339") constant(value="|")
  property(name="app-name") constant(value="|") property(name="msgid") constant(value="|")
  property(name="structured-data") constant(value="|") property(name="msg") constant(value="\n")
}}
action(type="omfile" file="{}" template="parsed")
"#,
            at("."),
            at("out")
        );
        fs::write(folder.path().join("rsyslog.conf"), config).unwrap();
        let process = run(folder.path());
        Self { process, port, folder }
    }

    fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    fn again(&mut self) {
        // What the one before left there.
        let _ = fs::remove_file(self.folder.path().join("pid"));
        self.process = run(self.folder.path());
    }

    /// What it wrote, line by line.
    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("out")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

fn run(folder: &Path) -> Child {
    Command::new(program())
        .arg("-n")
        .arg("-f")
        .arg(folder.join("rsyslog.conf"))
        .arg("-i")
        .arg(folder.join("pid"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn seq(line: &str) -> u64 {
    let (_, rest) = line.split_once("seq=\"").unwrap_or_else(|| panic!("{line}"));
    rest.split('"').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rsyslog_has_every_entry_also_when_it_was_away() {
    let (app, admin) = sending().await;
    let mut collector = Rsyslog::start();
    let mut hostile = event("hostile", 1);
    hostile["actor"]["name"] = json!("Maya \"M\" ]\n<1>1 - forged - - - -\\");
    app.ingest(json!([hostile]).to_string()).await;
    store(&app, 0..50).await;
    let target = format!("syslog://127.0.0.1:{}", collector.port);
    let body = json!({"name": "logs", "target": target, "format": "structured", "after": 0});
    let made = make(&app, &admin, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.error());
    let id = made.json()["id"].as_i64().unwrap();
    until("it has the first ones", async || collector.lines().len() >= 52).await;
    collector.kill();
    store(&app, 50..80).await;
    until("it is missed", async || info(&app, &admin, id).await["trouble"].is_object()).await;
    collector.again();
    until("it has the rest", async || collector.lines().len() >= 82).await;

    let lines = collector.lines();
    let mut seqs: Vec<_> = lines.iter().map(|line| seq(line)).collect();
    let first = &lines[0];
    assert!(
        first.starts_with("authpriv|") || first.contains("|info|2026-11-20T11:59:00"),
        "{first}"
    );
    assert!(
        first.contains("|daybook|UpdateApp|[daybook@32473 project=\"acme\" seq=\"1\""),
        "{first}"
    );
    assert!(first.contains(r#"actor_name="Maya \"M\" \]␊<1>1 - forged - - - -\\""#), "{first}");
    // A batch that was on its way may have come twice; none is missing, and first arrivals are in order.
    let mut seen = std::collections::HashSet::new();
    seqs.retain(|seq| seen.insert(*seq));
    assert_eq!(seqs, (1..=82).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn rsyslog_has_json_whole_however_long_it_is() {
    let (app, admin) = sending().await;
    let collector = Rsyslog::start();
    let mut long = event("long", 1);
    long["change"] = json!({"before": null, "after": {"text": "x".repeat(300_000)}});
    app.ingest(json!([long, event("short", 1)]).to_string()).await;
    let target = format!("syslog://127.0.0.1:{}", collector.port);
    for format in ["daybook", "ocsf", "ecs"] {
        let body = json!({"name": format, "target": target, "format": format, "after": 0});
        assert_eq!(make(&app, &admin, body).await.status, StatusCode::CREATED);
    }
    // Two entries and the three streams that were made, three times.
    until("it has all", async || collector.lines().len() >= 15).await;
    let mut longest = 0;
    for line in collector.lines() {
        let text = line.splitn(7, '|').nth(6).unwrap();
        let entry: Value = serde_json::from_str(text)
            .unwrap_or_else(|e| panic!("{e}: {}", &line[..line.len().min(200)]));
        let seq = [&entry["seq"], &entry["metadata"]["sequence"], &entry["event"]["sequence"]];
        assert!(seq.iter().any(|seq| seq.is_u64()), "{entry}");
        longest = longest.max(text.len());
    }
    assert!(longest > 300_000, "{longest}");
}
