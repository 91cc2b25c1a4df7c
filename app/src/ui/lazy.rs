//! Parts whose code is loaded when they are first shown.

use std::pin::Pin;

use futures_util::FutureExt;
use leptos::{
    prelude::*, task::spawn_local_scoped_with_cancellation, wasm_split::SplitLoaderError,
};

use super::popover::Floating;
use crate::reactive::dynamic;

/// The code of a part could not be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotLoaded;

impl From<SplitLoaderError> for NotLoaded {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// A part that is made when its code is there: at once, if it is there already.
pub(crate) type Coming = Pin<Box<dyn Future<Output = Result<AnyView, NotLoaded>>>>;

/// Whether code has arrived: what waits for that in silence is made then.
#[derive(Clone, Copy)]
pub(crate) struct Arrived(RwSignal<bool>);

impl Arrived {
    /// Nothing has so far. Belongs once into the context of the app.
    pub(crate) fn nothing() -> Self {
        Self(RwSignal::new(false))
    }
}

/// How far a part is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Loading,
    Failed,
    There,
}

/// A part whose code is loaded if it has to be. Until then `meanwhile` stands in its place; where
/// it cannot be loaded, the reader is told so and can try again.
pub(crate) fn lazy(make: Box<dyn Fn() -> Coming>, meanwhile: fn() -> AnyView) -> impl IntoView {
    let stage = RwSignal::new(Stage::Loading);
    let part = StoredValue::new_local(None);
    let floating = use_context::<Floating>();
    let arrived = use_context::<Arrived>();
    let owner = Owner::current().unwrap_or_default();
    let give = move |made: Result<AnyView, NotLoaded>| {
        stage.set(if made.is_ok() { Stage::There } else { Stage::Failed });
        if let (Some(Arrived(arrived)), Ok(_)) = (arrived, &made)
            && !arrived.get_untracked()
        {
            arrived.set(true);
        }
        part.set_value(made.ok());
    };
    let ask = StoredValue::new_local(move || {
        let mut coming = make();
        // What is there is part of this very frame, as if it had never been away.
        if let Some(made) = (&mut coming).now_or_never() {
            return give(made);
        }
        stage.set(Stage::Loading);
        spawn_local_scoped_with_cancellation(async move {
            give(coming.await);
            if let Some(floating) = floating {
                floating.settle();
            }
        });
    });
    let ask = move || owner.with(|| untrack(|| ask.with_value(|ask| ask())));
    ask();
    let again = Callback::new(move |()| ask());

    dynamic(move || {
        match stage.get() {
        Stage::Loading => meanwhile(),
        Stage::There => part.try_update_value(Option::take).flatten().into_any(),
        Stage::Failed => view! {
            <div class="not-loaded" role="alert">
                <p class="problem">"This part of the page could not be loaded. Check the connection and try again, or reload the page."</p>
                <button type="button" class="button" on:click=move |_| again.run(())>"Try again"</button>
            </div>
        }
        .into_any(),
    }
    })
}

/// A part that does not load its code, and waits in silence until something else did.
pub(crate) fn patient(make: Box<dyn Fn() -> Coming>, meanwhile: fn() -> AnyView) -> impl IntoView {
    let arrived = use_context::<Arrived>();
    let make = StoredValue::new_local(make);
    dynamic(move || {
        if arrived.is_some_and(|Arrived(arrived)| !arrived.get()) {
            return meanwhile();
        }
        untrack(|| make.with_value(|make| make()).now_or_never()).and_then(Result::ok).into_any()
    })
}

/// For a part that is not missed while it loads.
pub(crate) fn nothing() -> AnyView {
    ().into_any()
}

/// Says that a part is loading, once that takes so long that one wonders.
pub(crate) fn loading() -> AnyView {
    view! { <p class="loading" role="status">"Loading…"</p> }.into_any()
}
