//! What every command has in common: which project is meant, what is written where, and what the help says.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Output, Stdio},
};

use super::server::{Server, daybook, event, run, said, told};
use crate::machine::Machine;

/// Whether a text has codes for a terminal in it.
fn is_coloured(text: &str) -> bool {
    text.contains('\u{1b}')
}

#[test]
fn what_is_written_to_a_file_has_no_colours_and_commands_warn_alone() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["token", "create", "--name", "ci", "--scope", "read"];
    let made = run(folder.path(), &words, "");
    assert_eq!((made.status.code(), said(&made).as_str()), (Some(0), ""));
    let mut server = daybook(folder.path());
    server.args(["serve", "--listen", "127.0.0.1:0", "--log", "debug"]);
    let mut server = server.stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(first.contains("DEBUG") || first.contains("INFO"), "{first}");
    assert!(!is_coloured(&first), "{first:?}");
}

#[test]
fn who_reads_no_further_is_no_trouble() {
    let folder = tempfile::tempdir().unwrap();
    for words in [&["completions", "zsh"][..], &["manual"]] {
        let mut command = daybook(folder.path()).args(words).spawn().unwrap();
        drop(command.stdout.take());
        let done = command.wait_with_output().unwrap();
        assert_eq!((done.status.code(), said(&done).as_str()), (Some(0), ""), "{words:?}");
    }
}

#[test]
fn the_help_of_what_scripts_run_tells_the_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["query", "tail", "export", "import", "restore"] {
        let help = told(&run(folder.path(), &[command, "--help"], ""));
        assert!(help.contains("Exit status:"), "{command}: {help}");
    }
    let pages = folder.path().join("man");
    let words = ["manual", "--to", pages.to_str().unwrap()];
    assert_eq!(run(folder.path(), &words, "").status.code(), Some(0));
    let page = fs::read_to_string(pages.join("daybook-query.1")).unwrap();
    assert!(page.contains("Exit status:"), "{page}");
}

#[test]
fn a_stream_of_a_project_that_is_not_there_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let listed = || told(&run(folder.path(), &["project", "list"], ""));
    let made = run(folder.path(), &["project", "create", "acme"], "");
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    let before = listed();
    let words = ["stream", "add", "--project", "typo", "SIEM", "http://127.0.0.1:1/"];
    let added = run(folder.path(), &words, "");
    assert_eq!(added.status.code(), Some(1), "{}{}", told(&added), said(&added));
    assert_eq!(listed(), before);
    let words = ["stream", "add", "SIEM", "http://127.0.0.1:1/"];
    let added = run(folder.path(), &words, "");
    assert_eq!(added.status.code(), Some(0), "{}", said(&added));
}

#[test]
fn the_project_of_people_is_that_of_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("daybook.toml");
    fs::write(&file, "project = \"other\"").unwrap();
    let file = file.to_str().unwrap();
    for project in ["acme", "other"] {
        assert_eq!(run(folder.path(), &["project", "create", project], "").status.code(), Some(0));
    }
    // Without the environment's, as that goes before a file.
    let filed = |words: &[&str]| {
        let mut command = daybook(folder.path());
        command.env_remove("DAYBOOK_PROJECT").args(["--config", file]).args(words);
        command.stdin(Stdio::null()).output().unwrap()
    };
    let done = |done: Output| assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let create = |email| ["user", "create", "--email", email];
    let member = ["--role", "member"];
    done(run(folder.path(), &[&create("maya@acme.dev")[..], &member].concat(), ""));
    done(filed(&[&create("tom@acme.dev")[..], &member].concat()));
    done(run(folder.path(), &[&create("ann@acme.dev")[..], &["--instance-admin"]].concat(), ""));
    done(filed(&[&create("bob@acme.dev")[..], &["--instance-admin"]].concat()));
    done(filed(&["user", "grant", "--email", "maya@acme.dev", "--role", "auditor"]));
    let people = told(&run(folder.path(), &["user", "list"], ""));
    for line in [
        "maya@acme.dev active acme:member other:auditor",
        "tom@acme.dev active other:member",
        "ann@acme.dev active *:admin",
        "bob@acme.dev active *:admin",
    ] {
        assert!(people.lines().any(|told| told == line), "{line}\n{people}");
    }
    let mut nowhere = daybook(folder.path());
    nowhere.env_remove("DAYBOOK_PROJECT").args(create("eve@acme.dev")).args(member);
    let nowhere = nowhere.output().unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(said(&nowhere).contains("--project"), "{}", said(&nowhere));
}

#[test]
fn who_may_not_read_a_project_is_told_which() {
    let server = Server::with(1, 0);
    let mut asked = server.asks(&server.address, &["query"]);
    let asked = asked.env_remove("DAYBOOK_PROJECT").output().unwrap();
    assert_eq!(asked.status.code(), Some(4), "{}", said(&asked));
    for word in ["\"default\"", "--project", "DAYBOOK_PROJECT"] {
        assert!(said(&asked).contains(word), "{word}: {}", said(&asked));
    }
}

#[test]
fn a_database_that_cannot_be_used_is_named_with_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let list = |url: &str| {
        let mut command = daybook(folder.path());
        command.args(["project", "list"]);
        command.env("DAYBOOK_DATABASE_URL", url).env("DAYBOOK_DATA", folder.path());
        let done = command.output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{}", said(&done));
        assert!(!said(&done).contains("hush"), "{}", said(&done));
        said(&done)
    };
    // Nobody listens at a port that was just given back.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let begun = std::time::Instant::now();
    let away = list(&format!("postgres://daybook:hush@127.0.0.1:{port}/daybook"));
    assert!(away.contains(&format!("127.0.0.1:{port}")), "{away}");
    assert!(away.contains("refused"), "{away}");
    assert!(begun.elapsed().as_secs() < 20, "it is not tried for half a minute");
    let machine = Machine::new();
    let missing = list(&machine.url().replace("/daybook", "/ledger"));
    assert!(missing.contains("createdb") && missing.contains("ledger"), "{missing}");
}

#[test]
fn a_capped_file_is_not_all_of_it_wherever_it_goes() {
    let server = Server::with(30, 0);
    let boss = told(&run(
        server.folder.path(),
        &["token", "create", "--name", "b", "--scope", "admin"],
        "",
    ));
    ureq::put(format!("{}/api/projects/acme/settings/export", server.address))
        .header("authorization", format!("Bearer {}", boss.trim()))
        .send_json(serde_json::json!({"enabled": true, "max_rows": 10}))
        .unwrap();
    for (format, theirs) in [("csv", "csv"), ("ndjson", "native"), ("parquet", "parquet")] {
        let file = server.folder.path().join(format);
        let file = file.to_str().unwrap();
        let words = ["export", "range=all", "action=UpdateApp", "--format", format, "--to", file];
        let done = server.ask(&words);
        assert_eq!(done.status.code(), Some(3), "{format}: {}", said(&done));
        assert!(said(&done).contains("not all of it"), "{format}: {}", said(&done));
        // Whoever takes it in is told again, and nothing of it is refused.
        let words = ["import", "--project", format, "--format", theirs, file];
        let done = run(server.folder.path(), &words, "");
        assert_eq!(
            told(&done),
            "stored 10, duplicates 0, refused 0\n",
            "{format}: {}",
            said(&done)
        );
        assert_eq!(done.status.code(), Some(3), "{format}: {}", said(&done));
        assert!(said(&done).contains("this file is not all of it"), "{format}: {}", said(&done));
    }
}

#[test]
fn what_a_job_takes_with_its_trailer_is_taken_in_as_a_whole() {
    let server = Server::with(3, 0);
    let file = server.folder.path().join("taken");
    let curl =
        server.curl(&server.address, "range=all&format=ndjson&trailer=1&action=UpdateApp", &file);
    assert!({ curl }.status().unwrap().success());
    let import = || {
        let words = ["import", "--project", "other", "--format", "native", file.to_str().unwrap()];
        run(server.folder.path(), &words, "")
    };
    let done = import();
    assert_eq!(
        (done.status.code(), told(&done).as_str()),
        (Some(0), "stored 3, duplicates 0, refused 0\n"),
        "{}",
        said(&done)
    );
    // One line was lost on the way.
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.split_once('\n').unwrap().1).unwrap();
    let done = import();
    assert_eq!(done.status.code(), Some(3), "{}", said(&done));
    assert!(said(&done).contains("2 of 3 entries"), "{}", said(&done));
}

#[test]
fn a_place_that_the_log_does_not_have_is_no_place_to_go_on_from() {
    let server = Server::with(20, 0);
    let place = server.folder.path().join("place");
    let file = server.folder.path().join("file");
    let since = ["--since-last", place.to_str().unwrap()];
    let query = [&["query", "action=UpdateApp", "--output", "json"][..], &since].concat();
    let export = ["export", "action=UpdateApp", "--to", file.to_str().unwrap()];
    let export = [&export[..], &since].concat();
    let first = server.ask(&query);
    assert_eq!((first.status.code(), told(&first).lines().count()), (Some(0), 20));
    // As if the log had been longer when it was taken from.
    let kept = fs::read_to_string(&place).unwrap();
    let (before, _) = kept.split_once("\"after\":").unwrap();
    let ahead = format!("{before}\"after\":4711}}");
    fs::write(&place, &ahead).unwrap();
    server.ingest(&[event(99, 0)]);
    for words in [&query, &export] {
        let done = server.ask(words);
        assert_eq!((done.status.code(), told(&done).as_str()), (Some(1), ""), "{words:?}");
        for part in ["4711", "ends at", "remove the file", place.to_str().unwrap()] {
            assert!(said(&done).contains(part), "{part}: {}", said(&done));
        }
        assert_eq!(fs::read_to_string(&place).unwrap(), ahead, "{words:?}");
    }
    fs::remove_file(&place).unwrap();
    assert_eq!(told(&server.ask(&query)).lines().count(), 21);
}

#[test]
fn what_is_left_out_is_told_once() {
    let server = Server::with(3, 0);
    let place = server.folder.path().join("place");
    let tells = |words: &[&str]| {
        let done = server.ask(words);
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
        said(&done).contains("hidden=shown")
    };
    assert!(tells(&["query", "range=all"]));
    assert!(tells(&["export", "range=all"]));
    for said in ["hidden=shown", "resource_type.not=reading", "action=ReadLog", "tab=access"] {
        assert!(!tells(&["query", "range=all", said]), "{said}");
        assert!(!tells(&["export", "range=all", said]), "{said}");
    }
    let job = ["query", "--since-last", place.to_str().unwrap()];
    assert!(tells(&job), "the first time");
    assert!(!tells(&job), "not in each mail of a job");
}
