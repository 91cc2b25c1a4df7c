//! Whether a project's log may be taken away as a file, and how much of it at once.

use daybook_model::{QueryError, export::ExportSettings};
use leptos::{ev, prelude::*};

use super::{
    form::{Form, FormProblem},
    section::Section,
};
use crate::{
    api::exports,
    reactive::{dynamic, when},
    ui::{announce::announce, field::TextField},
};

/// The section.
#[component]
pub(crate) fn ExportsSection(
    /// The project.
    project: String,
) -> impl IntoView {
    let project = StoredValue::new(project);
    let known = RwSignal::new(false);
    let (enabled, most) = (RwSignal::new(true), RwSignal::new(String::new()));
    let saved = RwSignal::new(false);
    let (ask, form) = (Form::new(&[]), Form::new(&["max_rows"]));
    let take = move |settings: ExportSettings| {
        enabled.set(settings.enabled);
        most.set(settings.max_rows.map(|rows| rows.to_string()).unwrap_or_default());
        known.set(true);
    };
    let look = move || {
        ask.send(async move { exports::settings(&project.get_value()).await }, "", take);
    };
    look();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        saved.set(false);
        let max_rows = match read_rows(&most.get_untracked()) {
            Ok(rows) => rows,
            Err(error) => return form.refuse(&error.key, &format!("This {}", error.problem)),
        };
        let settings = ExportSettings { enabled: enabled.get_untracked(), max_rows };
        let answer = async move { exports::set_settings(&project.get_value(), settings).await };
        form.send(answer, "max_rows", move |settings| {
            take(settings);
            saved.set(true);
            announce("Exports are saved");
        });
    };
    let toggle = move |_| {
        saved.set(false);
        enabled.update(|enabled| *enabled = !*enabled);
    };
    let told = move || {
        if enabled.get() {
            "Auditors, admins and tokens with the scope export take entries away."
        } else {
            "There is no button, and the API refuses."
        }
    };
    view! {
        <Section id="exports" title="Exports" hint="Entries as a file. Each export is an entry of the log, and obeys the masks of Privacy.">
            {when(move || !known.get(), move || view! {
                <FormProblem form=ask />
                {when(move || !ask.busy.get(), move || view! {
                    <button type="button" class="button" on:click=move |_| look()>"Try again"</button>
                })}
            })}
            {when(move || known.get(), move || view! {
                <form class="settings-form" aria-labelledby="exports-title" on:submit=submit novalidate>
                    <div class="form-field">
                        <label class="tick"><input type="checkbox" aria-describedby="exports-told" prop:checked=enabled on:change=toggle /><span>"Entries may be exported"</span></label>
                        <p id="exports-told" class="hint">{dynamic(told)}</p>
                    </div>
                    <TextField label="Most rows of a file" value=most hint="Empty: all that match. Where more match, it is said before the download and at the end of the file." problem=form.problem_of("max_rows") />
                    <FormProblem form />
                    <div class="form-acts">
                        <button type="submit" class="button primary" disabled=form.busy>"Save exports"</button>
                        {dynamic(move || saved.get().then(|| view! { <span class="done">"Saved. It counts from now on."</span> }))}
                    </div>
                </form>
            })}
        </Section>
    }
}

/// A number of rows, as it is typed; none where nothing is.
fn read_rows(text: &str) -> Result<Option<u64>, QueryError> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    if digits.is_empty() {
        return Ok(None);
    }
    let wrong = || QueryError::new("max_rows", "is no whole number of rows, such as 10000");
    let rows: u64 = digits.parse().map_err(|_| wrong())?;
    Ok(Some(rows))
}

#[cfg(test)]
mod tests {
    use super::read_rows;

    #[test]
    fn rows_are_read_as_people_write_them() {
        for (text, rows) in
            [("", None), (" ", None), ("10,000", Some(10_000)), ("5 000", Some(5_000))]
        {
            assert_eq!(read_rows(text), Ok(rows), "{text:?}");
        }
        for text in ["ten", "-1", "1.5", "99999999999999999999"] {
            assert!(read_rows(text).is_err(), "{text}");
        }
    }
}
