//! A log moves to PostgreSQL while it is written to, and the command that moves it is killed on the way.

use std::{
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{
    audit::Log,
    client::{Client, Sent},
    machine::Machine,
    plan::Plan,
    process::{LONG, Server, Start, daybook, token, url},
};

#[test]
fn a_log_moves_to_postgresql_while_it_is_written_to() {
    let _plan = Plan::of("migrate", 0.0);
    let machine = Machine::new();
    let folder = tempfile::tempdir().unwrap();
    let token = token(folder.path());
    let client = Client::new(&token);
    let mut server = Server::start(folder.path());
    let migrate = || {
        let mut command = Command::new(daybook());
        command.args(["migrate", "--to", &machine.url(), "--database-url", &url(folder.path())]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (over, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0.. {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let batch: Vec<_> = (0..50).map(|event| format!("m-{number}-{event}")).collect();
                let sent_now = client.send_of(&server.address, &batch, 100);
                assert!(matches!(sent_now, Sent::Acknowledged(_)), "{sent_now:?}");
                sent.fetch_add(batch.len(), Ordering::Relaxed);
            }
        });
        let until = Instant::now() + LONG;
        let wait = |so: &dyn Fn() -> bool| {
            while !so() {
                assert!(Instant::now() < until);
                thread::sleep(Duration::from_millis(20));
            }
        };
        wait(&|| sent.load(Ordering::Relaxed) >= 3_000);
        // Killed when some of it is there, twice.
        for copied in [200, 1_000] {
            let mut moving = migrate();
            let head = "SELECT COALESCE(max(head), 0) FROM project";
            let there = || {
                let made = "SELECT count(*) FROM pg_class WHERE relname = 'migration'";
                machine.ask("daybook", made) == "1"
                    && machine.ask("daybook", head).parse::<u64>().unwrap() >= copied
            };
            wait(&there);
            moving.kill().unwrap();
            moving.wait().unwrap();
        }
        over.store(true, Ordering::Relaxed);
    });
    let before = Log::read(&client, &server.address);
    let moving = migrate();
    server.ask_to_stop();
    assert!(server.stopped().success());
    let moved = moving.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&moved.stderr);
    assert!(moved.status.success(), "{said}");

    let data = tempfile::tempdir().unwrap();
    let environment = vec![
        ("DAYBOOK_DATABASE_URL".into(), machine.url()),
        ("DAYBOOK_DATA".into(), data.path().display().to_string()),
    ];
    let server = Server::with(data.path(), &Start { environment, ..Start::default() });
    // With the token that was made for the file.
    let after = Log::read(&client, &server.address);
    assert_eq!(after.places, before.places);
    assert_eq!(after.ids.len(), sent.load(Ordering::Relaxed));
    let next = client.send(&server.address, &["m-next".to_owned()]);
    let Sent::Acknowledged(report) = next else { panic!("{next:?}") };
    assert_eq!(report.stored, 1, "{report:?}");
}
