//! Who cannot come in any more keeps the name in the log, with a badge.

use std::collections::BTreeMap;

use daybook_model::account::Gone;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    reactive::{dynamic, memo},
    url::LogAddress,
};

/// The actors that are known to be gone, by what they are filtered by.
#[derive(Clone, Copy)]
pub(crate) struct GoneActors(RwSignal<BTreeMap<String, Gone>>);

impl GoneActors {
    /// Of none it is known. Belongs into the context of the log.
    pub(crate) fn unknown() -> Self {
        Self(RwSignal::default())
    }

    /// Why this actor cannot come in any more, if that is so.
    pub(crate) fn of(self, actor: &str) -> Option<Gone> {
        self.0.with(|gone| gone.get(actor).copied())
    }
}

/// The badge of an actor, if there is to be one: it appears once that is known.
pub(crate) fn badge(actor: String) -> Option<impl IntoView> {
    let gone = use_context::<GoneActors>()?;
    let gone = memo(move || gone.of(&actor));
    Some(dynamic(move || gone.get().map(quiet)))
}

/// The badge itself.
pub(crate) fn quiet(gone: Gone) -> AnyView {
    view! { <span class="badge gone">{gone.label()}</span> }.into_any()
}

/// Asks who is gone; shows nothing. Without an answer there are no badges, and nothing else is amiss.
#[component]
pub(crate) fn WhoIsGone(
    /// Where we are.
    log: LogAddress,
    /// Where to say it.
    gone: GoneActors,
) -> impl IntoView {
    spawn_local(async move {
        if let Ok(list) = api::gone(&log.project()).await {
            let by_actor = list.into_iter().map(|status| (status.actor, status.gone));
            let _ = gone.0.try_set(by_actor.collect());
        }
    });
}
