//! The bell in the bar: how many alerts nobody has dealt with.

use std::time::Duration;

use daybook_model::{
    alert::{AlertCounts, AlertSeverity},
    paths,
};
use leptos::prelude::*;

use super::{counts::Counts, parts::may_see};
use crate::{
    reactive::{dynamic, effect, memo, when},
    session::Session,
    ui::{
        icon::{Icon, icon},
        number::counted,
    },
};

/// How often it is asked, while somebody looks.
const AGAIN: Duration = Duration::from_secs(30);
/// So often; then the page is left alone, so that it keeps nobody signed in.
const LOOKS: u32 = 480;

/// The bell, for whoever may see alerts.
#[component]
pub(crate) fn Bell(
    /// The project, by slug or number.
    project: Signal<String>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let counts = use_context::<Counts>().unwrap_or_else(|| Counts::of(project));
    let sees = memo(move || may_see(session, &project.read()));
    let looks = StoredValue::new(0_u32);
    let look = move || {
        if !document().hidden() && sees.get_untracked() && looks.get_value() < LOOKS {
            looks.update_value(|looks| *looks += 1);
            counts.look();
        }
    };
    effect(move || {
        project.track();
        if sees.get() {
            counts.look();
        }
    });
    if let Ok(handle) = set_interval_with_handle(look, AGAIN) {
        on_cleanup(move || handle.clear());
    }
    let open = memo(move || counts.told.get().map_or(0, |told: AlertCounts| told.open));
    let worst =
        memo(move || counts.told.get().and_then(|told| told.worst).filter(|_| open.get() > 0));
    let name = Signal::derive(move || match open.get() {
        0 => "Alerts".to_owned(),
        n => format!("{} open", counted(n, "alert", "alerts")),
    });
    let shown = move || match open.get() {
        0 => String::new(),
        n @ 1..=99 => n.to_string(),
        _ => "99+".to_owned(),
    };
    when(
        move || sees.get(),
        move || {
            view! {
                <a class="icon-button bell" href=Signal::derive(move || paths::alerts(&project.read())) aria-label=name data-tip=name data-severity=Signal::derive(move || worst.get().map(AlertSeverity::as_str))>
                    {icon(Icon::Bell)}
                    {when(move || open.get() > 0, move || view! { <span class="bell-count" aria-hidden="true">{dynamic(shown)}</span> })}
                </a>
            }
        },
    )
}
