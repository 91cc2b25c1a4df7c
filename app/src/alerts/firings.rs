//! The page of what fired.

use daybook_model::{
    alert::{AlertCounts, Firing, FiringChange, FiringState, Firings},
    paths,
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    counts::Counts,
    firing::{entries_text, subject},
    parts::{Part, Parts, may_change, severity},
};
use crate::{
    api::{Failure, alerts},
    clock::Clock,
    log::places::ALERTS,
    preferences::Preferences,
    reactive::{dynamic, each, effect, memo, when},
    session::Session,
    settings::{
        bar::PlainBar,
        form::{Form, FormProblem},
    },
    ui::{announce::announce, lazy::loading, number::grouped, text::visible, time::relative},
    url::{Address, firing_state, firings_href},
};

/// What is shown.
#[derive(Clone, Copy)]
struct Fired {
    project: StoredValue<String>,
    state: Memo<FiringState>,
    /// Unknown until the server has said so.
    page: RwSignal<Option<Firings>>,
    failure: RwSignal<Option<Failure>>,
    session: Session,
    counts: Counts,
    /// Whether the reader may deal with them.
    may: Memo<bool>,
}

impl Fired {
    /// Asks for the first page, or for the one behind what is there.
    fn look(self, more: bool) {
        let (project, state) = (self.project.get_value(), self.state.get_untracked());
        let before = self.page.with_untracked(|page| page.as_ref().and_then(|page| page.next));
        let before = before.filter(|_| more).map(|id| format!("&before={id}")).unwrap_or_default();
        self.counts.look();
        spawn_local(async move {
            let answer = alerts::firings(&project, &format!("state={state}{before}")).await;
            // Whoever looks at another state by now has asked for that.
            if self.state.try_get_untracked() != Some(state) {
                return;
            }
            match answer {
                Ok(mut page) => {
                    if more {
                        let known = self.page.try_update(Option::take).flatten();
                        let mut firings = known.map(|known| known.firings).unwrap_or_default();
                        firings.append(&mut page.firings);
                        page.firings = firings;
                    }
                    let _ = self.page.try_set(Some(page));
                    let _ = self.failure.try_set(None);
                }
                Err(failure) => {
                    self.session.check(&failure);
                    let _ = self.failure.try_set(Some(failure));
                }
            }
        });
    }
}

/// The page.
#[component]
pub(crate) fn FiringsPage(
    /// The project, by slug or number.
    project: String,
) -> impl IntoView {
    document().set_title(&format!("Alerts · {project} · Daybook"));
    let (address, session) = (expect_context::<Address>(), expect_context::<Session>());
    let slug = StoredValue::new(project.clone());
    let counts = Counts::of(Signal::derive(move || slug.get_value()));
    provide_context(counts);
    let fired = Fired {
        project: slug,
        state: memo(move || firing_state(&address.place())),
        page: RwSignal::new(None),
        failure: RwSignal::new(None),
        session,
        counts,
        may: memo(move || slug.with_value(|project| may_change(session, project))),
    };
    effect(move || {
        fired.state.track();
        untrack(|| {
            fired.page.set(None);
            fired.look(false);
        });
    });
    let ids = move || {
        fired.page.with(|page| {
            page.iter().flat_map(|page| &page.firings).map(|f| f.id).collect::<Vec<_>>()
        })
    };
    let empty =
        memo(move || fired.page.with(|page| page.as_ref().is_some_and(|p| p.firings.is_empty())));
    let more =
        memo(move || fired.page.with(|page| page.as_ref().is_some_and(|p| p.next.is_some())));
    view! {
        <PlainBar project=Some(project) here=ALERTS />
        <main class="settings alerts" id="content" tabindex="-1">
            <Parts project=slug here=Part::Firings />
            <States fired />
            {dynamic(move || fired.failure.get().map(|failure| view! {
                <p class="problem" role="alert">{failure.message()}</p>
                <button type="button" class="button" on:click=move |_| fired.look(false)>"Try again"</button>
            }))}
            {when(move || fired.page.with(Option::is_none) && fired.failure.with(Option::is_none), loading)}
            {when(move || fired.page.with(Option::is_some) && !empty.get(), move || view! {
                <table class="settings-table firings" role="table" aria-label="Alerts">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Severity"</th>
                            <th role="columnheader" scope="col">"Alert"</th>
                            <th role="columnheader" scope="col">"Entries"</th>
                            <th role="columnheader" scope="col">"Fired"</th>
                            <th role="columnheader" scope="col"><span class="visually-hidden">"Changes"</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {each(ids, ToString::to_string, move |id| view! { <FiringRow fired id /> })}
                    </tbody>
                </table>
            })}
            {when(move || more.get(), move || view! {
                <button type="button" class="button" on:click=move |_| fired.look(true)>"Show older"</button>
            })}
            {dynamic(move || empty.get().then(|| view! { <p class="hint">{nothing(fired.state.get())}</p> }))}
        </main>
    }
}

const fn nothing(state: FiringState) -> &'static str {
    match state {
        FiringState::Open => "Nothing is open: no rule fired, or somebody deals with all of it.",
        FiringState::Acknowledged => "Nobody is dealing with an alert.",
        FiringState::Closed => "No alert was closed yet.",
    }
}

/// The three states, with how many there are of each.
#[component]
fn States(fired: Fired) -> impl IntoView {
    let link = move |state: FiringState| {
        let href = fired.project.with_value(|project| firings_href(project, state));
        let number = move || {
            let number = |counts: AlertCounts| match state {
                FiringState::Open => counts.open,
                FiringState::Acknowledged => counts.acknowledged,
                FiringState::Closed => counts.closed,
            };
            let page = fired.page.with(|page| page.as_ref().map(|page| page.counts));
            fired.counts.told.get().or(page).map(|counts| grouped(number(counts)))
        };
        let here = Signal::derive(move || (fired.state.get() == state).then_some("true"));
        view! {
            <a class="tab" href=href aria-current=here>{state.label()}<span class="tab-count">{dynamic(number)}</span></a>
        }
    };
    view! {
        <nav class="tabs" aria-label="State">{FiringState::ALL.iter().map(|&state| link(state)).collect_view()}</nav>
    }
}

/// One of them.
#[component]
fn FiringRow(fired: Fired, id: i64) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let form = Form::new(&[]);
    let found = move |page: &Option<Firings>| {
        page.as_ref().and_then(|page| page.firings.iter().find(|firing| firing.id == id).cloned())
    };
    let Some(firing) = fired.page.with_untracked(found) else { return ().into_any() };
    let Firing { name, at, .. } = firing.clone();
    let page = fired.project.with_value(|project| paths::firing_page(project, id));
    let log = fired.project.with_value(|project| crate::url::query_href(project, &firing.query));
    let about = subject(&firing);
    let kept = StoredValue::new(firing.clone());
    let entries = move || kept.with_value(|f| entries_text(f, clock.now_untracked(), zone.get()));
    let title = StoredValue::new(name.clone());
    let act = move |state: FiringState, word: &'static str| {
        let turn = move |_| {
            let project = fired.project.get_value();
            let change = FiringChange { state: Some(state), note: None };
            let answer = async move { alerts::change_firing(&project, id, &change).await };
            form.send(answer, "", move |_| {
                announce(&format!("{} is {}", title.get_value(), state.label().to_lowercase()));
                fired.look(false);
            });
        };
        view! { <button type="button" class="button quiet" aria-label=format!("{word} {}", title.get_value()) disabled=form.busy on:click=turn>{word}</button> }
    };
    let state = firing.state;
    let acts = move || {
        match state {
        FiringState::Open => view! { {act(FiringState::Acknowledged, "Acknowledge")}{act(FiringState::Closed, "Close")} }.into_any(),
        FiringState::Acknowledged => act(FiringState::Closed, "Close").into_any(),
        FiringState::Closed => act(FiringState::Open, "Open again").into_any(),
    }
    };
    view! {
        <tr role="row">
            <td role="cell" data-label="Severity">{severity(firing.severity)}</td>
            <td role="cell" data-label="Alert">
                <div class="cell">
                    <a class="who" href=page>{visible(&name).into_owned()}</a>
                    {about.map(|about| view! { <span class="about">{about}</span> })}
                </div>
            </td>
            <td role="cell" data-label="Entries">
                {if firing.count == 0 {
                    view! { <span>{dynamic(entries)}</span> }.into_any()
                } else {
                    view! { <a href=log>{dynamic(entries)}</a> }.into_any()
                }}
            </td>
            <td role="cell" data-label="Fired">{dynamic(move || relative(at, clock.now()))}</td>
            <td role="cell" class="acts">
                {when(move || fired.may.get(), acts)}
                <FormProblem form />
            </td>
        </tr>
    }
    .into_any()
}
