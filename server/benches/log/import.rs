//! Importing CloudTrail, beside `sqlite3`'s own `.import` of the same rows.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{folder, table::Table};

/// How many records the file is repeated to.
const RECORDS: usize = 200_000;
/// How often both are measured; the median counts.
const ROUNDS: usize = 5;

pub(crate) fn measure(table: &mut Table) -> Result<(), Box<dyn std::error::Error>> {
    const WHAT: &str = "import of CloudTrail, events a second";
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/cloudtrail_invictus.ndjson");
    if !source.exists() {
        table.note(WHAT, "skipped: the sample log is not on this machine");
        return Ok(());
    }
    let (ndjson, csv) = (folder().join("cloudtrail.ndjson"), folder().join("cloudtrail.csv"));
    repeat(&source, &ndjson, &csv)?;
    // In turn, so that a slow moment of the machine falls on both.
    let (mut ours, mut theirs, mut peak) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let (seconds, most) = import(&ndjson)?;
        ours.push(seconds);
        peak = peak.max(most);
        theirs.extend(shell_import(&csv));
    }
    let a_second = |times| median(times).map(|seconds| RECORDS as f64 / seconds);
    let (rate, peer) = (a_second(ours).unwrap_or_default(), a_second(theirs));
    let limit = peer.map_or(40_000.0, |peer| (peer / 2.0).min(40_000.0));
    let verdict = if rate >= limit { "within" } else { "UNDER" };
    table.note(
        WHAT,
        &format!(
            "{rate:.0}; sqlite3 .import {:.0}; at least {limit:.0}: {verdict}",
            peer.unwrap_or_default()
        ),
    );
    table.note("memory of that import at its peak", &format!("{:.0} MB", peak as f64 / 1024.0));
    Ok(())
}

fn median(mut seconds: Vec<f64>) -> Option<f64> {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied()
}

/// Repeats the records with new ids, as a log and as a table of the same rows.
fn repeat(source: &Path, ndjson: &Path, csv: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let records: Vec<Value> = BufReader::new(File::open(source)?)
        .lines()
        .map(|line| Ok(serde_json::from_str(&line?)?))
        .collect::<Result<_, Box<dyn std::error::Error>>>()?;
    let (mut log, mut rows) =
        (BufWriter::new(File::create(ndjson)?), BufWriter::new(File::create(csv)?));
    for (i, record) in (0..RECORDS).zip(records.iter().cycle()) {
        let mut record = record.clone();
        record["eventID"] = uuid(i).into();
        serde_json::to_writer(&mut log, &record)?;
        log.write_all(b"\n")?;
        let cell = |key: &str| {
            record[key]
                .as_str()
                .map_or_else(|| record[key].to_string(), str::to_owned)
                .replace('"', "\"\"")
        };
        let cells = [
            "eventID",
            "eventTime",
            "userIdentity",
            "eventSource",
            "eventName",
            "awsRegion",
            "sourceIPAddress",
            "userAgent",
            "errorCode",
            "requestParameters",
            "responseElements",
        ];
        let row: Vec<String> = cells.iter().map(|key| format!("\"{}\"", cell(key))).collect();
        writeln!(rows, "{}", row.join(","))?;
    }
    Ok(())
}

fn uuid(i: usize) -> String {
    let mixed = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{i:012x}",
        mixed >> 32,
        mixed >> 16 & 0xffff,
        mixed >> 4 & 0xfff,
        mixed & 0xfff
    )
}

/// Seconds, and the most memory in kB, of `daybook import`.
fn import(log: &Path) -> Result<(f64, u64), Box<dyn std::error::Error>> {
    let database = tempfile::tempdir_in(folder())?;
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_daybook"))
        .args(["import", "--project", "acme", "--format", "cloudtrail"])
        .arg(log)
        .args(["--database-url", &format!("sqlite://{}", database.path().join("log.db").display())])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        peak = memory(child.id()).unwrap_or(peak).max(peak);
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok((begun.elapsed().as_secs_f64(), peak))
}

fn memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok())
}

/// Seconds of `.import` into a table with a unique id, on disk when it is done.
fn shell_import(csv: &Path) -> Option<f64> {
    let database = tempfile::tempdir_in(folder()).ok()?;
    let begun = Instant::now();
    let script = format!(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id TEXT PRIMARY KEY, at, who, service, name, region, ip, agent, error, request, response);\n.mode csv\n.import {} t\n",
        csv.display()
    );
    let mut child = Command::new("sqlite3")
        .arg(database.path().join("peer.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(script.as_bytes()).ok()?;
    child.wait().ok()?.success().then(|| begun.elapsed().as_secs_f64())
}
