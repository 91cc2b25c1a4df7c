//! The way in through a provider of single sign-on, where there is one.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::accounts,
    reactive::dynamic,
    url::{Address, after_sign_in, single_sign_on_href},
};

/// A link that leads away to the provider, and back to what was to be opened. It comes below the
/// form, so that nothing moves when it is known.
#[component]
pub(super) fn ProviderLink() -> impl IntoView {
    let address = expect_context::<Address>();
    let name = RwSignal::new(None::<String>);
    spawn_local(async move {
        // Where this does not answer, signing in does not either, and says so.
        if let Ok(ways) = accounts::sign_in_ways().await {
            let _ = name.try_set(ways.single_sign_on);
        }
    });
    dynamic(move || {
        name.get().map(|name| {
            let href = untrack(|| single_sign_on_href(&after_sign_in(&address.place())));
            view! {
                <p class="door-or">"or"</p>
                // Not a page of the app.
                <a class="button door-provider" href=href rel="external">"Sign in with " {name}</a>
            }
        })
    })
}
