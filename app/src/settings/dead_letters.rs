//! What a stream's target refused for good: it is in the log, and can be sent again.

use daybook_model::{
    Seq, View,
    stream::{DeadLetter, SendAgain},
};
use leptos::prelude::*;

use super::{
    form::{Form, FormProblem},
    streams::Streams,
};
use crate::{
    api::streams,
    clock::Clock,
    reactive::{dynamic, each},
    ui::{announce::announce, confirm::Confirm, number::counted, time::relative},
    url::log_href,
};

/// How many are listed; what can be done can be done with all.
const LISTED: usize = 20;

/// The list. It is asked for again when their number changes.
#[component]
pub(crate) fn DeadLetters(
    /// The streams.
    streams: Streams,
    /// The stream.
    id: i64,
    /// How many there are.
    number: Memo<u64>,
) -> impl IntoView {
    let form = Form::new(&[]);
    let letters = RwSignal::new(Vec::<DeadLetter>::new());
    let asking = Form::new(&[]);
    Effect::new(move || {
        number.track();
        let project = streams.project.get_value();
        asking.send(async move { streams::dead_letters(&project, id).await }, "", move |all| {
            letters.set(all);
        });
    });
    let again = move |seqs: Option<Vec<Seq>>| {
        let project = streams.project.get_value();
        let which = SendAgain { seqs };
        form.send(
            async move { streams::send_again(&project, id, &which).await },
            "",
            move |left| {
                announce("It is sent again");
                letters.set(left);
                streams.look();
            },
        );
    };
    let drop_letters = move |seq: Option<Seq>| {
        let project = streams.project.get_value();
        form.send(async move { streams::drop_letters(&project, id, seq).await }, "", move |left| {
            announce("It is dropped");
            letters.set(left);
            streams.look();
        });
    };
    let listed = move || letters.with(|all| all.iter().take(LISTED).cloned().collect::<Vec<_>>());
    let more = move || {
        let more = letters.with(Vec::len).saturating_sub(LISTED) as u64;
        (more > 0).then(|| format!("And {} more.", counted(more, "entry", "entries")))
    };
    view! {
        <div class="dead-letters">
            <ul role="list" aria-label="Refused entries">
                {each(listed, key, move |letter| {
                    let seq = letter.seq;
                    view! {
                        <li>
                            <Letter streams letter />
                            <span class="letter-acts">
                                <button type="button" class="button quiet" aria-label=format!("Send entry {seq} again") disabled=form.busy on:click=move |_| again(Some(vec![seq]))>"Send again"</button>
                                <button type="button" class="button quiet" aria-label=format!("Drop entry {seq}") disabled=form.busy on:click=move |_| drop_letters(Some(seq))>"Drop"</button>
                            </span>
                        </li>
                    }
                })}
            </ul>
            <p class="hint">{dynamic(more)}</p>
            <FormProblem form />
            <div class="form-acts">
                <button type="button" class="button" disabled=form.busy on:click=move |_| again(None)>"Send all again"</button>
                <Confirm word="Drop all" name="Drop all refused entries" question="They stay in the log; this stream does not send them." busy=form.busy on_confirm=Callback::new(move |()| drop_letters(None)) />
            </div>
        </div>
    }
}

fn key(letter: &DeadLetter) -> String {
    serde_json::to_string(letter).unwrap_or_default()
}

/// Which entry, why, and when.
#[component]
fn Letter(streams: Streams, letter: DeadLetter) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let DeadLetter { seq, at, error, again } = letter;
    let view = View { event: Some(seq), ..View::default() };
    let href = log_href(&streams.project.get_value(), &view);
    let when = if again {
        "Waits to be sent again.".to_owned()
    } else {
        format!("Refused {}.", relative(at, clock.now_untracked()))
    };
    view! {
        <a href=href>{format!("#{seq}")}</a>
        <span class="letter-error">{format!("{error}. ")}<span class="muted">{when}</span></span>
    }
}
