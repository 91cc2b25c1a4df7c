//! Saved views: ways to look at the log that have a name.

use daybook_model::{
    View,
    account::Permission,
    saved::{NewView, SavedView, ViewChange},
};
use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    api::{self, Failure},
    later::{Later, later},
    log::{columns::Columns, schedule::ScheduleDialogProps},
    reactive::{dynamic, each, memo, when},
    session::Session,
    ui::{
        announce::announce,
        icon::{Icon, icon},
        lazy::{loading, nothing},
        menu::{Menu, MenuItem, MenuRule},
        popover::{Align, Popover},
        text::one_line,
    },
    url::{History, LogAddress},
};

/// The saved views of this viewer.
#[derive(Clone, Copy)]
pub(crate) struct Views {
    log: LogAddress,
    columns: Columns,
    /// All of them; unknown until they are asked for.
    all: RwSignal<Option<Vec<SavedView>>>,
    failure: RwSignal<Option<Failure>>,
    /// The one that a schedule is to be made of.
    scheduled: RwSignal<Option<SavedView>>,
    /// How many questions were asked: an answer that is not the last one's changes nothing.
    asked: StoredValue<u64>,
}

impl Views {
    /// Nothing is known yet.
    pub(crate) fn of(log: LogAddress, columns: Columns) -> Self {
        Self {
            log,
            columns,
            all: RwSignal::new(None),
            failure: RwSignal::new(None),
            scheduled: RwSignal::new(None),
            asked: StoredValue::new(0),
        }
    }

    /// Asks for all, unless they are known.
    fn look(self) {
        if self.all.with_untracked(Option::is_none) {
            let number = self.number();
            spawn_local(async move { self.take(number, api::views(&self.log.project()).await) });
        }
    }

    /// The number of a question.
    fn number(self) -> u64 {
        self.asked.update_value(|asked| *asked += 1);
        self.asked.get_value()
    }

    fn take(self, number: u64, answer: Result<Vec<SavedView>, Failure>) {
        if self.asked.try_get_value() != Some(number) {
            return;
        }
        match answer {
            Ok(all) => {
                let _ = self.all.try_set(Some(all));
                let _ = self.failure.try_set(None);
            }
            Err(failure) => drop(self.failure.try_set(Some(failure))),
        }
    }

    fn change(self, id: i64, change: ViewChange) {
        let number = self.number();
        spawn_local(async move {
            self.take(number, api::change_view(&self.log.project(), id, &change).await);
        });
    }

    fn delete(self, view: SavedView) {
        let number = self.number();
        spawn_local(async move {
            let left = api::delete_view(&self.log.project(), view.id).await;
            if left.is_ok() {
                announce(&format!("{} is deleted", one_line(&view.name)));
            }
            self.take(number, left);
        });
    }

    fn save(self, new: NewView) {
        let number = self.number();
        spawn_local(async move {
            let project = self.log.project();
            match api::save_view(&project, &new).await {
                Ok(saved) => {
                    announce(&format!("{} is saved", one_line(&saved.name)));
                    self.take(number, api::views(&project).await);
                }
                Err(failure) => self.take(number, Err(failure)),
            }
        });
    }
}

/// The button that lists the saved views, and the form that saves another.
#[component]
pub(crate) fn ViewsMenu(
    /// The saved views.
    views: Views,
) -> impl IntoView {
    view! {
        <Popover class="button views-button" label="Saved views" align=Align::End trigger=|| view! { {icon(Icon::Star)} <span>"Views"</span> }>
            {later(move || Later::ViewsList(ViewsListProps { views }), loading)}
        </Popover>
        {when(move || views.scheduled.with(Option::is_some), move || later(move || Later::Schedule(ScheduleDialogProps { log: views.log, view: views.scheduled }), nothing))}
    }
}

/// What it lists, and the form.
#[component]
pub(crate) fn ViewsList(
    /// The saved views.
    views: Views,
) -> impl IntoView {
    views.look();
    let renamed = RwSignal::new(None::<SavedView>);
    let is_empty = memo(move || views.all.with(|all| all.as_ref().is_some_and(Vec::is_empty)));
    view! {
        <div class="saved-views">
            {when(move || is_empty.get(), || view! {
                <p class="muted">"No views are saved here yet. Give the one you are looking at a name."</p>
            })}
            <ul role="list" aria-label="Saved views">
                {each(move || views.all.get().unwrap_or_default(), key, move |view| view! { <Item views view renamed /> })}
            </ul>
            {dynamic(move || match renamed.get() {
                Some(view) => view! { <Rename views view renamed /> }.into_any(),
                None => view! { <Save views /> }.into_any(),
            })}
            {dynamic(move || views.failure.get().map(|failure| view! { <p class="problem" role="alert">{failure.message()}</p> }))}
        </div>
    }
}

/// A view that changed is another one.
fn key(view: &SavedView) -> String {
    serde_json::to_string(view).unwrap_or_default()
}

#[component]
fn Item(views: Views, view: SavedView, renamed: RwSignal<Option<SavedView>>) -> impl IntoView {
    let SavedView { id, starred, default, own, shared, .. } = view;
    let href = views.log.href(&View::read(&view.query).0);
    let (columns, query) = (view.columns.clone(), view.query.clone());
    let open = move |event: ev::MouseEvent| {
        event.prevent_default();
        let view = View::read(&query).0;
        if let Some(columns) = &columns {
            views.columns.take(view.tab.as_deref(), columns);
        }
        views.log.go(&view, History::Push);
    };
    let mark = move |change: ViewChange| Callback::new(move |()| views.change(id, change.clone()));
    let star = mark(ViewChange { starred: Some(!starred), ..ViewChange::default() });
    let begin = mark(ViewChange { default: Some(!default), ..ViewChange::default() });
    let note = match (shared, default) {
        (true, true) => Some("Project, default"),
        (true, false) => Some("Project"),
        (false, true) => Some("Default"),
        (false, false) => None,
    };
    let session = expect_context::<Session>();
    let schedules = session.may(&views.log.project(), Permission::KeepSchedules);
    let name = one_line(&view.name);
    let kept = StoredValue::new(view);
    view! {
        <li>
            <button
                type="button"
                class="icon-button star"
                aria-pressed=if starred { "true" } else { "false" }
                aria-label=format!("Star {name}")
                on:click=move |_| star.run(())
            >
                {icon(Icon::Star)}
            </button>
            <a href=href on:click=open>{name.clone()}</a>
            {note.map(|note| view! { <span class="muted">{note}</span> })}
            <Menu class="icon-button" label=format!("{name}: change") align=Align::End trigger=|| icon(Icon::More)>
                <MenuItem on_select=begin>{if default { "Do not begin with it" } else { "Begin with it" }}</MenuItem>
                {schedules.then(|| view! {
                    <MenuItem on_select=Callback::new(move |()| views.scheduled.set(Some(kept.get_value())))>"Schedule…"</MenuItem>
                })}
                {own.then(|| view! {
                    <MenuRule />
                    <MenuItem on_select=Callback::new(move |()| renamed.set(Some(kept.get_value())))>"Rename"</MenuItem>
                    <MenuItem on_select=Callback::new(move |()| views.delete(kept.get_value()))>"Delete"</MenuItem>
                })}
            </Menu>
        </li>
    }
}

/// Gives the view that is looked at a name.
#[component]
fn Save(views: Views) -> impl IntoView {
    let (name, shared) = (RwSignal::new(String::new()), RwSignal::new(false));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let view = View { cursor: None, event: None, ..views.log.view_untracked() };
        views.save(NewView {
            name: name.get_untracked(),
            query: view.to_string(),
            columns: views.columns.own_text(),
            shared: shared.get_untracked(),
        });
        name.set(String::new());
    };
    view! {
        <form class="save-view" on:submit=submit>
            <label>
                <span>"Save this view as"</span>
                <input type="text" required maxlength="80" autocomplete="off" bind:value=name />
            </label>
            <label class="check">
                <input type="checkbox" bind:checked=shared />
                "Share with everyone in the project"
            </label>
            <button type="submit" class="button primary">"Save"</button>
        </form>
    }
}

/// Gives a saved view another name.
#[component]
fn Rename(views: Views, view: SavedView, renamed: RwSignal<Option<SavedView>>) -> impl IntoView {
    let name = RwSignal::new(view.name.clone());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        views.change(
            view.id,
            ViewChange { name: Some(name.get_untracked()), ..ViewChange::default() },
        );
        renamed.set(None);
    };
    view! {
        <form class="save-view" on:submit=submit>
            <label>
                <span>{format!("Another name for {}", one_line(&view.name))}</span>
                <input type="text" required maxlength="80" autocomplete="off" bind:value=name />
            </label>
            <button type="submit" class="button primary">"Rename"</button>
            <button type="button" class="button" on:click=move |_| renamed.set(None)>"Cancel"</button>
        </form>
    }
}
