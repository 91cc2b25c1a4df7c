//! A project's streams: where entries go as they arrive, and how far that is.

use std::time::Duration;

use daybook_model::{Timestamp, stream::StreamInfo};
use leptos::{prelude::*, task::spawn_local};

use super::{
    section::{Added, Adding, Section},
    stream_form::StreamForm,
    stream_row::StreamRow,
};
use crate::{
    api::{Failure, streams},
    clock::Clock,
    preferences::Preferences,
    reactive::{dynamic, each, memo, when},
    session::Session,
    ui::{announce::announce, time::clock},
};

/// How often it is asked how far they are, while somebody looks.
const AGAIN: Duration = Duration::from_secs(5);
/// So often; then the page is left alone, so that it keeps nobody signed in.
const LOOKS: u32 = 120;

/// The streams.
#[derive(Clone, Copy)]
pub(crate) struct Streams {
    /// The project.
    pub(crate) project: StoredValue<String>,
    /// Those there are; unknown until the server has said so.
    list: RwSignal<Option<Vec<StreamInfo>>>,
    /// When that was.
    asked: RwSignal<Option<Timestamp>>,
    failure: RwSignal<Option<Failure>>,
    session: Session,
    clock: Clock,
}

impl Streams {
    /// Asks how far they are.
    pub(crate) fn look(self) {
        spawn_local(async move {
            let Some(project) = self.project.try_get_value() else { return };
            match streams::list(&project).await {
                Ok(list) => self.take(list),
                Err(failure) => {
                    self.session.check(&failure);
                    let _ = self.failure.try_set(Some(failure));
                }
            }
        });
    }

    /// These are those there are.
    pub(crate) fn take(self, list: Vec<StreamInfo>) {
        let _ = self.asked.try_set(Some(self.clock.now_untracked()));
        let _ = self.list.try_set(Some(list));
        let _ = self.failure.try_set(None);
    }

    /// One was made.
    pub(crate) fn made(self, stream: &StreamInfo) {
        announce(&format!("The stream {} is made", stream.name));
        self.look();
    }

    /// One of them, as it is now.
    pub(crate) fn one(self, id: i64) -> Memo<Option<StreamInfo>> {
        memo(move || {
            self.list.with(|list| list.iter().flatten().find(|stream| stream.id == id).cloned())
        })
    }
}

/// The section.
#[component]
pub(crate) fn StreamsSection(
    /// The project.
    project: String,
) -> impl IntoView {
    let streams = Streams {
        project: StoredValue::new(project),
        list: RwSignal::new(None),
        asked: RwSignal::new(None),
        failure: RwSignal::new(None),
        session: expect_context::<Session>(),
        clock: expect_context::<Clock>(),
    };
    let zone = expect_context::<Preferences>().zone;
    streams.look();
    let adding = Adding::new("Create a stream");
    let looks = StoredValue::new(0_u32);
    let look = move || {
        if !document().hidden() && looks.get_value() < LOOKS {
            looks.update_value(|looks| *looks += 1);
            streams.look();
        }
    };
    if let Ok(handle) = set_interval_with_handle(look, AGAIN) {
        on_cleanup(move || handle.clear());
    }
    let has = move |some: bool| {
        streams.list.with(|list| list.as_ref().is_some_and(|list| list.is_empty() != some))
    };
    let ids = move || {
        streams.list.with(|list| list.iter().flatten().map(|stream| stream.id).collect::<Vec<_>>())
    };
    view! {
        <Section id="streams" title="Streams" hint="Entries for a SIEM or a log collector, sent as they arrive, in the order of the log." adding>
            <Added adding><StreamForm streams adding /></Added>
            {dynamic(move || streams.failure.get().map(|failure| view! {
                <p class="problem" role="alert">{failure.message()}</p>
                <button type="button" class="button" on:click=move |_| streams.look()>"Try again"</button>
            }))}
            {when(move || has(true), move || view! {
                <table class="settings-table streams" role="table" aria-labelledby="streams-title">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Stream"</th>
                            <th role="columnheader" scope="col">"Sends"</th>
                            <th role="columnheader" scope="col">"Behind"</th>
                            <th role="columnheader" scope="col">"Refused"</th>
                            <th role="columnheader" scope="col"><span class="visually-hidden">"Changes"</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {each(ids, ToString::to_string, move |id| view! { <StreamRow streams id /> })}
                    </tbody>
                </table>
                <p class="hint as-of">
                    {dynamic(move || streams.asked.get().map(|at| format!("As of {}.", clock(at, zone.get()))))}
                </p>
            })}
            {when(move || has(false), || view! {
                <p class="hint">"There are no streams yet."</p>
            })}
        </Section>
    }
}
