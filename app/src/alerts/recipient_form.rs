//! Adding somebody who is told.

use daybook_model::{
    QueryError,
    alert::{Channel, NewRecipient},
    stream::Target,
};
use leptos::{ev, prelude::*};

use super::recipients::People;
use crate::{
    api::alerts,
    reactive::{memo, when},
    settings::form::{Form, FormProblem},
    ui::field::{Select, TextField},
};

/// The ways there are.
const WAYS: [(&str, &str); 3] = [
    ("webhook", "Webhook, signed"),
    ("slack", "Slack, or what takes its messages"),
    ("mail", "Mail"),
];

/// Name, way, address.
#[component]
pub(super) fn RecipientForm(
    /// Who is told already.
    people: People,
) -> impl IntoView {
    let form = Form::new(&["name", "channel.target", "channel.addresses"]);
    let text = || RwSignal::new(String::new());
    let (name, target, addresses) = (text(), text(), text());
    let way = RwSignal::new(WAYS[0].0.to_owned());
    let mail = memo(move || way.with(|way| way == "mail"));
    let typed = move || {
        let target = || {
            let read = target.get_untracked().trim().parse::<Target>();
            read.map_err(|error: QueryError| QueryError::new("channel.target", error.problem))
        };
        let channel = match way.get_untracked().as_str() {
            "mail" => {
                let addresses = addresses.get_untracked();
                let each = addresses.split([',', ';', ' ', '\n']).filter(|one| !one.is_empty());
                Channel::Mail { addresses: each.map(str::to_owned).collect() }
            }
            "slack" => Channel::Slack { target: target()? },
            _ => Channel::Webhook { target: target()? },
        };
        NewRecipient { name: name.get_untracked(), channel }.checked()
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let new = match typed() {
            Ok(new) => new,
            Err(error) => return form.refuse(&error.key, &format!("This {}", error.problem)),
        };
        let project = people.project.get_value();
        form.send(async move { alerts::create_recipient(&project, &new).await }, "", move |made| {
            for text in [name, target, addresses] {
                text.set(String::new());
            }
            people.take(made);
        });
    };
    let ways = WAYS.map(|(word, name)| (word.to_owned(), name.to_owned())).to_vec();
    view! {
        <form class="settings-form" aria-labelledby="recipient-title" on:submit=submit novalidate>
            <h3 id="recipient-title">"Add a recipient"</h3>
            <TextField label="Name" required=true value=name hint="Such as on-call." problem=form.problem_of("name") />
            <Select label="Send by" value=way options=ways />
            {when(move || !mail.get(), move || view! {
                <TextField label="Address" required=true value=target hint="Such as https://hooks.acme.dev/daybook." problem=form.problem_of("channel.target") />
            })}
            {when(move || mail.get(), move || view! {
                <TextField label="Addresses" required=true value=addresses hint="People of this project, with commas between." problem=form.problem_of("channel.addresses") />
            })}
            <FormProblem form />
            <div class="form-acts">
                <button type="submit" class="button primary" disabled=form.busy>"Add recipient"</button>
            </div>
        </form>
    }
}
