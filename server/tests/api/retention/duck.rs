//! The archive is read by a program that knows nothing of Daybook: DuckDB.

use std::{path::PathBuf, process::Command};

use serde_json::{Value, json};

use super::{fill, log, pass, with_folder};

/// Asks DuckDB; each row as a list.
fn duckdb(question: &str) -> Vec<Value> {
    let tools = std::env::home_dir().unwrap().join(".cache/daybook/tools/python/bin/python");
    let python = if tools.is_file() { tools } else { PathBuf::from("python3") };
    let script = "import duckdb, json, sys\n\
        duckdb.sql(\"SET TimeZone = 'UTC'\")\n\
        print(json.dumps(duckdb.sql(sys.argv[1]).fetchall(), default=str))";
    let output = Command::new(python).args(["-c", script, question]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "DuckDB (`cargo xtask setup --test` installs it): {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn duckdb_reads_the_archive_with_its_types() {
    let (app, archive) = with_folder().await;
    fill(&app, 180).await;
    let all = log(&app).await;
    assert_eq!(pass(&app, 92).await, 60);
    let files = archive.path().join("acme/*/*.parquet");
    let files = format!("'{}'", files.display());

    let types = duckdb(&format!("DESCRIBE SELECT * FROM {files}"));
    let kind = |column: &str| {
        let found = types.iter().find(|row| row[0] == column);
        found.unwrap_or_else(|| panic!("no column {column} in {types:?}"))[1].clone()
    };
    for (column, expected) in [
        ("seq", "BIGINT"),
        ("id", "VARCHAR"),
        ("occurred_at", "TIMESTAMP WITH TIME ZONE"),
        ("received_at", "TIMESTAMP WITH TIME ZONE"),
        ("actor_email", "VARCHAR"),
        ("action", "VARCHAR"),
        ("status_code", "SMALLINT"),
        ("context", "JSON"),
        ("before", "JSON"),
        ("after", "JSON"),
    ] {
        assert_eq!(kind(column), expected, "{column}");
    }

    let counted = duckdb(&format!(
        "SELECT count(*), count(DISTINCT seq), count(DISTINCT id), count(context), min(status_code), \
         count(*) FILTER (operation = 'login') FROM {files}"
    ));
    assert_eq!(counted, [json!([60, 60, 60, 20, 200, 12])]);
    let first = all.values().map(|event| event.occurred_at).min().unwrap();
    let millis = duckdb(&format!("SELECT epoch_ms(min(occurred_at)) FROM {files}"));
    assert_eq!(millis, [json!([first.millis()])]);
    let inside = duckdb(&format!(
        "SELECT (after ->> 'n')::INTEGER, after ->> 'text' FROM {files} WHERE id = 'e180-03'"
    ));
    assert_eq!(inside, [json!([3, "ä\u{202e}\n"])]);
}
