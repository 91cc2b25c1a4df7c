//! Making a stream.

use daybook_model::{
    QueryError,
    stream::{NewStream, StreamFormat, StreamHeader, Target},
};
use leptos::{ev, prelude::*};

use super::{
    form::{Form, FormProblem},
    limit,
    section::{Adding, FormActs},
    streams::Streams,
};
use crate::{
    api::streams,
    clock::Clock,
    log::names::Names,
    preferences::Preferences,
    reactive::{memo, when},
    ui::field::{Select, TextField},
};

/// Where a stream begins.
const BEGINS: [(&str, &str); 2] =
    [("now", "With what arrives from now on"), ("0", "With the first entry")];

fn format_hint(word: &str) -> &'static str {
    match word.parse() {
        Ok(StreamFormat::Daybook) => "Entries as exports have them, a line of JSON each.",
        Ok(StreamFormat::Ocsf) => {
            "Events of the Open Cybersecurity Schema Framework 1.3: API Activity, Account Change, Authentication."
        }
        Ok(StreamFormat::Ecs) => "Documents of the Elastic Common Schema.",
        Ok(StreamFormat::Structured) => {
            "Fields as structured data of syslog, without states before and after."
        }
        Err(_) => "",
    }
}

/// Name, address, format, part, header, beginning.
#[component]
pub(crate) fn StreamForm(
    /// The streams there are.
    streams: Streams,
    /// The form is open.
    adding: Adding,
) -> impl IntoView {
    let form = Form::new(&["name", "target", "format", "filter", "header.name", "header.value"]);
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let names = Names::new();
    let text = || RwSignal::new(String::new());
    let (name, target, part, secret) = (text(), text(), text(), text());
    let header = RwSignal::new("Authorization".to_owned());
    let format = RwSignal::new(StreamFormat::Daybook.as_str().to_owned());
    let begins = RwSignal::new(BEGINS[0].0.to_owned());
    let syslog = memo(move || target.with(|target| target.trim_start().starts_with("syslog")));
    let typed = move || {
        let target: Target = target.get_untracked().parse()?;
        let value = secret.get_untracked().trim().to_owned();
        let name_of = header.get_untracked().trim().to_owned();
        let header = (!value.is_empty() && !target.scheme.is_syslog())
            .then_some(StreamHeader { name: name_of, value });
        NewStream {
            name: name.get_untracked(),
            target,
            format: format
                .get_untracked()
                .parse()
                .map_err(|_| QueryError::new("format", "is not known"))?,
            filter: limit::read(&part.get_untracked())?,
            header,
            after: begins.get_untracked().parse().ok(),
        }
        .checked()
    };
    let part_hint = Signal::derive(move || {
        let typed = part.get();
        if typed.trim().is_empty() {
            return "Paste a link to a view of the log. Empty: everything.".to_owned();
        }
        match limit::read(&typed) {
            Ok(filter) => {
                let words = limit::words(&filter, names, clock.now_untracked(), zone.get());
                format!("Sends only: {words}.")
            }
            Err(error) => format!("This {}.", error.problem),
        }
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let new = match typed() {
            Ok(new) => new,
            Err(error) => return form.refuse(&error.key, &format!("This {}", error.problem)),
        };
        let project = streams.project.get_value();
        form.send(async move { streams::create(&project, &new).await }, "target", move |made| {
            adding.close();
            streams.made(&made);
        });
    };
    let formats = StreamFormat::ALL.iter().map(|f| (f.as_str().to_owned(), f.label().to_owned()));
    view! {
        <form class="settings-form" aria-labelledby="stream-title" on:submit=submit>
            <h3 id="stream-title">"Create a stream"</h3>
            <TextField label="Name" required=true value=name hint="What receives it, such as SIEM." problem=form.problem_of("name") />
            <TextField label="Address" required=true value=target hint="https://siem.acme.dev/ingest, or syslogs://logs.acme.dev:6514 for syslog over TLS; http and syslog are not encrypted." problem=form.problem_of("target") />
            <Select label="Format" value=format options=formats.collect() hint=Signal::derive(move || format_hint(&format.read()).to_owned()) />
            <p class="problem" role="alert">{crate::reactive::dynamic({ let problem = form.problem_of("format"); move || problem.get() })}</p>
            <TextField label="Only this part" value=part hint=part_hint problem=form.problem_of("filter") />
            {when(move || !syslog.get(), move || view! {
                <TextField label="Header" value=header problem=form.problem_of("header.name") />
                <TextField label="Its value" kind="password" autocomplete="new-password" value=secret hint="What the receiver knows this log by, such as Bearer …. It is not shown again. Empty: no header." problem=form.problem_of("header.value") />
            })}
            <Select label="Begins" value=begins options=BEGINS.map(|(word, name)| (word.to_owned(), name.to_owned())).to_vec() />
            <FormProblem form />
            <FormActs word="Create stream" busy=form.busy adding />
        </form>
    }
}
