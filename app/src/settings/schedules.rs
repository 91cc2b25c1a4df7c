//! What a project has exported by itself.

use daybook_model::{
    View, paths,
    schedule::{Destination, Product, Run, RunState, Schedule, ScheduleChange, Schedules, When},
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    form::{Form, FormProblem},
    section::Section,
};
use crate::{
    api::{Failure, schedules},
    clock::Clock,
    preferences::Preferences,
    reactive::{dynamic, each, when},
    session::Session,
    ui::{
        announce::announce,
        confirm::Confirm,
        icon::{Icon, icon},
        number::counted,
        text::one_line,
        time::{day_time, relative},
    },
    url::log_href,
};

/// How often it is asked how far a run is, in milliseconds.
const BEAT: u64 = 2_000;

/// The schedules that the viewer sees.
#[derive(Clone, Copy)]
struct Kept {
    project: StoredValue<String>,
    list: RwSignal<Option<Vec<Schedule>>>,
    failure: RwSignal<Option<Failure>>,
    session: Session,
}

impl Kept {
    fn look(self) {
        spawn_local(async move {
            // Whoever left the page asks no more.
            let Some(project) = self.project.try_get_value() else { return };
            match schedules::list(&project).await {
                Ok(told) => self.take(told),
                Err(failure) => {
                    self.session.check(&failure);
                    let _ = self.failure.try_set(Some(failure));
                }
            }
        });
    }

    fn take(self, told: Schedules) {
        let runs =
            |one: &Schedule| one.last.as_ref().is_some_and(|run| run.state == RunState::Running);
        let again = told.schedules.iter().any(runs);
        let _ = self.failure.try_set(None);
        if self.list.try_set(Some(told.schedules)).is_none() && again {
            self.soon();
        }
    }

    /// Looks again in a moment.
    fn soon(self) {
        set_timeout(move || self.look(), std::time::Duration::from_millis(BEAT));
    }
}

/// The section.
#[component]
pub(crate) fn SchedulesSection(
    /// The project.
    project: String,
) -> impl IntoView {
    let kept = Kept {
        project: StoredValue::new(project),
        list: RwSignal::new(None),
        failure: RwSignal::new(None),
        session: expect_context::<Session>(),
    };
    kept.look();
    view! {
        <Section id="schedules" title="Schedules" hint="Saved views that are exported or summarised by themselves. Each run has what arrived since the one before. In the log, save a view and choose Schedule… in its menu.">
            {dynamic(move || kept.failure.get().map(|failure| view! {
                <p class="problem" role="alert">{failure.message()}</p>
                <button type="button" class="button" on:click=move |_| kept.look()>"Try again"</button>
            }))}
            {when(move || kept.list.with(|list| list.as_ref().is_some_and(|list| !list.is_empty())), move || view! {
                <table class="settings-table schedules" role="table" aria-labelledby="schedules-title">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"View"</th>
                            <th role="columnheader" scope="col">"When and where to"</th>
                            <th role="columnheader" scope="col">"Next run"</th>
                            <th role="columnheader" scope="col">"Last run"</th>
                            <th role="columnheader" scope="col"><span class="visually-hidden">"Changes"</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {each(move || kept.list.get().unwrap_or_default(), key, move |schedule| view! { <Row kept schedule /> })}
                    </tbody>
                </table>
            })}
            {when(move || kept.list.with(|list| list.as_ref().is_some_and(Vec::is_empty)), || view! {
                <p class="hint">"There are none yet."</p>
            })}
        </Section>
    }
}

fn key(schedule: &Schedule) -> String {
    serde_json::to_string(schedule).unwrap_or_default()
}

#[component]
fn Row(kept: Kept, schedule: Schedule) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let form = Form::new(&[]);
    let Schedule {
        id,
        name,
        query,
        product,
        when,
        destination,
        owner,
        yours,
        paused,
        next_at,
        problem,
        last,
        ..
    } = schedule;
    let project = kept.project.get_value();
    let href = log_href(&project, &View::read(&query).0);
    let file = last.as_ref().and_then(|run| file(&project, id, &product, run));
    let change = Callback::new({
        let name = name.clone();
        move |paused: bool| {
            let said = format!("{name} {}", if paused { "is paused" } else { "goes on" });
            let change = ScheduleChange { paused: Some(paused) };
            let project = kept.project.get_value();
            form.send(
                async move { schedules::change(&project, id, &change).await },
                "",
                move |told| {
                    announce(&said);
                    kept.take(told);
                },
            );
        }
    });
    let run = Callback::new({
        let name = name.clone();
        move |()| {
            let (project, said) = (kept.project.get_value(), format!("{name} runs"));
            form.send(async move { schedules::run(&project, id).await }, "", move |_| {
                announce(&said);
                kept.soon();
            });
        }
    });
    let remove = Callback::new({
        let name = name.clone();
        move |()| {
            let (project, said) =
                (kept.project.get_value(), format!("{name} is not scheduled any more"));
            form.send(async move { schedules::delete(&project, id).await }, "", move |told| {
                announce(&said);
                kept.take(told);
            });
        }
    });
    let next = move || {
        if paused {
            "Paused".to_owned()
        } else {
            day_time(next_at, clock.now_untracked(), zone.get())
        }
    };
    view! {
        <tr role="row" class:gone=paused>
            <td role="cell" data-label="View">
                <a class="who" href=href>{one_line(&name)}</a>
                <span class="muted aside">{what(&product)}{(!yours).then(|| format!(", kept by {owner}"))}</span>
            </td>
            <td role="cell" data-label="When and where to">
                <div class="cell">{rhythm(&when)}<span class="muted aside">{place(&destination)}</span></div>
            </td>
            <td role="cell" data-label="Next run">
                <div class="cell">
                    {dynamic(next)}
                    {problem.map(|problem| view! { <span class="problem aside">{problem}</span> })}
                </div>
            </td>
            <td role="cell" data-label="Last run"><div class="cell"><LastRun run=last file /></div></td>
            <td role="cell" class="acts">
                {yours.then(|| view! {
                    <button type="button" class="button quiet" aria-label=format!("Run {name} now") disabled=form.busy on:click=move |_| run.run(())>"Run now"</button>
                    <button type="button" class="button quiet" aria-label=format!("{} {name}", if paused { "Resume" } else { "Pause" }) disabled=form.busy on:click=move |_| change.run(!paused)>
                        {if paused { "Resume" } else { "Pause" }}
                    </button>
                    <Confirm word="Remove" name=format!("Remove {name}") question="No more runs; what was made stays where it is." busy=form.busy on_confirm=remove />
                })}
                <FormProblem form />
            </td>
        </tr>
    }
}

/// How the last run went.
#[component]
fn LastRun(run: Option<Run>, file: Option<String>) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let Some(run) = run else { return view! { <span class="muted">"None yet"</span> }.into_any() };
    let now = clock.now_untracked();
    let rows = run.rows.map(|rows| counted(rows, "entry", "entries")).unwrap_or_default();
    let said = match (run.state, run.ended_at, run.retry_at) {
        (RunState::Done, Some(at), _) => format!("{rows}, {}", relative(at, now)),
        (RunState::Retrying, _, Some(at)) if at > now => {
            format!("Failed; tried again {}", relative(at, now))
        }
        (RunState::Retrying, ..) => "Failed; is tried again".to_owned(),
        _ => "Running".to_owned(),
    };
    let failed = run.state == RunState::Retrying;
    let noted = !failed;
    view! {
        <span class:problem=failed>{said}</span>
        {run.problem.map(|problem| view! { <span class="aside" class:problem=failed class:muted=noted>{problem}</span> })}
        {file.map(|href| view! {
            <a class="aside file" href=href rel="external" download>{icon(Icon::Download)}"Get its file"</a>
        })}
        {run.place.map(|place| view! { <code class="muted aside place">{place}</code> })}
    }
    .into_any()
}

/// What a run has, as a file; of an export alone, and once it is done.
fn file(project: &str, id: i64, product: &Product, run: &Run) -> Option<String> {
    let there = matches!(product, Product::Export { .. }) && run.state == RunState::Done;
    there.then(|| paths::schedule_file(project, id, run.number))
}

fn what(product: &Product) -> String {
    match product {
        Product::Summary {} => "Summary".into(),
        Product::Export { format, compression, .. } => {
            let pressed = if compression.suffix().is_empty() {
                String::new()
            } else {
                format!(", {}", compression.label())
            };
            format!("Export as {}{pressed}", format.label())
        }
    }
}

fn rhythm(when: &When) -> String {
    let day = when.weekday.map_or("day", |day| day.label());
    format!("Every {day}, {:02}:00 {}", when.hour, when.zone)
}

fn place(destination: &Destination) -> String {
    let below = |path: &str| if path.is_empty() { String::new() } else { format!(", {path}") };
    match destination {
        Destination::Folder { path } => format!("Folder of the server{}", below(path)),
        Destination::Bucket { prefix } => format!("Bucket{}", below(prefix)),
        Destination::Mail { recipients } => format!("Mail to {}", recipients.join(", ")),
    }
}
