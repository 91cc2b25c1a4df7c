//! The API against its own description: schemathesis asks a running server for everything that
//! `openapi.json` tells of, with inputs of its own, and compares the answers.

use std::io::{BufRead as _, BufReader};
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
    (!schemathesis.is_file()).then(|| {
        Step::new("Installing schemathesis from PyPI", |job| {
            let venv = program("python3").args(["-c", "import ensurepip"]).output();
            if !venv.is_ok_and(|o| o.status.success()) {
                system::install(job, &["python3", "python3-venv"])?;
            }
            job.run(
                program("python3").args(["-m", "venv"]).arg(python()),
                "Install Python 3 with its venv module, then run this again.",
            )?;
            job.run(
                program(python().join("bin/pip")).args(["install", "schemathesis==4.*"]),
                "Check the connection to PyPI, then run this again.",
            )
        })
    })
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
        server.args(["--demo-events", "2000", "--database-url", &database]);
        server.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Server(server.spawn().map_err(|e| format!("The server: {e}."))?);
        let output = server.0.stdout.take().map(BufReader::new);
        let address = output
            .into_iter()
            .flat_map(|lines| lines.lines().map_while(std::result::Result::ok))
            .find_map(|line| line.strip_prefix("Daybook is at ").map(str::to_owned))
            .ok_or("The server did not say where it is.")?;
        let token = token(&database)?;
        let config = data.join("schemathesis.toml");
        std::fs::write(&config, CONFIG).map_err(|e| format!("{}: {e}.", config.display()))?;
        // What is switched off by the last of them would be switched off for the others.
        for which in ["--exclude-operation-id", "--include-operation-id"] {
            let mut test = program(python().join("bin/st"));
            test.arg("--config-file").arg(&config);
            test.args(["run", &format!("{address}/api/openapi.json")]);
            test.args(["--header", &format!("Authorization: Bearer {token}")]);
            test.args(OPTIONS);
            for operation in CHANGES {
                test.args([which, operation]);
            }
            job.run(&mut test, ADVICE)?;
        }
        Ok(())
    })
}

/// What changes how the others answer. The last of them takes away the token that is asked with.
const CHANGES: &[&str] = &["setExportSettings", "setPrivacy", "revokeToken"];

/// The project that there is.
const CONFIG: &str = "[parameters]\n\"path.project\" = \"acme\"\n";

/// Bounded in number and in time. The live stream has no end, and is tested elsewhere.
const OPTIONS: &[&str] = &[
    "--max-examples",
    "15",
    "--phases",
    "examples,coverage,fuzzing",
    "--checks",
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
    "--exclude-operation-id",
    "listen",
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
