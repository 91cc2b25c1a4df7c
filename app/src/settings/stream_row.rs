//! One stream: what it sends where, how far it is, and why it does not get on.

use daybook_model::stream::{StreamChange, StreamInfo, StreamState, Trouble};
use leptos::prelude::*;

use super::{
    dead_letters::DeadLetters,
    form::{Form, FormProblem},
    limit,
    streams::Streams,
};
use crate::{
    api::streams,
    clock::Clock,
    log::names::Names,
    preferences::Preferences,
    reactive::{dynamic, memo},
    ui::{
        announce::announce,
        confirm::Confirm,
        number::{counted, grouped},
        text::one_line,
        time::relative,
    },
};

/// The row, and what was refused below it.
#[component]
pub(crate) fn StreamRow(streams: Streams, id: i64) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let (names, form) = (Names::new(), Form::new(&[]));
    let open = RwSignal::new(false);
    let stream = streams.one(id);
    // What never changes while the page is there.
    let name = stream.with_untracked(|s| s.as_ref().map(|s| s.name.clone())).unwrap_or_default();
    let target =
        stream.with_untracked(|s| s.as_ref().map(|s| s.target.clone())).unwrap_or_default();
    let of = move |read: fn(&StreamInfo) -> bool| {
        memo(move || stream.with(|s| s.as_ref().is_some_and(read)))
    };
    let paused = of(|stream| stream.state == StreamState::Paused);
    let failing = of(|stream| stream.trouble.is_some() && stream.state == StreamState::Running);
    let refused = memo(move || stream.with(|s| s.as_ref().map_or(0, |s| s.dead_letters)));
    let sends = move || {
        let text = |stream: &StreamInfo| {
            let which = limit::words(&stream.filter, names, clock.now_untracked(), zone.get());
            format!("{which}, as {}", stream.format.label())
        };
        stream.with(|stream| stream.as_ref().map(text))
    };
    let behind = move || {
        let text = |stream: &StreamInfo| match stream.behind_since {
            None => "Nothing".to_owned(),
            Some(since) => format!(
                "{}, the first {}",
                counted(stream.behind, "entry", "entries"),
                relative(since, clock.now_untracked())
            ),
        };
        stream.with(|stream| stream.as_ref().map(text))
    };
    let sent = move || {
        let text = |stream: &StreamInfo| match stream.sent_at {
            None => "None sent yet".to_owned(),
            Some(at) => format!(
                "{} sent, the last {}",
                grouped(stream.sent),
                relative(at, clock.now_untracked())
            ),
        };
        stream.with(|stream| stream.as_ref().map(text))
    };
    let trouble = memo(move || {
        let trouble = |stream: &StreamInfo| stream.trouble.clone();
        stream.with(|stream| stream.as_ref().and_then(trouble)).filter(|_| !paused.get())
    });
    let pause = {
        let name = name.clone();
        move |_| {
            let stop = !paused.get_untracked();
            let state = Some(if stop { StreamState::Paused } else { StreamState::Running });
            let change = StreamChange { state, ..StreamChange::default() };
            let said = format!("{name} {}", if stop { "is paused" } else { "goes on" });
            let project = streams.project.get_value();
            form.send(async move { streams::change(&project, id, &change).await }, "", move |_| {
                announce(&said);
                streams.look();
            });
        }
    };
    let delete = Callback::new({
        let name = name.clone();
        move |()| {
            let (project, said) = (streams.project.get_value(), format!("{name} is deleted"));
            form.send(async move { streams::delete(&project, id).await }, "", move |left| {
                announce(&said);
                streams.take(left);
            });
        }
    });
    let word = move || if paused.get() { "Resume" } else { "Pause" };
    let label = {
        let name = name.clone();
        Signal::derive(move || format!("{} {name}", word()))
    };
    let letters = StoredValue::new(name.clone());
    view! {
        <tr role="row" class:gone=paused>
            <td role="cell" data-label="Stream">
                <span class="who">{one_line(&name)}</span>
                {dynamic(move || paused.get().then(|| view! { <span class="badge quiet">"Paused"</span> }))}
                {dynamic(move || failing.get().then(|| view! { <span class="badge">"Failing"</span> }))}
                <code class="muted where">{target}</code>
            </td>
            <td role="cell" data-label="Sends">{dynamic(sends)}</td>
            <td role="cell" data-label="Behind">
                <div class="cell">{dynamic(behind)}<span class="muted sent">{dynamic(sent)}</span></div>
            </td>
            <td role="cell" data-label="Refused">
                {dynamic(move || {
                    match refused.get() {
                        0 => view! { <span class="muted">"None"</span> }.into_any(),
                        number => view! {
                            <button
                                type="button"
                                class="button quiet"
                                aria-label=format!("{} refused from {}", counted(number, "entry", "entries"), letters.get_value())
                                aria-expanded=Signal::derive(move || if open.get() { "true" } else { "false" })
                                on:click=move |_| open.update(|open| *open = !*open)
                            >
                                {counted(number, "entry", "entries")}
                            </button>
                        }.into_any(),
                    }
                })}
            </td>
            <td role="cell" class="acts">
                <button type="button" class="button quiet" aria-label=label disabled=form.busy on:click=pause>{dynamic(word)}</button>
                <Confirm word="Delete" name=format!("Delete {name}") question="Nothing more is sent; what was refused is forgotten." busy=form.busy on_confirm=delete />
                <FormProblem form />
            </td>
        </tr>
        {dynamic(move || trouble.get().map(|trouble| view! {
            <tr role="row" class="editor trouble">
                <td role="cell" colspan="5"><TroubleLine trouble /></td>
            </tr>
        }))}
        {dynamic(move || (open.get() && refused.get() > 0).then(|| view! {
            <tr role="row" class="editor">
                <td role="cell" colspan="5"><DeadLetters streams id number=refused /></td>
            </tr>
        }))}
    }
}

/// Why it does not get on, since when, and what happens next.
#[component]
fn TroubleLine(trouble: Trouble) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let Trouble { error, since, again_at } = trouble;
    let next = move || {
        let now = clock.now();
        let again = if again_at <= now {
            "It is tried again.".to_owned()
        } else {
            format!("It is tried again {}.", relative(again_at, now))
        };
        format!("Nothing was taken since {}. {again}", relative(since, now))
    };
    view! {
        <p class="problem">{of_target(&error)}</p>
        <p class="hint">{dynamic(next)}</p>
    }
}

/// What the server says of a target, as a sentence.
fn of_target(error: &str) -> String {
    match (error.strip_prefix("it "), error.strip_prefix("its ")) {
        (Some(does), _) => format!("The target {does}."),
        (_, Some(has)) => format!("The target's {has}."),
        _ => format!("The target: {error}."),
    }
}

#[cfg(test)]
mod tests {
    use super::of_target;

    #[test]
    fn what_is_wrong_with_a_target_is_a_sentence() {
        for (error, text) in [
            (
                "it cannot be reached: connection refused",
                "The target cannot be reached: connection refused.",
            ),
            ("its name is not known", "The target's name is not known."),
            ("no certificate", "The target: no certificate."),
        ] {
            assert_eq!(of_target(error), text);
        }
    }
}
