//! The same counts by other systems, on the same rows: one table of texts, as each of them keeps it.
//! They have to come to the same numbers.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use daybook::store::Counts;
use daybook_model::{Field, Span, Timestamp};

use super::{Error, page::FACETS, table::Table};

/// What an overview asks, and what Daybook answered.
pub(crate) struct Question {
    pub(crate) name: String,
    /// The filter, as an address has it.
    pub(crate) query: String,
    pub(crate) span: Span,
    pub(crate) edges: Vec<Timestamp>,
    /// The actors that are chosen; then GET is excluded, and the status is 2xx.
    pub(crate) seven: Vec<String>,
    pub(crate) counts: Counts,
    /// How long Daybook took for these counts without HTTP, in milliseconds.
    pub(crate) alone: f64,
}

/// The columns, as the others have them.
const COLUMNS: &str = "ms BIGINT, severity SMALLINT, status SMALLINT, outcome TEXT, method TEXT, \
    actor TEXT, action TEXT, source TEXT, resource_type TEXT, application TEXT, cluster TEXT";

impl Question {
    fn condition(&self, without: Option<Field>) -> String {
        let mut sql =
            format!("ms >= {} AND ms < {}", self.span.from.millis(), self.span.to.millis());
        if self.seven.is_empty() {
            return sql;
        }
        if without != Some(Field::Method) {
            sql.push_str(" AND (method IS NULL OR method <> 'GET')");
        }
        if without != Some(Field::Status) {
            sql.push_str(" AND status BETWEEN 200 AND 299");
        }
        if without != Some(Field::Actor) {
            let actors: Vec<_> = self.seven.iter().map(|actor| format!("'{actor}'")).collect();
            let _ = write!(sql, " AND actor IN ({})", actors.join(", "));
        }
        sql
    }

    /// The statements, and the lines that each of them must print.
    fn statements(&self, division: &str) -> Vec<(String, Vec<String>)> {
        let width = self.edges[2].millis() - self.edges[1].millis();
        let base = self.edges[1].millis() - width;
        let mut all = vec![(
            format!(
                "SELECT (ms - {base}) {division} {width} AS bar, severity, count(*) FROM entry \
                 WHERE {} GROUP BY 1, 2 ORDER BY 1, 2",
                self.condition(None)
            ),
            bars(&self.counts.bars),
        )];
        for (field, counts) in FACETS.iter().zip(&self.counts.facets) {
            let key = field.key();
            let mut lines: Vec<String> =
                counts.values.iter().take(10).map(|v| format!("{}|{}", v.value, v.count)).collect();
            // Values that are chosen and rare stand behind the most frequent ones.
            lines.truncate(counts.values.iter().take_while(|v| v.count > 0).count());
            all.push((
                format!(
                    "SELECT {key}, count(*) FROM entry WHERE {} AND {key} IS NOT NULL \
                     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10",
                    self.condition(Some(*field))
                ),
                lines,
            ));
        }
        all
    }
}

fn bars(bars: &[[u64; 3]]) -> Vec<String> {
    let line = |(bar, counts): (usize, &[u64; 3])| {
        let some = (0..).zip(counts).filter(|(_, n)| **n > 0);
        some.map(|(severity, n)| format!("{bar}|{severity}|{n}")).collect::<Vec<_>>()
    };
    bars.iter().enumerate().flat_map(line).collect()
}

type Run = Box<dyn Fn(&str) -> Result<String, Error>>;

/// A system to compare with: prints what statements yield, and their times.
struct Peer {
    name: &'static str,
    division: &'static str,
    runs: usize,
    /// How much faster Daybook has to be.
    factor: Option<f64>,
    /// Runs a script; after each statement it prints `Time: N ms`, or `Run Time: real S`.
    run: Run,
}

pub(crate) fn measure(
    folder: &Path,
    file: &Path,
    events: u64,
    questions: &[Question],
    table: &mut Table,
) -> Result<(), Error> {
    let csv = folder.join(format!("index-{events}.csv"));
    export(file, &csv)?;
    for peer in
        [duckdb(folder, &csv, events)?, postgres(&csv, events)?, sqlite(folder, &csv, events)?]
    {
        for question in questions {
            let statements = question.statements(peer.division);
            let mut best = f64::MAX;
            for _ in 0..=peer.runs {
                let script: Vec<_> =
                    statements.iter().map(|(sql, _)| format!("{sql};\n")).collect();
                let output = (peer.run)(&script.concat())?;
                let (lines, time) = read(&output);
                let expected: Vec<&String> =
                    statements.iter().flat_map(|(_, lines)| lines).collect();
                if lines.len() != expected.len()
                    || lines.iter().zip(&expected).any(|(a, b)| a != *b)
                {
                    let differing = lines.iter().zip(&expected).find(|(a, b)| a != *b);
                    return Err(format!("{} counted otherwise: {differing:?}", peer.name).into());
                }
                best = best.min(time);
            }
            let ratio = best / question.alone;
            table.row(
                &format!("{}: the same counts, {}", peer.name, question.name),
                best,
                "ms",
                None,
                None,
            );
            let verdict = match peer.factor {
                Some(factor) if ratio >= factor => format!("{ratio:.1} × (≥ {factor}): within"),
                Some(factor) => format!("{ratio:.1} × (≥ {factor}): OVER"),
                None => format!("{ratio:.1} ×"),
            };
            table.note("  so many times as long as Daybook", &verdict);
        }
    }
    Ok(())
}

/// The lines of values, and the sum of the times in milliseconds.
fn read(output: &str) -> (Vec<String>, f64) {
    let (mut lines, mut time) = (Vec::new(), 0.0);
    for line in output.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        if let Some(rest) = line.strip_prefix("Time: ") {
            time +=
                rest.split_whitespace().next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
        } else if line.starts_with("Run Time: real ") {
            time += 1000.0 * words.nth(3).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
        } else {
            lines.push(line.to_owned());
        }
    }
    (lines, time)
}

fn pipe(mut command: Command, input: &str) -> Result<String, Error> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{command:?}: {e}"))?;
    let mut stdin = child.stdin.take().ok_or("no input")?;
    let text = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output()?;
    // Whoever stops early says so by its status.
    let _ = writer.join();
    if !output.status.success() {
        return Err(format!("{command:?} failed").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The rows as text.
fn export(file: &Path, csv: &Path) -> Result<(), Error> {
    if csv.exists() {
        return Ok(());
    }
    println!("  writing the rows for the others…");
    let words = [
        ("method", 1),
        ("actor", 2),
        ("action", 5),
        ("source", 4),
        ("resource", 6),
        ("application", 7),
        ("cluster", 8),
    ];
    let joins: Vec<String> = words
        .iter()
        .map(|(column, kind)| {
            format!(" LEFT JOIN word {column}_ ON {column}_.project = 1 AND {column}_.kind = {kind} AND {column}_.number = e.{column}")
        })
        .collect();
    let part = csv.with_extension("part");
    let script = format!(
        ".mode csv\n.once '{}'\nSELECT e.occurred_at, e.severity, e.status, CASE e.outcome WHEN 0 THEN 'failure' WHEN 1 THEN 'success' END, \
         method_.value, actor_.value, action_.value, source_.value, resource_.type, application_.value, cluster_.value \
         FROM entry e{} WHERE e.project = 1;\n",
        part.display(),
        joins.concat()
    );
    let mut shell = Command::new("sqlite3");
    shell.arg("-readonly").arg(file);
    pipe(shell, &script)?;
    std::fs::rename(part, csv)?;
    Ok(())
}

fn duckdb(folder: &Path, csv: &Path, events: u64) -> Result<Peer, Error> {
    let python = folder.join("python/bin/python3");
    let base = folder.join(format!("peer-{events}.duckdb"));
    let program = r#"
import sys, time, duckdb
db = duckdb.connect(sys.argv[1])
for sql in sys.stdin.read().split(";\n"):
    if not sql.strip(): continue
    begun = time.perf_counter()
    rows = db.execute(sql).fetchall()
    print(f"Time: {(time.perf_counter() - begun) * 1000:.3f} ms")
    for row in rows if sql.startswith("SELECT") else []: print("|".join(str(v) for v in row))
"#;
    let run = move |base: PathBuf, script: &str| {
        let mut command = Command::new(&python);
        command.arg("-c").arg(program).arg(base);
        pipe(command, script)
    };
    if !base.exists() {
        println!("  loading DuckDB…");
        run(
            base.clone(),
            &format!(
                "CREATE TABLE entry ({COLUMNS});\nCOPY entry FROM '{}' (HEADER false, NULLSTR '');\n",
                csv.display()
            ),
        )?;
    }
    // One process a run, which has to read its file: the second of its runs counts.
    let run = move |script: &str| {
        let output = run(base.clone(), &format!("{script}SELECT 'again';\n{script}"))?;
        Ok(output.split_once("again\n").map(|(_, second)| second.to_owned()).unwrap_or_default())
    };
    Ok(Peer { name: "DuckDB", division: "//", runs: 4, factor: Some(3.0), run: Box::new(run) })
}

fn sqlite(folder: &Path, csv: &Path, events: u64) -> Result<Peer, Error> {
    let base = folder.join(format!("peer-{events}.sqlite"));
    let run = move |base: &Path, script: &str| {
        let mut shell = Command::new("sqlite3");
        shell.arg(base);
        pipe(shell, script)
    };
    if !base.exists() {
        println!("  loading SQLite…");
        let script = format!(
            "PRAGMA journal_mode=OFF;\nPRAGMA synchronous=OFF;\nCREATE TABLE entry ({COLUMNS});\n.import --csv '{}' entry\n\
             UPDATE entry SET method = nullif(method, ''), status = nullif(status, ''), outcome = nullif(outcome, ''), source = nullif(source, ''), resource_type = nullif(resource_type, ''), application = nullif(application, ''), cluster = nullif(cluster, '');\n",
            csv.display()
        );
        run(&base, &script)?;
    }
    let run = move |script: &str| {
        run(&base, &format!("PRAGMA mmap_size=4294967296;\n.timer on\n{script}"))
            .map(|output| output.replace("4294967296\n", "").replace("2147418112\n", ""))
    };
    Ok(Peer { name: "SQLite", division: "/", runs: 0, factor: None, run: Box::new(run) })
}

/// A cluster of its own, stopped when the bench ends.
struct Cluster {
    folder: PathBuf,
    program: PathBuf,
}

impl Cluster {
    /// A command of PostgreSQL's, which refuses to run as root.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(self.program.join(name));
        command
    }

    fn psql(&self) -> Command {
        let mut command = self.command("psql");
        command.arg("-h").arg(&self.folder).args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "postgres",
        ]);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self
            .command("pg_ctl")
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(["-m", "fast", "-w", "stop"])
            .stdout(Stdio::null())
            .status();
    }
}

fn postgres(csv: &Path, events: u64) -> Result<Peer, Error> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")?;
    let newest = versions.flatten().map(|entry| entry.path().join("bin")).max();
    // Its own user must be able to reach the folder.
    let folder = std::env::temp_dir().join(format!("daybook-bench-postgres-{events}"));
    let cluster = Cluster { folder: folder.clone(), program: newest.ok_or("no PostgreSQL")? };
    let done = |mut command: Command| -> Result<(), Error> {
        let status = command.stdout(Stdio::null()).status()?;
        status.success().then_some(()).ok_or_else(|| format!("{command:?} failed").into())
    };
    let loaded = folder.join("loaded").exists();
    if !loaded {
        println!("  loading PostgreSQL…");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        let mut own = Command::new("chown");
        own.arg("postgres").arg(&folder);
        done(own)?;
        let mut init = cluster.command("initdb");
        init.arg("-D").arg(folder.join("data")).args(["--locale=C", "-E", "UTF8"]);
        done(init)?;
    }
    let mut start = cluster.command("pg_ctl");
    let options = format!(
        "-k {} -c listen_addresses= -c shared_buffers=4GB -c work_mem=256MB -c max_wal_size=8GB -c max_parallel_workers_per_gather=2",
        folder.display()
    );
    start
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-w", "-l"])
        .arg(folder.join("log"))
        .args(["-o", &options, "start"]);
    done(start)?;
    if !loaded {
        let script = format!(
            "CREATE TABLE entry ({COLUMNS});\nCREATE INDEX ON entry USING brin (ms);\n\\copy entry FROM '{}' (FORMAT csv)\nVACUUM ANALYZE entry;\n",
            csv.display()
        );
        pipe(cluster.psql(), &script)?;
        std::fs::write(folder.join("loaded"), "")?;
    }
    let run = move |script: &str| pipe(cluster.psql(), &format!("\\timing on\n{script}"));
    Ok(Peer { name: "PostgreSQL", division: "/", runs: 2, factor: Some(10.0), run: Box::new(run) })
}
