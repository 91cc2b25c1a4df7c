//! An address without a page.

use leptos::prelude::*;

/// Says so, and leads back.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    document().set_title("Not found · Daybook");
    view! {
        <a class="brand" href="/">"Daybook"</a>
        <h1>"There is no page here"</h1>
        <p>"The address may be cut off or misspelt. Check the link, or go to the log."</p>
        <p><a class="button primary" href="/">"Go to the log"</a></p>
    }
}
