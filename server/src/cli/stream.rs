//! Streams: entries for other systems, as they arrive.

use std::{io::Read as _, path::PathBuf};

use clap::{Args, Subcommand};
use daybook_model::{
    Filter, Seq,
    stream::{
        NewStream, StreamChange, StreamFormat, StreamHeader, StreamInfo, StreamState, Target,
    },
};

use super::{
    CliError, LogOptions, ProjectOption, print_line,
    via::{Via, nothing},
};
use crate::streams::{self, Addresses, Authorities};

/// Where streams may lead.
#[derive(Debug, Args)]
pub(super) struct StreamOptions {
    /// Refuse streams to addresses of this machine and of private networks, also behind a name
    #[arg(long, env = "DAYBOOK_FORBID_PRIVATE_TARGETS")]
    forbid_private_targets: bool,
    /// Certificates, in PEM, by which the targets of streams are known, in place of those that everybody
    /// believes
    #[arg(long, env = "DAYBOOK_STREAM_CA", value_name = "FILE")]
    stream_ca: Option<PathBuf>,
}

impl StreamOptions {
    pub(super) fn read(&self) -> Result<streams::Options, CliError> {
        let authorities = match &self.stream_ca {
            Some(file) => Authorities::of_file(file)?,
            None => Authorities::default(),
        };
        let addresses =
            if self.forbid_private_targets { Addresses::Public } else { Addresses::Any };
        Ok(streams::Options { addresses, authorities, seed: rand::random(), ..Default::default() })
    }
}

/// Send entries to other systems as they arrive
#[derive(Debug, Subcommand)]
pub(super) enum StreamCommand {
    /// List a project's streams, a line each: name, state, how far behind, target, trouble
    List {
        #[command(flatten)]
        project: ProjectOption,
    },
    /// Make a stream, which begins to send
    Add(Add),
    /// Have a stream wait
    Pause(Which),
    /// Have a stream go on where it was
    Resume(Which),
    /// Delete a stream; what its target refused is forgotten with it
    Remove(Which),
}

/// Make a stream, which begins to send
#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    project: ProjectOption,
    /// What it is called
    name: String,
    /// Where to: `https://siem.acme.dev/ingest`, `http://…`, `syslogs://logs.acme.dev:6514` (TLS), `syslog://…`
    target: Target,
    /// What entries are written as: daybook, ocsf, ecs, or, for syslog, structured
    #[arg(long, default_value = "daybook")]
    format: StreamFormat,
    /// Which entries, as in the address: 'status=5xx&method.not=GET'
    #[arg(long, default_value = "")]
    filter: Filter,
    /// A file with the header that says who sends: 'Authorization: Bearer …'; `-` is standard input
    #[arg(long, value_name = "FILE")]
    header_file: Option<PathBuf>,
    /// Begin behind this place in the log; 0 sends all of it. Without: what arrives from now on
    #[arg(long, value_name = "SEQ")]
    after: Option<Seq>,
}

/// One of a project's streams
#[derive(Debug, Args)]
pub(super) struct Which {
    #[command(flatten)]
    project: ProjectOption,
    /// Its name
    name: String,
}

impl Add {
    fn into_new(self) -> Result<(String, NewStream), CliError> {
        let Self { project, name, target, format, filter, header_file, after } = self;
        let header = header_file.map(|file| read_header(&file)).transpose()?;
        Ok((project.project, NewStream { name, target, format, filter, header, after }))
    }
}

/// A header as one line. On the command line everybody on the machine could read it.
fn read_header(file: &PathBuf) -> Result<StreamHeader, CliError> {
    let failed = |error| CliError::File { path: file.clone(), error };
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().take(16_384).read_to_string(&mut text).map_err(failed)?;
    } else {
        text = std::fs::read_to_string(file).map_err(failed)?;
    }
    let (name, value) = text.trim().split_once(':').ok_or_else(|| {
        CliError::say(format!(
            "{} has no header in it, such as `Authorization: Bearer …`",
            file.display()
        ))
    })?;
    Ok(StreamHeader { name: name.trim().to_owned(), value: value.trim().to_owned() })
}

impl Which {
    /// The path of the stream.
    async fn path(&self, via: &Via) -> Result<String, CliError> {
        let base = format!("/api/projects/{}/streams", self.project.project);
        let all: Vec<StreamInfo> = via.get(&base).await?;
        let found = all.iter().find(|stream| stream.name == self.name);
        let found = found.ok_or_else(|| {
            CliError::say(format!("this project has no stream of the name {:?}", self.name))
        })?;
        Ok(format!("{base}/{}", found.id))
    }

    async fn set(&self, via: &Via, state: StreamState) -> Result<(), CliError> {
        let change = StreamChange { state: Some(state), ..StreamChange::default() };
        let path = self.path(via).await?;
        via.call::<StreamInfo>("PATCH", &path, &change).await.map(drop)
    }
}

impl StreamCommand {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        // Asked for before the log is opened: it may take a while to be typed.
        let new = match self {
            Self::Add(add) => Err(add.into_new()?),
            other => Ok(other),
        };
        let via = Via::find(options).await?;
        match new {
            Err((project, new)) => {
                let path = format!("/api/projects/{project}/streams");
                let made: StreamInfo = via.call("POST", &path, &new).await?;
                print_line(line(&made))?;
            }
            Ok(Self::Add(_)) => {}
            Ok(Self::List { project }) => {
                let path = format!("/api/projects/{}/streams", project.project);
                let all: Vec<StreamInfo> = via.get(&path).await?;
                for stream in &all {
                    print_line(line(stream))?;
                }
            }
            Ok(Self::Pause(which)) => which.set(&via, StreamState::Paused).await?,
            Ok(Self::Resume(which)) => which.set(&via, StreamState::Running).await?,
            Ok(Self::Remove(which)) => {
                let path = which.path(&via).await?;
                via.call::<Vec<StreamInfo>>("DELETE", &path, &nothing()).await?;
            }
        }
        via.close().await;
        Ok(())
    }
}

/// One line about a stream.
fn line(stream: &StreamInfo) -> String {
    let mut line = format!(
        "{:?} {} {} behind, {} sent, {} {}",
        stream.name, stream.state, stream.behind, stream.sent, stream.format, stream.target
    );
    if stream.filter != Filter::default() {
        line.extend([format!(" [{}]", stream.filter)]);
    }
    if stream.dead_letters > 0 {
        line.extend([format!(" {} refused", stream.dead_letters)]);
    }
    if let Some(trouble) = &stream.trouble {
        line.extend([format!(" failing since {}: {}", trouble.since, trouble.error)]);
    }
    line
}
