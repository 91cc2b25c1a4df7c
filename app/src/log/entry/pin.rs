//! Pinning an entry to an investigation, and which ones it is in.

use daybook_model::{
    Seq,
    investigation::{Investigation, InvestigationStatus, MAX_COMMENT, NewInvestigation, NewPin},
    paths,
};
use leptos::{ev, prelude::*};

use crate::{
    api::investigations,
    load::{Answer, load},
    reactive::{dynamic, memo, when},
    settings::form::{Form, FormProblem},
    ui::{
        announce::announce,
        dialog::Dialog,
        field::{Select, TextArea, TextField},
        icon::{Icon, icon},
        lazy::loading,
        number::grouped,
        text::visible,
    },
    url::LogAddress,
};

/// The choice of another investigation than those there are.
const ANOTHER: &str = "new";

/// The investigations that an entry is in.
#[derive(Clone, Copy)]
pub(super) struct Pins {
    log: LogAddress,
    seq: Memo<Option<Seq>>,
    found: Answer<Vec<Investigation>>,
    again: RwSignal<u32>,
    asking: RwSignal<bool>,
}

impl Pins {
    /// Those of the opened entry.
    pub(super) fn of(log: LogAddress, seq: Memo<Option<Seq>>) -> Self {
        let (again, asking) = (RwSignal::new(0), RwSignal::new(false));
        let question = memo(move || seq.get().map(|seq| (seq, again.get())));
        let found = load(question.into(), move |(seq, _), signal| async move {
            investigations::of_entry(&log.project(), seq, signal).await
        });
        Self { log, seq, found, again, asking }
    }
}

/// The button, and its dialog.
#[component]
pub(super) fn PinButton(
    /// What the entry is in.
    pins: Pins,
) -> impl IntoView {
    let title = Signal::derive(move || {
        format!("Pin entry #{}", pins.seq.get().map(grouped).unwrap_or_default())
    });
    view! {
        <button type="button" class="icon-button" aria-haspopup="dialog" aria-label="Pin to an investigation" data-tip="Pin to an investigation" on:click=move |_| pins.asking.set(true)>
            {icon(Icon::Pin)}
        </button>
        <Dialog open=pins.asking title>
            {dynamic(move || pins.seq.get().map(|seq| view! { <Choose pins seq /> }))}
        </Dialog>
    }
}

/// Which investigations the entry is in already.
#[component]
pub(super) fn PinnedIn(
    /// What the entry is in.
    pins: Pins,
) -> impl IntoView {
    let some = memo(move || {
        !pins.found.is_stale()
            && pins.found.value.with(|all| all.as_ref().is_some_and(|all| !all.is_empty()))
    });
    let links = move || {
        let link = |it: &Investigation| {
            let href = paths::investigation_page(&pins.log.project(), it.number);
            let closed = (it.status == InvestigationStatus::Closed).then_some(" (closed)");
            view! { <a href=href>{visible(&it.title).into_owned()}</a>{closed} }
        };
        pins.found.value.with(|all| {
            let links = all.iter().flatten().enumerate();
            links.map(|(i, it)| view! { {(i > 0).then_some(", ")}{link(it)} }).collect_view()
        })
    };
    when(
        move || some.get(),
        move || {
            view! {
                <div class="panel-note" role="note" aria-label="Pinned">
                    {icon(Icon::Pin)}
                    <p>"Pinned to "{dynamic(links)}</p>
                </div>
            }
        },
    )
}

/// Which investigation, or another one, and what there is to say.
#[component]
fn Choose(pins: Pins, seq: Seq) -> impl IntoView {
    let all = RwSignal::new(None::<Vec<Investigation>>);
    let asking = Form::new(&[]);
    asking.send(async move { investigations::list(&pins.log.project()).await }, "", move |list| {
        let open = |it: &Investigation| it.status == InvestigationStatus::Open;
        all.set(Some(list.into_iter().filter(open).collect()));
    });
    view! {
        {dynamic(move || match all.get() {
            Some(open) => view! { <Choices pins seq open /> }.into_any(),
            None if asking.busy.get() => loading(),
            None => view! { <FormProblem form=asking /> }.into_any(),
        })}
    }
}

#[component]
fn Choices(pins: Pins, seq: Seq, open: Vec<Investigation>) -> impl IntoView {
    let form = Form::new(&["title", "comment"]);
    let text = |text: &str| RwSignal::new(text.to_owned());
    // The one that was worked on last comes first.
    let first = open.first().map_or(ANOTHER.to_owned(), |it| it.number.to_string());
    let (to, title, comment) = (RwSignal::new(first), text(""), text(""));
    let any = !open.is_empty();
    let options: Vec<(String, String)> = open
        .iter()
        .map(|it| (it.number.to_string(), it.title.clone()))
        .chain([(ANOTHER.to_owned(), "A new one…".to_owned())])
        .collect();
    let another = memo(move || to.with(|to| to == ANOTHER));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let pin = NewPin { seq, comment: Some(comment.get_untracked()) };
        let number = to.with_untracked(|to| to.parse::<i64>().ok());
        let checked = if number.is_some() {
            pin.checked().map(|pin| (String::new(), pin))
        } else {
            let new = NewInvestigation { title: title.get_untracked(), pin: None };
            new.checked().and_then(|new| Ok((new.title, pin.checked()?)))
        };
        let (title, pin) = match checked {
            Ok(checked) => checked,
            Err(error) => return form.refuse(&error.key, &format!("This {}", error.problem)),
        };
        let project = pins.log.project();
        let answer = async move {
            if let Some(number) = number {
                investigations::pin(&project, number, &pin).await
            } else {
                let new = NewInvestigation { title, pin: Some(pin) };
                investigations::open(&project, &new).await
            }
        };
        form.send(answer, "", move |made| {
            announce(&format!("The entry is pinned to {}", made.investigation.title));
            pins.again.update(|again| *again += 1);
            pins.asking.set(false);
        });
    };
    view! {
        <form class="settings-form pin-form" on:submit=submit novalidate>
            {any.then(|| view! { <Select label="Investigation" value=to options /> })}
            {when(move || another.get(), move || view! {
                <TextField label="What is to be found out" required=true value=title hint="The title of a new investigation." problem=form.problem_of("title") />
            })}
            <TextArea label="Comment" most=MAX_COMMENT value=comment hint="Why it belongs here. May be left out." problem=form.problem_of("comment") />
            <FormProblem form />
            <div class="form-acts">
                <button type="submit" class="button primary" disabled=form.busy>"Pin"</button>
                <button type="button" class="button quiet" on:click=move |_| pins.asking.set(false)>"Cancel"</button>
            </div>
        </form>
    }
}
