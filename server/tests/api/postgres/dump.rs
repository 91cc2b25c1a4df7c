//! A log in PostgreSQL, copied and put back by PostgreSQL's own programs, as docs/operations.md says.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use daybook::{
    clock::Clock,
    database::{Beside, Database},
    people::{People, Scope},
    store::{Appended, ProjectId, Store as _, postgres::Postgres},
};
use daybook_model::Event;
use serde_json::{Value, json};

use crate::{
    app::event,
    cluster::Lent,
    programs::{done, programs},
};

/// A server on the log at an address, which ends with the test.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn on(url: &str, data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
        command.args(["serve", "--project", "acme", "--index-memory", "0"]);
        command.args(["--listen", "127.0.0.1:0", "--database-url", url, "--data"]).arg(data);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = lines.find_map(|l| Some(l.ok()?.strip_prefix("Daybook is at ")?.to_owned()));
        // Who reads no more would stop who writes.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: said.unwrap() }
    }

    /// Sends an event; the report.
    fn send(&self, token: &str, event: &Value) -> Value {
        let request = ureq::post(format!("{}/api/projects/acme/events", self.address))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        request.send(event.to_string()).unwrap().body_mut().read_json().unwrap()
    }
}

fn events() -> Vec<Event> {
    let events = (0..300_i64).map(|n| {
        let mut event = event(&format!("e-{n:03}"), n * 1_000);
        event["request"]["request_id"] = json!(format!("req-{}", n % 7));
        if n % 3 == 0 {
            event["change"] = json!({"before": null, "after": {"n": n, "text": "ä\u{202e}\n"}});
            event["context"] = json!([n, {"deep": [null, true, 1.5]}]);
        }
        serde_json::from_value(event).unwrap()
    });
    events.collect()
}

#[tokio::test]
async fn a_dump_that_is_put_back_is_the_same_log_and_goes_on() {
    let (lent, now) = (Lent::new().await, Clock::System.now());
    let store = Postgres::open(&lent.url()).await.unwrap();
    let database = || Database::from(store.database());
    let people = People::open(database(), Beside::Log(database())).await.unwrap();
    let project = ProjectId(store.create_project("acme", now).await.unwrap().number);
    for batch in events().chunks(100) {
        store.append(project, batch, now).await.unwrap();
    }
    let token = people.create_token(project, "test", &[Scope::Ingest], now).await.unwrap();
    let maya = people.create_person("maya@acme.dev", None, now).await.unwrap();
    people.open_session(&maya, now).await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("daybook.dump");
    let mut dump = Command::new(programs().join("pg_dump"));
    dump.args(["-Fc", "--exclude-table-data=session", "-f"]).arg(&file).arg(lent.url());
    done(&mut dump);
    sqlx::query("CREATE DATABASE restored").execute(store.database().writer()).await.unwrap();
    let address = format!("{}/restored", lent.url().rsplit_once('/').unwrap().0);
    let mut restore = Command::new(programs().join("pg_restore"));
    restore.args(["--no-owner", "--exit-on-error", "-j", "4", "-d", &address]).arg(&file);
    done(&mut restore);

    let copy = Postgres::open(&address).await.unwrap();
    assert_eq!(copy.projects().await.unwrap(), store.projects().await.unwrap());
    assert_eq!(copy.head(project).await.unwrap(), 300);
    let (was, is) = (store.between_whole(project, 0, 300), copy.between_whole(project, 0, 300));
    let (was, is) = (was.await.unwrap(), is.await.unwrap());
    assert_eq!((is.len(), is), (300, was));
    // Nobody is signed in; people are there.
    let signed_in = "SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM person)";
    for (log, expected) in [(&store, (1, 1)), (&copy, (0, 1))] {
        let counted = sqlx::query_as::<_, (i64, i64)>(signed_in);
        let counted = counted.fetch_one(log.database().writer()).await;
        assert_eq!(counted.unwrap(), expected);
    }

    // Places go on, and an id is known.
    let more = [events().remove(0), serde_json::from_value(event("more", 0)).unwrap()];
    let stored = copy.append(project, &more, now).await.unwrap();
    assert_eq!(stored, [Appended::Duplicate(1), Appended::Stored(301)]);
    let server = Server::on(&address, folder.path());
    let mut event = event("served", 0);
    event["occurred_at"] = json!(now);
    let report = server.send(token.reveal(), &event);
    assert_eq!((&report["stored"], &report["head"]), (&json!(1), &json!(302)), "{report}");
    let entry = copy.entry(project, 302).await.unwrap().unwrap();
    assert_eq!(entry.event.id.as_deref(), Some("served"));
    // The first log was left as it was.
    assert_eq!(store.head(project).await.unwrap(), 300);
}

#[test]
fn a_backup_is_left_to_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
    command.arg("backup").arg(&copy);
    command.args(["--database-url", "postgres://daybook@db.example.com/daybook"]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("pg_dump") && said.contains("pg_basebackup"), "{said}");
    assert!(!copy.exists());
}
