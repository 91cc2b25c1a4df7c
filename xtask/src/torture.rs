//! `cargo xtask torture`: what the tests do to a server for seconds, for as long as asked.

use std::hash::{BuildHasher as _, RandomState};

use crate::process::program;
use crate::{Result, check, setup, step, system};

#[path = "../../server/tests/torture/asked.rs"]
mod asked;

use asked::{CHOSEN, KINDS, Kind, MINUTES, SEED, Seed};

/// Runs it; its output is shown as it comes.
pub(crate) fn torture(args: &[String]) -> Result {
    let asked = Asked::read(args)?;
    let mut steps = setup::for_app()?;
    steps.extend(system::postgres());
    step::all(steps)?;
    let mut cargo = program("cargo");
    // As all tests are built, so that nothing is compiled anew for these.
    cargo.args(["test", "--workspace", "--exclude", check::APP, "--test", "torture"]);
    cargo.env(MINUTES, asked.minutes).env(SEED, asked.seed.to_string()).env_remove(CHOSEN);
    cargo.args(["--", "--nocapture"]);
    if !asked.kinds.is_empty() {
        cargo.env(CHOSEN, asked.names()).arg("--exact");
        cargo.args(asked.kinds.iter().map(|(_, test, _)| test));
    }
    step::flush();
    let status = cargo.status().map_err(|e| format!("cargo: {e}."))?;
    status.success().then_some(()).ok_or_else(|| {
        let again = asked.command();
        format!(
            "It did not hold. The kind that broke has said its own command above; all of this again: `{again}`."
        )
    })
}

/// What is asked for.
struct Asked<'a> {
    minutes: &'a str,
    seed: Seed,
    /// None means all.
    kinds: Vec<&'static Kind>,
}

impl<'a> Asked<'a> {
    fn read(args: &'a [String]) -> Result<Self> {
        let any = RandomState::new().hash_one(0) >> 32;
        let seed = Seed::try_from(any).unwrap_or_default();
        let mut asked = Self { minutes: "10", seed, kinds: Vec::new() };
        let mut words = args.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--minutes" => {
                    let minutes = words.next().filter(|text| asked::minutes(text).is_some());
                    asked.minutes = minutes.ok_or_else(usage)?;
                }
                "--seed" => {
                    let seed = words.next().and_then(|text| text.parse().ok());
                    asked.seed = seed.ok_or_else(usage)?;
                }
                name => {
                    let kind = asked::kind(name).ok_or_else(usage)?;
                    if !asked.kinds.contains(&kind) {
                        asked.kinds.push(kind);
                    }
                }
            }
        }
        Ok(asked)
    }

    fn names(&self) -> String {
        self.kinds.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(" ")
    }

    /// The command that asks for the same.
    fn command(&self) -> String {
        let Self { minutes, seed, .. } = self;
        let command =
            format!("cargo xtask torture --minutes {minutes} --seed {seed} {}", self.names());
        command.trim_end().to_owned()
    }
}

fn usage() -> String {
    let kinds: Vec<_> = KINDS.iter().map(|(name, ..)| *name).collect();
    format!(
        "Say `cargo xtask torture --minutes 30 --seed 7 KIND…`; each may be left out. A seed is a whole number \
         up to {}. Kinds that are named share all the minutes; there are {}.",
        Seed::MAX,
        kinds.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<String> {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Asked::read(&args).map(|asked| asked.command())
    }

    #[test]
    fn what_is_asked_for_can_be_asked_for_again() {
        for said in ["--minutes 60 --seed 7 load", "--minutes 0.5 --seed 4294967295 kills crowd"] {
            assert_eq!(read(said), Ok(format!("cargo xtask torture {said}")));
        }
        assert_eq!(
            read("load --seed 7 load").as_deref(),
            Ok("cargo xtask torture --minutes 10 --seed 7 load")
        );
        assert!(read("").is_ok_and(|command| command.contains("--minutes 10 --seed ")));
    }

    #[test]
    fn what_cannot_be_read_is_not_passed_on() {
        for said in ["--seed 7.5", "--seed -1", "--seed 4294967296", "--seed", "--minutes NaN"] {
            assert!(read(said).is_err_and(|usage| usage.contains("kills-postgres")), "{said}");
        }
        for said in ["--minutes -1", "--minutes inf", "--minutes", "--second 3", "lode"] {
            assert!(read(said).is_err(), "{said}");
        }
    }
}
