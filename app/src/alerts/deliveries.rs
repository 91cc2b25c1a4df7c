//! The page of who is told, and of what was delivered.

use daybook_model::{
    alert::{Deliveries, Delivery, DeliveryReason, DeliveryState},
    paths,
};
use leptos::prelude::*;

use super::{
    parts::{Part, Parts, may_change},
    recipients::{People, RecipientsSection},
};
use crate::{
    api::alerts,
    clock::Clock,
    log::places::ALERTS,
    reactive::{dynamic, memo, when},
    session::Session,
    settings::{
        bar::PlainBar,
        form::{Form, FormProblem},
    },
    ui::{
        announce::announce,
        number::counted,
        text::{one_line, sentence, visible},
        time::relative,
    },
};

/// What was delivered, as far as it is shown.
#[derive(Clone, Copy)]
pub(crate) struct Delivered {
    project: StoredValue<String>,
    page: RwSignal<Option<Deliveries>>,
    asking: Form,
}

impl Delivered {
    /// Asks for the first page, or for the one behind what is there.
    pub(super) fn look(self, more: bool) {
        let project = self.project.get_value();
        let before = self.page.with_untracked(|page| page.as_ref().and_then(|page| page.next));
        let query = before.filter(|_| more).map(|id| format!("before={id}")).unwrap_or_default();
        self.asking.send(
            async move { alerts::deliveries(&project, &query).await },
            "",
            move |mut page| {
                if more {
                    let known = self.page.try_update(Option::take).flatten();
                    let mut all = known.map(|known| known.deliveries).unwrap_or_default();
                    all.append(&mut page.deliveries);
                    page.deliveries = all;
                }
                self.page.set(Some(page));
            },
        );
    }
}

/// The page.
#[component]
pub(crate) fn DeliveriesPage(
    /// The project, by slug or number.
    project: String,
) -> impl IntoView {
    document().set_title(&format!("Who is told of alerts · {project} · Daybook"));
    let session = expect_context::<Session>();
    let slug = StoredValue::new(project.clone());
    let may = memo(move || slug.with_value(|project| may_change(session, project)));
    let delivered = Delivered { project: slug, page: RwSignal::new(None), asking: Form::new(&[]) };
    delivered.look(false);
    let people = People::of(slug, may, delivered);
    view! {
        <PlainBar project=Some(project) here=ALERTS />
        <main class="settings alerts" id="content" tabindex="-1">
            <Parts project=slug here=Part::Deliveries />
            <RecipientsSection people />
            <Log delivered may />
        </main>
    }
}

/// The log of deliveries.
#[component]
fn Log(delivered: Delivered, may: Memo<bool>) -> impl IntoView {
    let known = memo(move || delivered.page.with(Option::is_some));
    let empty = memo(move || {
        delivered.page.with(|page| page.as_ref().is_some_and(|p| p.deliveries.is_empty()))
    });
    let more =
        memo(move || delivered.page.with(|page| page.as_ref().is_some_and(|p| p.next.is_some())));
    let rows = move || {
        delivered.page.with(|page| {
            let all = page.iter().flat_map(|page| page.deliveries.iter().cloned());
            all.map(|delivery| view! { <DeliveryRow delivered may delivery /> }).collect_view()
        })
    };
    view! {
        <section id="deliveries" aria-labelledby="deliveries-title">
            <header class="section-head">
                <h2 id="deliveries-title">"Deliveries"</h2>
                <p class="hint">"What was told to whom. What did not come through is tried again, later and later."</p>
            </header>
            <FormProblem form=delivered.asking />
            <p class="form-acts page-acts"><button type="button" class="button" disabled=delivered.asking.busy on:click=move |_| delivered.look(false)>"Refresh"</button></p>
            {when(move || known.get() && empty.get(), || view! { <p class="hint">"Nothing was delivered yet."</p> })}
            {when(move || known.get() && !empty.get(), move || view! {
                <table class="settings-table deliveries" role="table" aria-labelledby="deliveries-title">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"To"</th>
                            <th role="columnheader" scope="col">"Why"</th>
                            <th role="columnheader" scope="col">"State"</th>
                            <th role="columnheader" scope="col">"When"</th>
                            <th role="columnheader" scope="col"><span class="visually-hidden">"Changes"</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{dynamic(rows)}</tbody>
                </table>
            })}
            {when(move || more.get(), move || view! {
                <button type="button" class="button" on:click=move |_| delivered.look(true)>"Show older"</button>
            })}
        </section>
    }
}

/// One of them.
#[component]
fn DeliveryRow(delivered: Delivered, may: Memo<bool>, delivery: Delivery) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let form = Form::new(&[]);
    let Delivery {
        id,
        recipient,
        name,
        reason,
        firing,
        state,
        created_at,
        attempts,
        again_at,
        status,
        error,
        ..
    } = delivery;
    let project = delivered.project.get_value();
    let why = match firing.filter(|_| reason == DeliveryReason::Fired) {
        Some(firing) => {
            view! { <a href=paths::firing_page(&project, firing)>{format!("Alert {firing}")}</a> }
                .into_any()
        }
        None => reason.label().into_any(),
    };
    let class = match state {
        DeliveryState::Delivered => "badge quiet",
        DeliveryState::Waiting => "badge open",
        DeliveryState::Failed => "badge",
    };
    let tried = (attempts != 1).then(|| counted(attempts.into(), "attempt", "attempts"));
    let answered = status.map(|status| format!("answered {status}"));
    let facts: Vec<_> = tried.into_iter().chain(answered).collect();
    let error = error.map(|error| visible(&sentence(&error)).into_owned());
    let next = move || {
        let at = again_at.filter(|_| state == DeliveryState::Waiting)?;
        Some(format!("Tried again {}.", relative(at, clock.now())))
    };
    let label = format!("Deliver {id} to {name} again");
    let again = move |_| {
        let project = delivered.project.get_value();
        form.send(async move { alerts::deliver_again(&project, id).await }, "", move |_| {
            announce("It is delivered again");
            delivered.look(false);
        });
    };
    view! {
        <tr role="row">
            <td role="cell" data-label="To"><span class="who">{one_line(&name)}</span></td>
            <td role="cell" data-label="Why">{why}</td>
            <td role="cell" data-label="State">
                <div class="cell">
                <span class=class>{state.label()}</span>
                {(!facts.is_empty()).then(|| view! { " "<span class="muted">{facts.join(", ")}</span> })}
                {error.map(|error| view! { <span class="problem aside">{error}</span> })}
                <span class="muted aside">{dynamic(next)}</span>
                </div>
            </td>
            <td role="cell" data-label="When">{dynamic(move || relative(created_at, clock.now()))}</td>
            <td role="cell" class="acts">
                {when(move || may.get() && recipient.is_some(), move || view! {
                    <button type="button" class="button quiet" aria-label=label.clone() disabled=form.busy on:click=again>"Deliver again"</button>
                })}
                <FormProblem form />
            </td>
        </tr>
    }
}
