//! The archive's files, by day, and the way back for what is in them.

use daybook_model::retention::{ArchiveFile, DAY};
use leptos::{ev, prelude::*};

use super::{
    super::form::{Form, FormProblem},
    Kept,
};
use crate::{
    api::retention,
    clock::Clock,
    preferences::Preferences,
    reactive::{dynamic, each, when},
    ui::{
        announce::announce,
        confirm::Confirm,
        copy::CopyButton,
        field::TextField,
        middle::Middle,
        number::{counted, size},
        time::{day, day_time},
    },
};

/// A day as it is typed, as an instant; `None` where it is none.
fn midnight(text: &str) -> Option<daybook_model::Timestamp> {
    format!("{}T00:00:00Z", text.trim()).parse().ok()
}

/// Two days, both included, as a query; everything where nothing is typed.
fn time(from: &str, to: &str) -> Result<String, (&'static str, String)> {
    let wrong = |field| (field, "This is no day, such as 2026-05-01".to_owned());
    let mut parts = Vec::new();
    if !from.trim().is_empty() {
        parts.push(format!("from={}", midnight(from).ok_or_else(|| wrong("from"))?));
    }
    if !to.trim().is_empty() {
        let to = midnight(to).ok_or_else(|| wrong("to"))?.plus_millis(DAY);
        parts.push(format!("to={to}"));
    }
    Ok(if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) })
}

/// The part.
#[component]
pub(super) fn ArchivePart(kept: Kept) -> impl IntoView {
    let form = Form::new(&["from", "to"]);
    let [from, to] = [(); 2].map(|()| RwSignal::new(String::new()));
    let files = RwSignal::new(None::<Vec<ArchiveFile>>);
    let look = move || match time(&from.get_untracked(), &to.get_untracked()) {
        Ok(time) => {
            let project = kept.project.get_value();
            let answer = async move { retention::archive(&project, &time).await };
            form.send(answer, "", move |found| {
                announce(&counted(found.len() as u64, "file", "files"));
                files.set(Some(found));
            });
        }
        Err((field, problem)) => form.refuse(field, &problem),
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        look();
    };
    let listed = move || files.get().unwrap_or_default();
    view! {
        <h3 id="archive-title">"Archive"</h3>
        <p class="hint">"Files of entries that are out of the log. What is brought back is received anew, and stays as long as the rules say from then on."</p>
        <form class="settings-form wide" aria-labelledby="archive-title" on:submit=submit novalidate>
            <div class="field-row">
                <TextField label="From day" value=from hint="In UTC, such as 2026-05-01. Empty: from the beginning." problem=form.problem_of("from") />
                <TextField label="To day" value=to hint="Included. Empty: to the end." problem=form.problem_of("to") />
            </div>
            <FormProblem form />
            <div class="form-acts">
                <button type="submit" class="button" disabled=form.busy>"Find files"</button>
            </div>
        </form>
        {when(move || files.with(|files| files.as_ref().is_some_and(Vec::is_empty)), || view! {
            <p class="hint">"The archive has no entries of this time."</p>
        })}
        {when(move || files.with(|files| files.as_ref().is_some_and(|files| !files.is_empty())), move || view! {
            <table class="settings-table" role="table" aria-labelledby="archive-title">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Of"</th>
                        <th role="columnheader" scope="col">"File"</th>
                        <th role="columnheader" scope="col">"Written"</th>
                        <th role="columnheader" scope="col"><span class="visually-hidden">"Changes"</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {each(listed, |file| file.id.clone(), move |file| view! { <Row kept file /> })}
                </tbody>
            </table>
        })}
    }
}

#[component]
fn Row(kept: Kept, file: ArchiveFile) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let (form, told) = (Form::new(&[]), RwSignal::new(None::<String>));
    let (now, zone) = (clock.now_untracked(), zone.get_untracked());
    let of = day(file.first, now, zone);
    let about = format!("{}, {}", counted(file.count, "entry", "entries"), size(file.bytes));
    let restore = Callback::new({
        let id = file.id.clone();
        move |()| {
            let (project, id) = (kept.project.get_value(), id.clone());
            let answer = async move { retention::restore(&project, &id).await };
            form.send(answer, "", move |back| {
                let there =
                    (back.duplicates > 0).then(|| format!("{} there already", back.duplicates));
                let refused = (back.refused > 0).then(|| {
                    format!("{} refused: the log has others with their ids", back.refused)
                });
                let stored = format!("{} brought back", counted(back.stored, "entry", "entries"));
                let said: Vec<_> = [Some(stored), there, refused].into_iter().flatten().collect();
                let said = said.join(", ");
                announce(&said);
                told.set(Some(said));
            });
        }
    });
    view! {
        <tr role="row">
            <td role="cell" data-label="Of">{of.clone()}<span class="muted aside">{about}</span></td>
            <td role="cell" data-label="File">
                <div class="cell">
                    <code class="aside place">{file.place}</code>
                    <span class="hash muted">
                        "SHA-256"<code><Middle text=file.sha256.clone() /></code>
                        <CopyButton text=file.sha256 what=format!("SHA-256 of {of}") />
                    </span>
                </div>
            </td>
            <td role="cell" data-label="Written">
                <div class="cell">
                    {day_time(file.written_at, now, zone)}
                    {(!file.settled).then(|| view! { <span class="muted aside">"Not all of it is out of the log yet"</span> })}
                </div>
            </td>
            <td role="cell" class="acts">
                <Confirm word="Bring back" grave=false name=format!("Bring back {of}") question="Its entries become entries of the log again." busy=form.busy on_confirm=restore />
                <FormProblem form />
                {dynamic(move || told.get().map(|told| view! { <span class="done">{told}</span> }))}
            </td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn days_are_meant_whole() {
        assert_eq!(time("", " "), Ok(String::new()));
        let both = time("2026-05-01", "2026-05-02").unwrap();
        assert_eq!(both, "?from=2026-05-01T00:00:00.000Z&to=2026-05-03T00:00:00.000Z");
        assert!(time("May", "").is_err());
    }
}
