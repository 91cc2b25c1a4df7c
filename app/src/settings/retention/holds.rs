//! Legal holds: what is kept, whatever the rules say.

use daybook_model::{
    retention::{Hold, NewHold},
    timeless,
};
use leptos::{ev, prelude::*};

use super::{
    super::{
        form::{Form, FormProblem},
        section::{AddButton, Added, Adding, FormActs},
    },
    Kept,
};
use crate::{
    api::retention,
    clock::Clock,
    preferences::Preferences,
    reactive::{each, when},
    ui::{announce::announce, confirm::Confirm, field::TextField, text::one_line, time::day_time},
};

/// The part.
#[component]
pub(super) fn HoldsPart(kept: Kept) -> impl IntoView {
    let holds =
        move || kept.seen.with(|seen| seen.as_ref().map(|s| s.holds.clone()).unwrap_or_default());
    let form = Form::new(&["name", "filter", "reason"]);
    let adding = Adding::new("Make a hold");
    let [name, filter, reason] = [(); 3].map(|()| RwSignal::new(String::new()));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = filter.get_untracked();
        let which = match timeless::read(text.trim().trim_start_matches('?')) {
            Ok(which) => which,
            Err(error) => return form.refuse("filter", &error.to_string()),
        };
        let wanted =
            NewHold { name: name.get_untracked(), filter: which, reason: reason.get_untracked() };
        let project = kept.project.get_value();
        form.send(async move { retention::hold(&project, &wanted).await }, "", move |hold| {
            announce(&format!("{} holds", hold.name));
            adding.close();
            kept.look();
        });
    };
    view! {
        <header class="part-head">
            <div>
                <h3 id="holds-title">"Legal holds"</h3>
                <p class="hint">"What matches a hold is kept, whatever the rules say, until the hold is lifted."</p>
            </div>
            <AddButton adding />
        </header>
        <Added adding>
            <form class="settings-form" aria-labelledby="hold-title" on:submit=submit novalidate>
                <h4 id="hold-title">"Make a hold"</h4>
                <TextField label="Name of the hold" value=name problem=form.problem_of("name") />
                <TextField label="Filter of the hold" value=filter hint="As in the address of the log; with from and to, of a time. Empty: everything." problem=form.problem_of("filter") />
                <TextField label="Reason" value=reason hint="A case, a ticket, who asked." problem=form.problem_of("reason") />
                <FormProblem form />
                <FormActs word="Make hold" busy=form.busy adding />
            </form>
        </Added>
        {when(move || !holds().is_empty(), move || view! {
            <table class="settings-table" role="table" aria-labelledby="holds-title">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Hold"</th>
                        <th role="columnheader" scope="col">"Why"</th>
                        <th role="columnheader" scope="col">"Made"</th>
                        <th role="columnheader" scope="col"><span class="visually-hidden">"Changes"</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {each(holds, |hold| hold.id.to_string(), move |hold| view! { <Row kept hold /> })}
                </tbody>
            </table>
        })}
        {when(move || holds().is_empty(), || view! { <p class="hint">"Nothing is held."</p> })}
    }
}

#[component]
fn Row(kept: Kept, hold: Hold) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let form = Form::new(&[]);
    let Hold { id, name, filter, reason, made_by, created_at } = hold;
    let made = day_time(created_at, clock.now_untracked(), zone.get_untracked());
    let lift = Callback::new({
        let name = name.clone();
        move |()| {
            let (project, said) = (kept.project.get_value(), format!("{name} is lifted"));
            form.send(async move { retention::lift(&project, id).await }, "", move |_| {
                announce(&said);
                kept.look();
            });
        }
    });
    let filter = filter.to_string();
    view! {
        <tr role="row">
            <td role="cell" data-label="Hold">
                <span class="who">{one_line(&name)}</span>
                <code class="muted aside">{if filter.is_empty() { "everything".to_owned() } else { filter }}</code>
            </td>
            <td role="cell" data-label="Why">{reason}</td>
            <td role="cell" data-label="Made">
                <div class="cell">{made}<span class="muted aside" title=made_by>{made_by.clone()}</span></div>
            </td>
            <td role="cell" class="acts">
                <Confirm word="Lift" name=format!("Lift {name}") question="Lift this hold? The retention rules then apply to its entries." busy=form.busy on_confirm=lift />
                <FormProblem form />
            </td>
        </tr>
    }
}
