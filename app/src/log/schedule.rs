//! Making a schedule of a saved view: the dialog.

use daybook_model::{
    account::Viewer,
    export::Format,
    paths,
    saved::SavedView,
    schedule::{Compression, Destination, NewSchedule, Outlets, Product, Schedule, Weekday, When},
};
use leptos::{ev, prelude::*};

use crate::{
    api::schedules,
    clock::Clock,
    preferences::Preferences,
    reactive::{dynamic, effect, memo, when},
    session::Session,
    settings::form::{Form, FormProblem},
    ui::{
        announce::announce,
        dialog::Dialog,
        field::{Select, TextField},
        time::{minute, zone_name},
    },
    url::LogAddress,
};

/// The choice of every day, where others are days of the week.
const DAILY: &str = "daily";
/// What is sent to people rather than put somewhere.
const MAIL: &str = "mail";

/// The dialog, open while there is a view to make a schedule of.
#[component]
pub(crate) fn ScheduleDialog(
    /// Where we are.
    log: LogAddress,
    /// The view.
    view: RwSignal<Option<SavedView>>,
) -> impl IntoView {
    let open = RwSignal::new(true);
    effect(move || {
        if !open.get() {
            view.set(None);
        }
    });
    let outlets = RwSignal::new(None::<Outlets>);
    let made = RwSignal::new(None::<Schedule>);
    let form = Form::new(&["name", "path", "prefix", "recipients", "zone", "hour"]);
    form.send(async move { schedules::list(&log.project()).await }, "", move |told| {
        outlets.set(Some(told.outlets));
    });
    let title = Signal::derive(move || {
        view.with(|view| {
            view.as_ref().map_or_else(String::new, |view| format!("Schedule {}", view.name))
        })
    });
    view! {
        <Dialog open title>
            {dynamic(move || match (made.get(), outlets.get(), view.get()) {
                (Some(schedule), ..) => view! { <Made log schedule open /> }.into_any(),
                (None, Some(outlets), Some(view)) => {
                    let any = outlets.folder || outlets.bucket || outlets.mail;
                    if any {
                        view! { <Choices log view outlets form made /> }.into_any()
                    } else {
                        view! {
                            <p>"This server has nowhere to take a file, and sends no mail."</p>
                            <p class="hint">"Whoever runs it starts it with --export-folder, --export-bucket, or DAYBOOK_SMTP_URL."</p>
                        }
                        .into_any()
                    }
                }
                _ => view! { <FormProblem form /> }.into_any(),
            })}
        </Dialog>
    }
}

/// What was chosen.
#[derive(Clone, Copy)]
struct Draft {
    summary: RwSignal<bool>,
    format: RwSignal<String>,
    compression: RwSignal<String>,
    columns: RwSignal<String>,
    day: RwSignal<String>,
    hour: RwSignal<String>,
    zone: RwSignal<String>,
    to: RwSignal<String>,
    place: RwSignal<String>,
    recipients: RwSignal<String>,
}

impl Draft {
    fn new(zone: String, to: &str, email: String) -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Self {
            summary: RwSignal::new(false),
            format: text(Format::Csv.as_str()),
            compression: text(Compression::None.as_str()),
            columns: text("all"),
            day: text(Weekday::Monday.as_str()),
            hour: text("8"),
            zone: RwSignal::new(zone),
            to: text(to),
            place: text(""),
            recipients: RwSignal::new(email),
        }
    }

    fn format(self) -> Format {
        self.format.with(|word| word.parse().unwrap_or(Format::Csv))
    }

    fn read(self, view: &SavedView) -> NewSchedule {
        let text = |signal: RwSignal<String>| signal.get_untracked();
        let format = untrack(|| self.format());
        let product = if self.summary.get_untracked() {
            Product::Summary {}
        } else {
            let pressed = text(self.compression).parse().unwrap_or(Compression::None);
            // A mail leads to the file, which the browser fetches as it is.
            let plain = format == Format::Parquet || text(self.to) == MAIL;
            let compression = if plain { Compression::None } else { pressed };
            Product::Export { format, columns: Some(text(self.columns)), compression }
        };
        let destination = match text(self.to).as_str() {
            MAIL => {
                let recipients = text(self.recipients);
                let recipients =
                    recipients.split([',', ';', ' ', '\n']).filter(|one| !one.is_empty());
                Destination::Mail { recipients: recipients.map(str::to_owned).collect() }
            }
            "bucket" => Destination::Bucket { prefix: text(self.place) },
            _ => Destination::Folder { path: text(self.place) },
        };
        NewSchedule {
            name: view.name.clone(),
            query: view.query.clone(),
            product,
            when: When {
                weekday: text(self.day).parse().ok(),
                hour: text(self.hour).parse().unwrap_or(8),
                zone: text(self.zone).trim().to_owned(),
            },
            destination,
        }
    }
}

#[component]
fn Choices(
    log: LogAddress,
    view: SavedView,
    outlets: Outlets,
    form: Form,
    made: RwSignal<Option<Schedule>>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let email = |viewer: &Option<Viewer>| viewer.as_ref().map(|v| v.email.clone());
    let email = session.viewer.with_untracked(email).unwrap_or_default();
    let zone = zone_name(expect_context::<Preferences>().zone.get_untracked());
    let places = [
        (outlets.folder, "folder", "A folder of the server"),
        (outlets.bucket, "bucket", "Its bucket (S3)"),
        (outlets.mail, MAIL, "Mail with a link"),
    ];
    let places: Vec<(String, String)> = places
        .into_iter()
        .filter(|(there, ..)| *there)
        .map(|(_, word, name)| (word.to_owned(), name.to_owned()))
        .collect();
    let draft = Draft::new(zone, places.first().map_or("", |(word, _)| word.as_str()), email);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let new = match draft.read(&view).checked() {
            Ok(new) => new,
            Err(error) => return form.refuse(&error.key, &format!("This {}", error.problem)),
        };
        let project = log.project();
        form.send(async move { schedules::create(&project, &new).await }, "", move |schedule| {
            announce(&format!("{} is scheduled", schedule.name));
            made.set(Some(schedule));
        });
    };
    let by_mail = memo(move || draft.to.with(|to| to == MAIL));
    let compressible =
        memo(move || !draft.summary.get() && !by_mail.get() && draft.format() != Format::Parquet);
    let words = |words: &[(&str, &str)]| {
        words.iter().map(|&(word, name)| (word.to_owned(), name.to_owned())).collect::<Vec<_>>()
    };
    let formats: Vec<(String, String)> =
        Format::ALL.iter().map(|f| (f.as_str().to_owned(), f.label().to_owned())).collect();
    let pressed: Vec<(String, String)> =
        Compression::ALL.iter().map(|c| (c.as_str().to_owned(), c.label().to_owned())).collect();
    let days =
        Weekday::ALL.iter().map(|day| (day.as_str().to_owned(), format!("Every {}", day.label())));
    let days: Vec<(String, String)> =
        std::iter::once((DAILY.to_owned(), "Every day".to_owned())).chain(days).collect();
    let hours: Vec<(String, String)> =
        (0..24).map(|hour| (hour.to_string(), format!("{hour:02}:00"))).collect();
    let columns = words(&[
        ("all", "All, with the states before and after"),
        ("requests", "The 17 columns of Porter's API audit log"),
    ]);
    let (formats, pressed) = (StoredValue::new(formats), StoredValue::new(pressed));
    let columns = StoredValue::new(columns);
    let path_problem = Signal::derive(move || {
        form.problem_of("path").get().or_else(|| form.problem_of("prefix").get())
    });
    view! {
        <form class="export-form schedule-form" on:submit=submit>
            <fieldset class="choices">
                <legend>"What"</legend>
                <label>
                    <input type="radio" name="schedule-product" prop:checked=Signal::derive(move || !draft.summary.get()) on:change=move |_| draft.summary.set(false) />
                    "The entries, as a file"
                </label>
                <label>
                    <input type="radio" name="schedule-product" prop:checked=draft.summary on:change=move |_| draft.summary.set(true) />
                    "A summary of them"
                </label>
            </fieldset>
            {when(move || !draft.summary.get(), move || view! {
                <div class="field-row">
                    <Select label="Format" value=draft.format options=formats.get_value() />
                    {when(move || compressible.get(), move || view! { <Select label="Compression" value=draft.compression options=pressed.get_value() /> })}
                </div>
                <Select label="Columns" value=draft.columns options=columns.get_value() />
            })}
            {when(move || draft.summary.get(), || view! {
                <p class="hint">"How many there were, by whom and of what, and how many failed, beside the time before."</p>
            })}
            <div class="field-row">
                <Select label="When" value=draft.day options=days />
                <Select label="At" value=draft.hour options=hours />
                <TextField label="Time zone" required=true value=draft.zone problem=form.problem_of("zone") />
            </div>
            <Select label="Where to" value=draft.to options=places />
            {when(move || !by_mail.get(), move || view! {
                <TextField label="Folder" value=draft.place hint="Below the one that the server was given, such as audit/weekly. Empty: that one itself." problem=path_problem />
            })}
            {when(move || by_mail.get(), move || view! {
                <TextField label="To" required=true value=draft.recipients hint="People of this project, with commas between. Each gets it only while they may see no less than you." problem=form.problem_of("recipients") />
            })}
            <p class="hint">
                "The view is kept as it is now, without its time: each run has what arrived since the one before. It runs with your rights."
            </p>
            <FormProblem form />
            <div class="form-acts">
                <button type="submit" class="button primary" disabled=form.busy>"Keep schedule"</button>
            </div>
        </form>
    }
}

#[component]
fn Made(log: LogAddress, schedule: Schedule, open: RwSignal<bool>) -> impl IntoView {
    let zone = expect_context::<Preferences>().zone;
    let (clock, next) = (expect_context::<Clock>(), schedule.next_at);
    view! {
        <div class="export-progress">
            <p role="status">{dynamic(move || format!("It runs for the first time {}.", minute(next, clock.now_untracked(), zone.get())))}</p>
            <div class="form-acts">
                <a class="button" href=format!("{}#schedules", paths::project_settings(&log.project()))>"See all schedules"</a>
                <button type="button" class="button primary" on:click=move |_| open.set(false)>"Done"</button>
            </div>
        </div>
    }
}
