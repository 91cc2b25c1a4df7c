//! What is exported whole comes back: the same events, but for what the log adds to them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

#[path = "store/events.rs"]
#[expect(dead_code, reason = "shared with the stores' suite")]
mod events;

use daybook::{
    export::{
        columns::Columns,
        encode::{End, encoder},
    },
    import::{self, Importer, Lack},
    intake::{SourceTable, check, normalise},
};
use daybook_model::{
    Entry, Event, Timestamp,
    export::{Format, Formulas, State},
};
use proptest::{prelude::*, strategy::ValueTree as _};

fn file(events: &[Event], format: Format, status: State) -> Vec<u8> {
    ended(events, format, status, None)
}

/// A file with a trailer that tells of so many rows, if any.
fn ended(events: &[Event], format: Format, status: State, rows: Option<u64>) -> Vec<u8> {
    let trailer = rows.is_some();
    let mut encoder = encoder(format, &Columns::All, Formulas::Escaped, trailer).unwrap();
    let mut out = Vec::new();
    encoder.begin(&mut out).unwrap();
    for (seq, event) in (1..).zip(events) {
        let received_at = Timestamp::saturating(events::START);
        let entry = Entry { seq, received_at, event: event.clone(), omitted: Vec::new() };
        encoder.entry(&entry, &mut out).unwrap();
    }
    let rows = rows.unwrap_or_default();
    let end = End { id: "exp_1".into(), status, rows, as_of: 0, sha256: String::new() };
    encoder.end(&end, &mut out).unwrap();
    out
}

fn read(file: &[u8], format: import::Format) -> Vec<Result<Event, String>> {
    let lines = Importer::new(format, file).map(Result::unwrap);
    lines.map(|line| line.result.map_err(|fault| format!("{fault:?}"))).collect()
}

/// An event as the log keeps it.
fn kept() -> impl Strategy<Value = Event> {
    events::event().prop_filter_map("the log does not take it", |mut event| {
        normalise(&mut event, &SourceTable::default());
        check(&event, Timestamp::END).ok()?;
        Some(event)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whole_files_come_back(events in proptest::collection::vec(kept(), 1..8)) {
        for (format, theirs) in [
            (Format::Ndjson, import::Format::Native),
            (Format::Csv, import::Format::Csv),
            (Format::Parquet, import::Format::Parquet),
        ] {
            let read = read(&file(&events, format, State::Complete), theirs);
            let read: Vec<Event> = read.into_iter().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(&read, &events, "{}", format);
        }
    }
}

/// Events that do not compress, with a text that is longer than what is packed at once and states of any
/// size: as many as fill several groups.
fn many() -> Vec<Event> {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let event = kept().new_tree(&mut runner).unwrap().current();
    let mut state = 1_u64;
    let mut noise = |bytes: usize| -> String {
        let digit = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b"0123456789abcdef"[usize::try_from(state >> 60).unwrap()])
        };
        (0..bytes).map(digit).collect()
    };
    (0..1_500)
        .map(|n| Event {
            id: Some(format!("e{n}")),
            message: (n % 3 == 0).then(|| noise(if n == 300 { 8_000 } else { 40 })),
            context: (n % 7 != 0)
                .then(|| serde_json::json!({ "k": noise(if n == 300 { 90_000 } else { n * 13 }) })),
            ..event.clone()
        })
        .collect()
}

#[test]
fn a_file_of_several_groups_comes_back() {
    let events = many();
    let file = file(&events, Format::Parquet, State::Complete);
    let read: Vec<Event> =
        read(&file, import::Format::Parquet).into_iter().collect::<Result<_, _>>().unwrap();
    assert!(read == events);
}

/// DuckDB finds as many rows, in columns of the right types.
#[test]
fn another_program_reads_what_was_written() {
    let events = many();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    std::fs::write(&path, file(&events, Format::Parquet, State::Complete)).unwrap();
    let asks = "import sys, duckdb\n\
        db = duckdb.connect()\n\
        file = f\"'{sys.argv[1]}'\"\n\
        kinds = {row[0]: row[1] for row in db.execute(f'DESCRIBE SELECT * FROM {file}').fetchall()}\n\
        print(*[kinds[c] for c in ['seq', 'occurred_at', 'status_code', 'action', 'context']], sep='|')\n\
        counts = 'count(*), count(DISTINCT id), count(message), max(seq)'\n\
        print(*db.execute(f'SELECT {counts} FROM {file}').fetchall()[0])\n\
        groups = f'SELECT count(DISTINCT row_group_id) FROM parquet_metadata({file})'\n\
        print(db.execute(groups).fetchall()[0][0] > 1)\n";
    let python = std::env::home_dir().unwrap().join(".cache/daybook/tools/python/bin/python");
    let python = if python.is_file() { python } else { "python3".into() };
    let told = std::process::Command::new(python).args(["-c", asks]).arg(&path).output().unwrap();
    let said = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "run `cargo xtask setup --test` for DuckDB: {said}");
    assert_eq!(
        String::from_utf8(told.stdout).unwrap(),
        "BIGINT|TIMESTAMP WITH TIME ZONE|SMALLINT|VARCHAR|JSON\n1500 1500 500 1500\nTrue\n"
    );
}

#[test]
fn a_file_that_is_not_all_of_it_is_not_taken_for_a_whole_one() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let events = [kept().new_tree(&mut runner).unwrap().current()];
    let csv = |status| (import::Format::Csv, file(&events, Format::Csv, status));
    let lines = |status| (import::Format::Native, file(&events, Format::Ndjson, status));
    let parquet = |status| (import::Format::Parquet, file(&events, Format::Parquet, status));
    let trailer =
        |status, rows| (import::Format::Native, ended(&events, Format::Ndjson, status, Some(rows)));
    let joined = [trailer(State::Complete, 1).1, trailer(State::Complete, 1).1].concat();
    for ((format, file), lack, rows) in [
        (csv(State::Complete), None, 1),
        (csv(State::Capped), Some(Lack::Capped), 1),
        (csv(State::Failed), Some(Lack::Failed), 1),
        (lines(State::Complete), None, 1),
        (lines(State::Capped), Some(Lack::Capped), 1),
        (lines(State::Failed), Some(Lack::Failed), 1),
        (parquet(State::Complete), None, 1),
        (parquet(State::Capped), Some(Lack::Capped), 1),
        (trailer(State::Complete, 1), None, 1),
        (trailer(State::Complete, 3), Some(Lack::Rows(1, 3)), 1),
        (trailer(State::Capped, 1), Some(Lack::Capped), 1),
        (trailer(State::Failed, 1), Some(Lack::Failed), 1),
        ((import::Format::Native, joined), None, 2),
    ] {
        let mut importer = Importer::new(format, &file[..]);
        let read: Vec<_> = importer.by_ref().map(Result::unwrap).collect();
        // A mark is no entry that was refused.
        assert!(read.iter().all(|line| line.result.is_ok()), "{format} {lack:?}: {read:?}");
        assert_eq!((importer.lack(), read.len()), (lack, rows), "{format}");
    }
}

#[test]
fn a_table_of_anothers_is_read_by_its_mapping() {
    let text = "Time,User,Verb,Result,Colour\n2026-11-20T12:00:00Z,maya,Deploy,200,red\n,maya,Deploy,200,\n";
    let mapping = [
        ("Time", "occurred_at"),
        ("User", "actor_id"),
        ("Verb", "action"),
        ("Result", "status_code"),
    ];
    let mapping = mapping.map(|(theirs, ours)| (theirs.to_owned(), ours.to_owned())).to_vec();
    let lines: Vec<_> = Importer::new(import::Format::Csv, text.as_bytes())
        .with_mapping(mapping)
        .map(Result::unwrap)
        .collect();
    let event = lines[0].result.as_ref().unwrap();
    assert_eq!((event.actor.id.as_deref(), event.request.status_code), (Some("maya"), Some(200)));
    assert_eq!(event.context, Some(serde_json::json!({"csv": {"Colour": "red"}})));
    assert_eq!(lines[0].number, 2);
    assert_eq!(lines[1].result.as_ref().unwrap_err().field, "occurred_at");
}

#[test]
fn a_quotation_mark_that_is_never_closed_does_not_fill_the_memory() {
    let mut text = b"occurred_at,action\n\"".to_vec();
    text.resize(8 << 20, b'x');
    let first = Importer::new(import::Format::Csv, &text[..]).next();
    assert!(first.unwrap().unwrap_err().error.to_string().contains("longer"));
}

#[test]
fn porters_entries_and_ports_answers_are_read() {
    let porter = r#"[{"id":"0ab6b6f0-3c2b-4f2e-9d5a-1f2a3b4c5d6e","occurred_at":"2026-05-26T14:32:18Z","method":"POST","path":"/api/v2/projects/12492/applications","action":"create_application","actor_type":"USER","actor_id":"58392","actor_name":"alice@example.com","resource_type":"application","resource_name":"my-app","status_code":200,"source":"cli","cluster_id":1234,"shade":"blue"}]"#;
    let event = read(porter.as_bytes(), import::Format::Porter).remove(0).unwrap();
    assert_eq!(event.actor.email.as_deref(), Some("alice@example.com"));
    assert_eq!(event.cluster.as_ref().unwrap().id, "1234");
    assert_eq!(event.context, Some(serde_json::json!({"porter": {"shade": "blue"}})));
    // As its query answers them, with what it says beside.
    let answer = |beside: &str| format!(r#"{{"entries":{porter}{beside}}}"#);
    let beside = r#","page":1,"next_page":null,"x":{"a":["}\"",{}]},"as_of":7"#;
    for text in [answer(""), answer(beside)] {
        assert_eq!(read(text.as_bytes(), import::Format::Porter), [Ok(event.clone())], "{text}");
    }
    let cut = answer(beside);
    let cut = read(&cut.as_bytes()[..cut.len() - 1], import::Format::Porter);
    assert!(cut[1].as_ref().unwrap_err().contains("last brace"), "{cut:?}");
    let port = r#"{"ok":true,"audits":[{"identifier":"event_1","action":"DELETE","resourceType":"entity","status":"SUCCESS","trigger":{"by":{"orgId":"o","userId":"u"},"origin":"TERRAFORM","at":"2024-06-09T12:28:18.477Z"},"context":{"blueprint":"service","entity":"svc-1","runId":null},"diff":{"before":{"a":1},"after":null},"additionalData":{}}]}"#;
    let events = read(port.as_bytes(), import::Format::Port);
    let event = events[0].as_ref().unwrap();
    assert_eq!((events.len(), event.source.as_deref()), (1, Some("terraform")));
    assert_eq!(event.action, "entity.delete");
}
