//! A log moves to PostgreSQL while it is written to, and the command that moves it is killed on the way.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use daybook::{
    clock::Clock,
    presence::{Found, Presence},
    store::{Appended, Key, ProjectId, Removal, Store as _, postgres::Postgres, sqlite::Sqlite},
};
use daybook_model::{Event, Seq, Timestamp};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::{
    audit::Log,
    client::{Client, Sent},
    machine::Machine,
    plan::{AtEnd, Plan},
    process::{LONG, Server, Start, daybook, token, url},
};

/// The command, at work.
fn migrate(folder: &Path, machine: &Machine) -> Child {
    let mut command = Command::new(daybook());
    command.args(["migrate", "--to", &machine.url(), "--database-url", &url(folder)]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_log_moves_to_postgresql_while_it_is_written_to() {
    let mut plan = Plan::of("migrate");
    let mut rounds = 0;
    while plan.goes_on(rounds, 1) {
        moves(&mut plan.dice);
        loses_entries_on_the_way(&mut plan.dice);
        rounds += 1;
    }
    println!("migrate: {rounds} logs moved");
}

/// One log, which moves once.
fn moves(dice: &mut ChaCha8Rng) {
    let machine = Machine::new();
    let folder = tempfile::tempdir().unwrap();
    let token = token(folder.path());
    let client = Client::new(&token);
    let mut server = Server::start(folder.path());
    let (over, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    // When it is killed, and what is sent.
    let copied: [u64; 2] = [dice.random_range(100..600), dice.random_range(600..2_000)];
    let mut sizes = ChaCha8Rng::seed_from_u64(dice.random());
    thread::scope(|scope| {
        let _end = AtEnd(&over);
        scope.spawn(|| {
            for number in 0.. {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let events = sizes.random_range(20..80);
                let batch: Vec<_> =
                    (0..events).map(|event| format!("m-{number}-{event}")).collect();
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
        for copied in copied {
            let mut moving = migrate(folder.path(), &machine);
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
    });
    let before = Log::read(&client, &server.address);
    let moving = migrate(folder.path(), &machine);
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

fn event(n: Seq, now: Timestamp) -> Event {
    let event = json!({
        "id": format!("e-{n}"),
        "occurred_at": now.plus_millis(-n.cast_signed() * 3_600_000),
        "actor": {"type": "user", "id": format!("u{}", n % 7)},
        "action": "UpdateApp",
        "request": {"request_id": format!("req-{}", n % 5), "status_code": 200},
        "change": {"before": null, "after": {"n": n}},
        "context": {"n": n},
    });
    serde_json::from_value(event).unwrap()
}

/// A log from which retention takes entries out that were copied already: they go from the copy, too.
fn loses_entries_on_the_way(dice: &mut ChaCha8Rng) {
    let machine = Machine::new();
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let now = Clock::System.now();
    let events: Vec<Event> = (1..=700).map(|n| event(n, now)).collect();
    let (from, project) = runtime.block_on(async {
        let from = Sqlite::open(&url(folder.path())).await.unwrap();
        let project = ProjectId(from.create_project("acme", now).await.unwrap().number);
        from.append(project, &events, now).await.unwrap();
        (from, project)
    });
    // As a server has it that writes to the log.
    let found = Presence::take(&folder.path().join("daybook.db")).unwrap();
    let Found::Free(presence) = found else { panic!("nobody else has it") };
    let mut moving = migrate(folder.path(), &machine);
    let mut errors = BufReader::new(moving.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("Everything is copied") {
        assert!(errors.read_line(&mut said).unwrap() > 0, "it ended: {said}");
    }
    // All of what is copied at once, the last, and some of the others.
    let mut keys: Vec<Key> = Vec::new();
    for (seq, event) in (1..).zip(&events) {
        if matches!(seq, 50 | 201..=400 | 700) || dice.random_bool(0.2) {
            keys.push((event.occurred_at.millis(), seq));
        }
    }
    let gone = keys.len() as u64;
    let (received_before, rule) = (Timestamp::END, "all".to_owned());
    let removal = Removal { project, keys, received_before, run: 1, rule };
    assert_eq!(runtime.block_on(from.remove(&removal)), Ok(gone));
    drop(presence);
    let moved = moving.wait_with_output().unwrap();
    errors.read_to_string(&mut said).unwrap();
    assert!(moved.status.success(), "{said}");

    runtime.block_on(async {
        let to = Postgres::open(&machine.url()).await.unwrap();
        let left = from.between_whole(project, 0, 700).await.unwrap();
        assert_eq!(left.len() as u64, 700 - gone);
        assert_eq!(to.between_whole(project, 0, 700).await.unwrap(), left);
        // Places go on behind one that is gone, and the id of what is gone is free.
        let again = to.append(project, &events[49..50], now).await.unwrap();
        assert_eq!(again, [Appended::Stored(701)]);
    });
    // What says so is that of the file alone.
    let asked = |text: &str| machine.ask("daybook", text);
    assert_eq!(asked("SELECT run, rule, row_count FROM removal"), format!("1|all|{gone}"));
    assert_eq!(asked("SELECT removed FROM project WHERE slug = 'acme'"), gone.to_string());
}
