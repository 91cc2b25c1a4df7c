//! What the page shows and offers where addresses are masked for the reader.

use daybook_model::{
    Column, Field,
    privacy::{Masking, filters_plainly, has_pseudonym, orders_plainly},
};
use leptos::prelude::*;

use crate::{
    session::Session,
    ui::icon::{Icon, icon},
    url::LogAddress,
};

/// Why something is not offered.
pub(crate) const NO_ORDER: &str = "No order by this: addresses are masked for you";

/// What the reader sees pseudonyms in place of here.
pub(crate) fn masking(log: LogAddress) -> Masking {
    use_context::<Session>().map(|session| session.masking(&log.project())).unwrap_or_default()
}

/// Whether the server lets this reader filter by values of a field.
pub(crate) fn filters(log: LogAddress, field: Field) -> bool {
    filters_plainly(field) || masking(log).is_none()
}

/// Whether the server lets this reader order by a column.
pub(crate) fn orders(log: LogAddress, column: Column) -> bool {
    orders_plainly(column) || masking(log).is_none()
}

/// Says that a text is a pseudonym or has one in it, before the text.
pub(crate) fn mark(text: &str) -> Option<AnyView> {
    has_pseudonym(text).then(|| {
        view! {
            <span class="masked" title="A pseudonym: the same for the same address">
                {icon(Icon::Masked)}<span class="visually-hidden">"masked "</span>
            </span>
        }
        .into_any()
    })
}
