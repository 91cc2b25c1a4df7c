//! `daybook export`: a file, checked against what the server says of it.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser as _},
};
use daybook_model::{
    export::{self, Format, State},
    paths, query,
};
use sha2::{Digest as _, Sha256};

use super::{Remote, Which, blocking, joined, place::Kept, reader, says, tell_left_out};
use crate::cli::{CliError, LogOptions};

/// Take entries away as a file
#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    remote: Remote,
    #[command(flatten)]
    which: Which,
    /// What kind of file
    #[arg(long, default_value = "csv", value_parser = PossibleValuesParser::new(Format::ALL.iter().map(|f| f.as_str())).try_map(|word| word.parse::<Format>()))]
    format: Format,
    /// `all`, `requests`, or names of columns with commas between
    #[arg(long, default_value = "all")]
    columns: String,
    /// The file; `-` is standard output
    #[arg(long = "to", short = 'o', default_value = "-", value_name = "FILE")]
    to: PathBuf,
    /// Only those that came since the last run with this file, each once; all of them the first time
    #[arg(long, value_name = "FILE")]
    since_last: Option<PathBuf>,
}

impl Export {
    pub(in crate::cli) async fn run(self, _: &LogOptions) -> Result<(), CliError> {
        blocking(move || self.fetch()).await
    }

    fn fetch(&self) -> Result<(), CliError> {
        let Remote { server, project, .. } = &self.remote;
        let filter = self.which.query()?;
        let kept = self.since_last.as_deref();
        let mut kept = kept.map(|file| Kept::read(file, server, project, &filter)).transpose()?;
        let mut how = query::Writer::default();
        how.push("format", self.format.as_str()).push("columns", &self.columns);
        if let Some(kept) = &kept {
            how.push("after", &kept.place.after.to_string());
            if !says(&filter, "range") && !says(&filter, "from") {
                how.push("range", "all");
            }
        }
        let asked = joined(&[&filter, &how.finish()]);
        let answer = self.remote.get(&paths::export(project), &asked);
        let answer = answer.map_err(|error| match &kept {
            Some(kept) => kept.explained(error),
            None => error,
        })?;
        if kept.as_ref().is_none_or(Kept::is_new) {
            tell_left_out(&answer);
        }
        let header = |name| answer.headers().get(name).and_then(|v| v.to_str().ok());
        let id = header("daybook-export-id").unwrap_or_default().to_owned();
        let mut part = self.to.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let (hash, bytes) = if self.to == Path::new("-") {
            copy(reader(answer), &mut io::stdout().lock())?
        } else {
            let failed = |error| CliError::File { path: part.clone(), error };
            let mut file = File::create(&part).map_err(failed)?;
            let copied = copy(reader(answer), &mut file)?;
            file.sync_all().map_err(failed)?;
            copied
        };
        let told: export::Export = self.remote.json(&paths::export_state(project, &id), "")?;
        if !told.state.is_whole() || told.sha256.as_deref() != Some(hash.as_str()) {
            return Err(CliError::Incomplete(format!(
                "the export is {} after {} entries, and what arrived is not all of it",
                told.state, told.rows
            )));
        }
        if self.to != Path::new("-") {
            let failed = |error| CliError::File { path: self.to.clone(), error };
            std::fs::rename(&part, &self.to).map_err(failed)?;
        }
        eprintln!("{} entries, {bytes} bytes, sha256 {hash}", told.rows);
        if told.state == State::Capped {
            // The next run goes on behind what there is only if all of it is there.
            let place = match kept {
                Some(_) => ", and the place is kept where it was",
                None => "",
            };
            return Err(CliError::Incomplete(format!(
                "this file is not all of it: the project allows no more entries in one{place}. \
                 `daybook query --since-last` takes all, part by part"
            )));
        }
        kept.as_mut().map_or(Ok(()), |kept| kept.keep(told.as_of))
    }
}

/// Copies a file as it arrives; its hash and its length.
fn copy(mut from: impl io::Read, to: &mut dyn Write) -> Result<(String, u64), CliError> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut piece).map_err(|e| {
            CliError::Incomplete(format!("the file broke off after {bytes} bytes: {e}"))
        })?;
        if length == 0 {
            break;
        }
        hash.update(&piece[..length]);
        bytes += length as u64;
        let failed = |e| CliError::say(format!("what was read cannot be written: {e}"));
        to.write_all(&piece[..length]).map_err(failed)?;
    }
    to.flush().map_err(|e| CliError::say(format!("what was read cannot be written: {e}")))?;
    Ok((crate::export::stream::hex(&hash.finalize()), bytes))
}
