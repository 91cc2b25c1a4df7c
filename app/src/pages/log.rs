//! The log page: what happened in a project.

use daybook_model::{Range, Span, account::Permission};
use leptos::{html, prelude::*};

use crate::{
    later::{Later, later, once_painted, patiently, when_idle},
    load::Answer,
    log::{
        answer::LogAnswer,
        chart::{Chart, Selected},
        chips::Chips,
        columns::{Columns, menu::ColumnsMenu},
        empty::EmptyProps,
        entry::{EntryPanelProps, skeleton},
        export::{self, ExportButtonProps},
        gone::{GoneActors, WhoIsGoneProps},
        live::{Live, LivePillProps},
        names::Names,
        part_note::PartNoteProps,
        problems::{BadAddressProps, NoAnswer},
        rail::Rail,
        range_menu::RangeMenu,
        removed::RemovedProps,
        report::ReportProps,
        search::Search,
        share::{self, PinnedProps, Share, ShareButtonProps},
        shortcuts::{HelpProps, Reach},
        summary::{Pager, Refresh, Summary},
        table::Table,
        tabs::Tabs,
        title,
        top_bar::TopBar,
        views::{Views, ViewsMenu},
    },
    preferences::Preferences,
    reactive::{effect, memo, when},
    session::Session,
    ui::lazy::{loading, nothing},
    url::{Address, History, LogAddress},
};

/// The page. It lives as long as the project stays the same; all else is in the address.
#[component]
pub(crate) fn LogPage(
    /// The project, by slug or number.
    project: String,
) -> impl IntoView {
    let zone = expect_context::<Preferences>().zone;
    let session = expect_context::<Session>();
    session.look();
    let log = LogAddress::new(expect_context::<Address>(), project.clone());
    let answer = LogAnswer::to(log, zone);
    let names = Names::new();
    effect(move || {
        answer
            .facets
            .value
            .with(|facets| facets.iter().for_each(|facets| names.learn_from_facets(facets)));
    });
    effect(move || {
        answer
            .page
            .value
            .with(|page| names.learn_from_entries(page.iter().flat_map(|page| &page.entries)));
    });
    title::follow(log, answer, names);
    let gone = GoneActors::unknown();
    provide_context(gone);
    let columns = Columns::of(log, answer.tabs.into());
    let views = Views::of(log, columns);

    let (editing, adding) = (RwSignal::new(None), RwSignal::new(false));
    let (rail, sheet) = (RwSignal::new(false), RwSignal::new(false));
    let exporting = RwSignal::new(false);
    // What the rail opens lies over the list.
    effect(move || {
        if editing.with(Option::is_some) {
            rail.set(false);
        }
    });
    let previous = Answer::default();
    let selected = Selected::nothing();
    let search = NodeRef::<html::Input>::new();
    let again = Callback::new(move |()| answer.again());
    let share = Share::of(log, answer);
    let live = Live::of(log, answer);
    let page = answer.page.value;
    let reach = Reach { log, answer, search, adding, sheet, exporting, again, share, live };

    // The rows are painted first; then comes the code of all that can be done with them.
    let painted = memo(move || page.with(Option::is_some));
    let rest = RwSignal::new(false);
    effect(move || {
        if painted.get() {
            when_idle(move || {
                let _ = rest.try_set(true);
            });
        }
    });

    let opened = log.part(|view| view.event);
    // What was opened is painted first; then the list makes room for it, which takes the browser longer.
    let beside = RwSignal::new(opened.with_untracked(Option::is_some));
    effect(move || {
        let opened = opened.with(Option::is_some);
        once_painted(move || {
            let _ = beside.try_set(opened);
        });
    });
    let pinned = log.part(|view| view.filter.as_of.is_some());
    let covered = memo(move || page.with(|page| page.as_ref().map(|page| page.span)));
    let is_empty =
        memo(move || page.with(|page| page.as_ref().is_some_and(|page| page.entries.is_empty())));
    let zoom = Callback::new(move |span: Span| {
        log.change(History::Push, |view| {
            view.cursor = None;
            view.filter.range = Range::Between(span);
        });
    });
    let zoom_out = Callback::new(move |()| {
        if let Some(span) = covered.get_untracked() {
            zoom.run(wider(span));
        }
    });

    view! {
        <a class="skip" href="#entries" rel="external">"Skip to the entries"</a>
        <TopBar project rail keys=sheet live />
        <div class="log" class:with-panel=beside class:with-rail=rail class:brushing=Signal::derive(move || selected.now.get().is_some())>
            <aside class="rail" aria-label="Tabs and filters">
                <Tabs log tabs=answer.tabs.into() totals=answer.totals.value.into() stale=Signal::derive(move || answer.totals.is_stale()) />
                <Rail log names rail=answer.rail facets=answer.facets.value.into() stale=Signal::derive(move || answer.facets.is_stale()) waiting=answer.facets.waiting.into() selected editing />
            </aside>
            <main class="log-main">
                <h1 class="visually-hidden">"Audit log"</h1>
                {when(move || session.sees_part(&log.project()), move || later(move || Later::PartNote(PartNoteProps { log, names }), nothing))}
                {when(move || painted.get(), move || patiently(move || Later::Report(ReportProps { log, names, zone, page: page.into(), bars: answer.bars.value.into(), tabs: answer.tabs.into() }), nothing))}
                <div class="bar">
                    <Search log field=search />
                    <RangeMenu log zone covered=covered.into() />
                    <ViewsMenu views />
                    {patiently(move || Later::Share(ShareButtonProps { share }), share::soon)}
                    {when(move || session.may_yet(&log.project(), Permission::Export), move || patiently(move || Later::Export(ExportButtonProps { log, columns, names, tabs: answer.tabs.into(), open: exporting }), export::soon))}
                </div>
                <Chips log names facets=answer.facets.value.into() tabs=answer.tabs.into() editing adding />
                {when(move || !log.errors().is_empty(), move || later(move || Later::BadAddress(BadAddressProps { log }), nothing))}
                {when(move || painted.get(), move || patiently(move || Later::Removed(RemovedProps { log, page: page.into() }), nothing))}
                {when(move || pinned.get(), move || patiently(move || Later::Pinned(PinnedProps { log, zone }), nothing))}
                {when(move || rest.get(), move || later(move || Later::Help(Box::new(HelpProps { reach })), nothing))}
                <NoAnswer log answer />
                <Chart log selected previous bars=answer.bars zone on_zoom=zoom on_zoom_out=zoom_out />
                <div class="summary-line">
                    <Summary selected=selected.now complete=live.complete page=page.into() bars=answer.bars.value.into() counting=answer.bars.waiting.into() stale=Signal::derive(move || answer.page.is_stale() || answer.bars.is_stale()) />
                    <Refresh waiting=answer.page.waiting.into() again />
                    <ColumnsMenu columns />
                    <Pager log page=page.into() />
                </div>
                {when(move || painted.get(), move || patiently(move || Later::WhoIsGone(WhoIsGoneProps { log, gone }), nothing))}
                {patiently(move || Later::LivePill(LivePillProps { live, selected: selected.now }), nothing)}
                <div id="entries" tabindex="-1">
                    {when(move || is_empty.get(), move || later(move || Later::Empty(EmptyProps { log, names, zone, page: page.into() }), loading))}
                    // Where nothing came and nothing is on its way, there is nothing to wait for.
                    {when(move || !is_empty.get() && (page.with(Option::is_some) || answer.page.waiting.get()), move || view! {
                        <Table log columns editing runs=answer.runs zone fresh=answer.fresh page=page.into() stale=Signal::derive(move || answer.page.is_stale()) />
                        <Pager log page=page.into() label="Pages, below the entries" />
                    })}
                </div>
            </main>
            {when(move || opened.get().is_some(), move || view! {
                <aside class="panel" aria-label="Entry">
                    {later(move || Later::Entry(EntryPanelProps { log, answer, zone, seq: opened }), skeleton)}
                </aside>
            })}
        </div>
    }
}

/// Twice as much time, around the same middle.
fn wider(span: Span) -> Span {
    let half = (span.millis() / 2).max(1);
    Span::new(span.from.plus_millis(-half), span.to.plus_millis(half)).unwrap_or(span)
}
