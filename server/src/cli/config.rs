//! The configuration file: options under the names that they have on the command line, which wins over
//! the environment, which wins over the file.

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
};

use clap::{
    Arg, ArgAction, ArgMatches, Args, Command, CommandFactory, Parser, parser::ValueSource,
};
use toml::{Table, Value};

use super::CliError;

/// Where options are read from.
#[derive(Debug, Args)]
#[group(id = "configuration")]
pub(super) struct File {
    /// A file of options, as `listen = "127.0.0.1:9000"`: what is neither on the command line nor in
    /// the environment is read from there
    #[arg(long, global = true, env = "DAYBOOK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The command whose options may be in the file. Others take those that they have as well.
const WHOSE: &str = "serve";
/// What is no configuration.
const NEVER: &[&str] = &["config", "help", "version"];

/// The command line, completed by the file that it names.
pub(super) fn read<C: Parser + CommandFactory>() -> Result<C, CliError> {
    let words: Vec<OsString> = std::env::args_os().collect();
    Ok(match completed(C::command(), &words)? {
        Some(words) => C::parse_from(words),
        // Whatever is wrong with it is said.
        None => C::parse_from(words),
    })
}

/// The words of the command line, and behind them those of the file; `None` where there is no file.
fn completed(mut command: Command, words: &[OsString]) -> Result<Option<Vec<OsString>>, CliError> {
    // Only to see what is given: whatever is wrong is said when all of it is read. Said before it is built, as
    // commands of commands take it over then.
    let given = command.clone().ignore_errors(true).try_get_matches_from(words).ok();
    command.build();
    let Some((given, path)) = given.as_ref().and_then(|given| {
        let leaf = leaf(&command, given);
        Some((leaf, leaf.1.get_one::<PathBuf>("config")?))
    }) else {
        return Ok(None);
    };
    let said = |message: String| CliError::say(format!("{}: {message}", path.display()));
    let text =
        fs::read_to_string(path).map_err(|error| CliError::File { path: path.clone(), error })?;
    let table: Table = toml::from_str(&text).map_err(|e| said(e.to_string()))?;
    let more = options(&command, given, &table).map_err(said)?;
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let (before, behind) = words.split_at(end);
    Ok(Some([before, &more, behind].concat()))
}

/// The command that is meant, and what is given to it.
fn leaf<'a>(command: &'a Command, given: &'a ArgMatches) -> (&'a Command, &'a ArgMatches) {
    let below = given
        .subcommand()
        .and_then(|(name, given)| Some(leaf(command.find_subcommand(name)?, given)));
    below.unwrap_or((command, given))
}

/// What the file says, as words of a command line, but for what is given already.
fn options(
    command: &Command,
    (leaf, given): (&Command, &ArgMatches),
    table: &Table,
) -> Result<Vec<OsString>, String> {
    let known = command.find_subcommand(WHOSE).unwrap_or(command);
    let mut words = Vec::new();
    for (key, value) in table {
        if option(known, key).is_none() {
            return Err(format!("there is no option {key:?}; `daybook serve --help` lists them"));
        }
        let Some(option) = option(leaf, key) else { continue };
        let source = given.value_source(option.get_id().as_str());
        if matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable)) {
            continue;
        }
        words.extend(values(option, key, value)?);
    }
    Ok(words)
}

fn option<'a>(command: &'a Command, key: &str) -> Option<&'a Arg> {
    let mut options = command.get_arguments().filter(|option| option.get_long() == Some(key));
    options.find(|_| !NEVER.contains(&key))
}

/// A value as words of a command line.
fn values(option: &Arg, key: &str, value: &Value) -> Result<Vec<OsString>, String> {
    let flag = matches!(option.get_action(), ArgAction::SetTrue);
    let word = |value: &dyn AsRef<OsStr>| {
        let mut word = OsString::from(format!("--{key}="));
        word.push(value);
        word
    };
    Ok(match value {
        Value::Boolean(true) if flag => vec![format!("--{key}").into()],
        Value::Boolean(false) if flag => Vec::new(),
        _ if flag => return Err(format!("{key} is true or false")),
        Value::String(text) => vec![word(text)],
        Value::Integer(number) => vec![word(&number.to_string())],
        Value::Array(items) if matches!(option.get_action(), ArgAction::Append) => {
            let items = items.iter().map(|item| match item {
                Value::Array(_) => Err(format!("{key} is a list of texts")),
                item => values(option, key, item),
            });
            items.collect::<Result<Vec<_>, _>>()?.concat()
        }
        _ => {
            return Err(format!(
                "{key} is a text or a number, or a list of these where there are several"
            ));
        }
    })
}

/// The file itself, for whoever looks at the deployment.
impl File {
    pub(super) fn path(&self) -> Option<&Path> {
        self.config.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;

    /// What a command line becomes with a file.
    fn completed(line: &[&str], text: &str) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("daybook.toml");
        fs::write(&file, text).expect("a file");
        let before = ["daybook", "--config"].map(OsString::from);
        let words =
            [&before[..], &[file.into()], &line.iter().map(OsString::from).collect::<Vec<_>>()];
        let words = super::completed(Cli::command(), &words.concat()).map_err(|e| e.to_string())?;
        let words = words.expect("there is a file").split_off(3);
        Ok(words.into_iter().map(|word| word.into_string().expect("text")).collect())
    }

    #[test]
    fn the_file_says_what_the_command_line_does_not() {
        let text = "listen = \"127.0.0.1:1\"\nindex-memory = 7\nforbid-private-targets = true\n\
            demo = false\ntrusted-proxies = [\"10.0.0.0/8\", \"192.0.2.0/24\"]\nlog = \"warn\"\n";
        let words = completed(&["serve", "--listen=127.0.0.1:2", "--log", "debug"], text);
        let mut words = words.expect("it is well");
        assert_eq!(words[..4], ["serve", "--listen=127.0.0.1:2", "--log", "debug"]);
        words.drain(..4);
        words.sort_unstable();
        let expected = [
            "--forbid-private-targets",
            "--index-memory=7",
            "--trusted-proxies=10.0.0.0/8",
            "--trusted-proxies=192.0.2.0/24",
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn it_stands_before_what_is_no_option() {
        let text = "project = \"acme\"\nlisten = \"127.0.0.1:1\"";
        let words = completed(&["import", "--format", "native", "--", "-x.json"], text);
        let expected = ["import", "--format", "native", "--project=acme", "--", "-x.json"];
        assert_eq!(words.expect("it is well"), expected);
    }

    #[test]
    fn it_says_what_a_command_of_a_command_needs() {
        let line = ["user", "grant", "--email=maya@acme.dev", "--role=auditor"];
        let words = completed(&line, "project = \"acme\"").expect("it is well");
        assert_eq!(words, [&line[..], &["--project=acme"]].concat());
    }

    #[test]
    fn what_is_no_option_or_no_value_is_named() {
        for (text, named) in [
            ("lisen = 1", "\"lisen\""),
            ("help = true", "\"help\""),
            ("listen = [\"a\"]", "listen"),
            ("listen = { a = 1 }", "listen"),
            ("listen = true", "listen"),
            ("demo = 1", "demo is true or false"),
        ] {
            let error = completed(&["serve"], text).expect_err(text);
            assert!(error.contains(named) && error.contains("daybook.toml"), "{text}: {error}");
        }
    }
}
