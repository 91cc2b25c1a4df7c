//! How long a project's entries are kept: the rules, what they would remove, and what they did.

mod archive;
mod holds;
mod rules;
mod runs;

use daybook_model::retention::{ACCESS, Overview, REST, Taken};
use leptos::{prelude::*, task::spawn_local};

use self::{archive::ArchivePart, holds::HoldsPart, rules::RulesPart, runs::Runs};
use super::{
    form::{Form, FormProblem},
    section::Section,
};
use crate::{
    api::{Failure, retention},
    clock::Clock,
    preferences::Preferences,
    reactive::{dynamic, when},
    session::Session,
    ui::{
        announce::announce,
        confirm::Confirm,
        icon::{Icon, icon},
        number::counted,
        time::{Zone, day, day_time, minute},
    },
};

/// What is known of a project's retention.
#[derive(Clone, Copy)]
pub(crate) struct Kept {
    pub(crate) project: StoredValue<String>,
    pub(crate) seen: RwSignal<Option<Overview>>,
    failure: RwSignal<Option<Failure>>,
    session: Session,
}

impl Kept {
    /// Looks again.
    pub(crate) fn look(self) {
        spawn_local(async move {
            // Whoever left the page asks no more.
            let Some(project) = self.project.try_get_value() else { return };
            match retention::overview(&project).await {
                Ok(seen) => self.take(seen),
                Err(failure) => {
                    self.session.check(&failure);
                    let _ = self.failure.try_set(Some(failure));
                }
            }
        });
    }

    /// Takes in what was told.
    pub(crate) fn take(self, seen: Overview) {
        let _ = self.failure.try_set(None);
        let _ = self.seen.try_set(Some(seen));
    }
}

/// What a rule is called here.
pub(crate) fn rule_name(rule: Option<&str>) -> String {
    match rule {
        Some(ACCESS) => "Sign-ins and account access".into(),
        Some(REST) | None => "Everything else".into(),
        Some(own) => own.to_owned(),
    }
}

/// Whether what is removed is written down first.
fn archives(kept: Kept) -> bool {
    kept.seen.with(|seen| seen.as_ref().is_some_and(|seen| seen.archive.is_some()))
}

/// How many, of which time.
pub(crate) fn taken(taken: &Taken, now: daybook_model::Timestamp, zone: Zone) -> String {
    let count = counted(taken.count.unwrap_or(0), "entry", "entries");
    let [first, last] = [taken.first, taken.last].map(|at| day(at, now, zone));
    let span = if first == last { first } else { format!("{first} – {last}") };
    format!("{}: {count}, {span}", rule_name(taken.rule.as_deref()))
}

/// The section.
#[component]
pub(crate) fn RetentionSection(
    /// The project.
    project: String,
) -> impl IntoView {
    let kept = Kept {
        project: StoredValue::new(project),
        seen: RwSignal::new(None),
        failure: RwSignal::new(None),
        session: expect_context::<Session>(),
    };
    kept.look();
    view! {
        <Section id="retention" title="Retention" hint="How long entries are kept. Age counts from the later of when something happened and when the log received it.">
            {dynamic(move || kept.failure.get().map(|failure| view! {
                <p class="problem" role="alert">{failure.message()}</p>
                <button type="button" class="button" on:click=move |_| kept.look()>"Try again"</button>
            }))}
            {dynamic(move || kept.seen.get().map(|seen| view! { <Standing seen /> }))}
            {when(move || kept.seen.with(Option::is_some), move || view! {
                <RulesPart kept />
                <HoldsPart kept />
                {when(move || archives(kept), move || view! { <ArchivePart kept /> })}
                <Runs kept />
                <Danger kept />
            })}
        </Section>
    }
}

/// What happens next, and what is in the way.
#[component]
fn Standing(seen: Overview) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let (now, zone) = (clock.now_untracked(), zone.get_untracked());
    view! {
        {seen.doubt.map(|doubt| view! {
            <p class="problem" role="alert">
                {format!("The server's clock moved from {} to {}. Nothing is removed until somebody who looks after the instance confirms that it is right.", day_time(doubt.before, now, zone), day_time(doubt.after, now, zone))}
            </p>
        })}
        {seen.trouble.map(|trouble| view! {
            <p class="problem" role="alert">{format!("Nothing is removed since {}: {}. It is tried again.", day_time(trouble.since, now, zone), trouble.problem)}</p>
        })}
        <p class="retention-standing">
            {if seen.usual { "These are the usual rules; nobody has changed them. " } else { "" }}
            {format!("They are applied once a day, next {}. ", minute(seen.next_at, now, zone))}
            {seen.archive.as_ref().map(|place| format!("Entries are written to {place} and read back before they are removed."))}
        </p>
        {seen.archive.is_none().then(|| view! { <NoArchive /> })}
    }
}

/// That what is removed is gone, and what can be done about it.
#[component]
fn NoArchive() -> impl IntoView {
    view! {
        <div class="callout" role="note">
            {icon(Icon::Warning)}
            <div>
                <h3>"What is removed is gone for good"</h3>
                <p>
                    "There is no archive. Whoever runs the server can start it with "<code>"--archive-folder"</code>" or "
                    <code>"--archive-bucket"</code>", and entries are written there before they are removed."
                </p>
            </div>
        </div>
    }
}

/// What cannot be taken back, apart from the rest.
#[component]
fn Danger(kept: Kept) -> impl IntoView {
    let form = Form::new(&[]);
    let run = Callback::new(move |()| {
        let project = kept.project.get_value();
        form.send(async move { retention::run(&project).await }, "", move |seen| {
            announce("Retention is applied");
            kept.take(seen);
        });
    });
    let question = if untrack(|| archives(kept)) {
        "What is old enough goes to the archive and leaves the log."
    } else {
        "What is old enough is removed for good: there is no archive."
    };
    view! {
        <div class="danger-zone" role="group" aria-labelledby="apply-title">
            <div>
                <h3 id="apply-title">"Apply the rules now"</h3>
                <p class="hint">"Removes what is old enough at once, in place of at the next turn."</p>
            </div>
            <Confirm word="Apply now" name="Apply retention now" question busy=form.busy on_confirm=run />
            <FormProblem form />
        </div>
    }
}
