//! The API against its own description: schemathesis asks a running server for everything that
//! `openapi.json` tells of, with inputs of its own, and compares the answers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use crate::process::program;
use crate::step::Step;
use crate::{Result, paths, system};

const ADVICE: &str = "See what schemathesis says of the API, and correct it or its description.";

fn python() -> PathBuf {
    paths::tools().join("python")
}

/// Installs what is missing.
pub(crate) fn install() -> Option<Step> {
    let schemathesis = python().join("bin/st");
    let store = python().join("bin/moto_server");
    (!schemathesis.is_file() || !store.is_file() || !has_duckdb()).then(|| {
        Step::new("Installing schemathesis, an S3 store and DuckDB for tests from PyPI", |job| {
            let venv = program("python3").args(["-c", "import ensurepip"]).output();
            if !venv.is_ok_and(|o| o.status.success()) {
                system::install(job, &["python3", "python3-venv"])?;
            }
            job.run(
                program("python3").args(["-m", "venv"]).arg(python()),
                "Install Python 3 with its venv module, then run this again.",
            )?;
            job.run(
                program(python().join("bin/pip")).args([
                    "install",
                    "schemathesis==4.*",
                    "moto[s3,server]==5.*",
                    "duckdb==2.*",
                ]),
                "Check the connection to PyPI, then run this again.",
            )
        })
    })
}

/// It has no program of its own.
fn has_duckdb() -> bool {
    let versions = std::fs::read_dir(python().join("lib")).into_iter().flatten().flatten();
    versions.into_iter().any(|version| version.path().join("site-packages/duckdb").is_dir())
}

/// A server of its own, ended with the step.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Compares the API with its description, for about a minute.
pub(crate) fn step() -> Step {
    Step::new("the API as described", |job| {
        let data = paths::scratch().join("contract");
        let _ = std::fs::remove_dir_all(&data);
        std::fs::create_dir_all(&data).map_err(|e| format!("{}: {e}.", data.display()))?;
        let database = format!("sqlite://{}", data.join("daybook.db").display());
        let mut server = program(paths::server(false));
        server.args(["serve", "--listen", "127.0.0.1:0", "--project", "acme", "--demo"]);
        // What is made up as a recipient is nobody to be told.
        server.args(["--demo-events", "2000", "--no-alerts", "--database-url", &database]);
        server.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Server(server.spawn().map_err(|e| format!("The server: {e}."))?);
        let output = server.0.stdout.take().map(BufReader::new);
        let mut lines =
            output.into_iter().flat_map(|lines| lines.lines().map_while(std::result::Result::ok));
        let mut said = |before: &str| {
            let after = |line: String| line.split_once(before).map(|(_, rest)| rest.to_owned());
            lines.find_map(after).ok_or(format!("The server did not say {before:?}."))
        };
        let address = said("Daybook is at ")?;
        let secret = said("/set-up#")?;
        let token = format!("Authorization: Bearer {}", token(&database)?);
        let person = format!("Cookie: {}", sign_in(&address, &secret)?);
        let config = data.join("schemathesis.toml");
        std::fs::write(&config, CONFIG).map_err(|e| format!("{}: {e}.", config.display()))?;
        let others = CHANGES.iter().chain(PERSON).chain(["listen"].iter());
        for (who, which, operations) in [
            (&token, "--exclude-operation-id", others.copied().collect::<Vec<_>>()),
            (&person, "--include-operation-id", PERSON.to_vec()),
            (&token, "--include-operation-id", CHANGES.to_vec()),
        ] {
            let mut test = program(python().join("bin/st"));
            test.arg("--config-file").arg(&config);
            test.args(["run", &format!("{address}/api/openapi.json")]);
            test.args(["--header", who]).args(OPTIONS);
            for operation in operations {
                test.args([which, operation]);
            }
            job.run(&mut test, ADVICE)?;
        }
        Ok(())
    })
}

/// Signs in by the link that the server printed; the cookie.
fn sign_in(address: &str, secret: &str) -> Result<String> {
    let wrong = |e: std::io::Error| format!("{address}: {e}.");
    let host = address.trim_start_matches("http://");
    let body = format!("{{\"secret\":\"{secret}\"}}");
    let mut stream = TcpStream::connect(host).map_err(wrong)?;
    let head = format!("POST /api/set-up HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    let about = format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all((head + &about + &body).as_bytes()).map_err(wrong)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(wrong)?;
    let cookie = answer.split("daybook_session=").nth(1).and_then(|rest| rest.split(';').next());
    cookie.map(|value| format!("daybook_session={value}")).ok_or_else(|| {
        format!("Nobody was signed in: {}", answer.lines().next().unwrap_or_default())
    })
}

/// What changes how the others answer. The last of them takes away the token that is asked with.
const CHANGES: &[&str] = &["setExportSettings", "setPrivacy", "revokeToken"];

/// The project that there is.
const CONFIG: &str = "[parameters]\n\"path.project\" = \"acme\"\n";

/// What only people are answered, but for what would sign them out.
const PERSON: &[&str] = &[
    "getSession",
    "listSessions",
    "getSettings",
    "changeSettings",
    "listViews",
    "createView",
    "changeView",
    "deleteView",
    "listSchedules",
    "createSchedule",
    "changeSchedule",
    "deleteSchedule",
    "runSchedule",
    "listScheduleRuns",
    "getScheduleFile",
    "listProjects",
    "createProject",
    "listPeople",
    "createPerson",
    "getPerson",
    "invite",
];

/// Bounded in number and in time. The live stream has no end, and is tested elsewhere.
const OPTIONS: &[&str] = &[
    "--max-examples",
    "15",
    "--phases",
    "examples,coverage,fuzzing",
    "--checks",
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
    "--request-timeout",
    "20",
    "--seed",
    "7",
];

fn token(database: &str) -> Result<String> {
    let made = program(paths::server(false))
        .args(["token", "create", "--project", "acme", "--name", "contract"])
        .args(["--scope", SCOPES, "--database-url", database])
        .output()
        .map_err(|e| format!("The token: {e}."))?;
    let token = String::from_utf8_lossy(&made.stdout).trim().to_owned();
    let said = String::from_utf8_lossy(&made.stderr);
    if token.is_empty() { Err(format!("No token was made: {said}")) } else { Ok(token) }
}

/// What the token may do.
const SCOPES: &str = "ingest,read,export,admin";
