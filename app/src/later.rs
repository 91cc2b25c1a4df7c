//! What the first view does without. Its code is a module of its own, loaded when the page has
//! nothing else to do, or when a part of it is asked for sooner.
//!
//! One function is the way in. What is reached by any other way is loaded with the first view
//! after all. Without the feature `split` everything is one module and there at once.
//!
//! To add a part: give it a variant here and a line in `make`, and show it by
//! `{later(move || Later::Part(PartProps { … }), loading)}` in the place of `<Part … />`; what the reader
//! does not ask for, by `patiently`.

use leptos::prelude::*;

use crate::{
    log::{
        chart::{
            Info, InfoProps, Input, InputProps, More, MoreProps, OptionItems, OptionItemsProps,
        },
        chip_editor::{ChipEditor, ChipEditorProps},
        chips::{Fields, FieldsProps},
        columns::{
            heading::{HeadingItems, HeadingItemsProps},
            menu::{ColumnsList, ColumnsListProps},
        },
        empty::{Empty, EmptyProps},
        entry::{EntryPanel, EntryPanelProps},
        expander::{ChangesInPlace, ChangesInPlaceProps},
        export::{ExportButton, ExportButtonProps},
        gone::{WhoIsGone, WhoIsGoneProps},
        hidden::{Hidden, HiddenProps},
        live::{LivePill, LivePillProps, LiveSwitch, LiveSwitchProps},
        menus::{AccountItems, AccountItemsProps, ProjectItems, ProjectItemsProps, ZoneItems},
        part_note::{PartNote, PartNoteProps},
        places::{Places, PlacesProps},
        problems::{BadAddress, BadAddressProps},
        rail::{ClosedFacets, ClosedFacetsProps},
        range_menu::{Ranges, RangesProps},
        removed::{Removed, RemovedProps},
        report::{Report, ReportProps},
        run::{RunHeading, RunHeadingProps},
        schedule::{ScheduleDialog, ScheduleDialogProps},
        share::{Pinned, PinnedProps, ShareButton, ShareButtonProps},
        shortcuts::{Help, HelpProps},
        views::{ViewsList, ViewsListProps},
    },
    pages::{
        account::AccountPage,
        beside::{BesidePage, BesidePageProps},
        home::HomePage,
        invitation::InvitationPage,
        no_access::{NoAccessPage, NoAccessPageProps},
        not_found::NotFoundPage,
        set_up::SetUpPage,
        settings::{SettingsPage, SettingsPageProps},
        sign_in::SignInPage,
    },
    ui::lazy::{NotLoaded, lazy, patient},
};

/// A part that is loaded later.
pub(crate) enum Later {
    /// The opened entry.
    Entry(EntryPanelProps),
    /// What an entry changed, below its row.
    ChangesInPlace(ChangesInPlaceProps),
    /// The values of a chip.
    ChipEditor(ChipEditorProps),
    /// The fields to filter by.
    Fields(FieldsProps),
    /// The time ranges.
    Ranges(RangesProps),
    /// The keys, and what things are.
    Help(Box<HelpProps>),
    /// Whether the list follows the log, and the bell before it.
    LiveSwitch(LiveSwitchProps),
    /// What the log has and the list has not; it listens for that.
    LivePill(LivePillProps),
    /// The button that copies a link to the view.
    Share(ShareButtonProps),
    /// Of which moment a pinned view is.
    Pinned(PinnedProps),
    /// What the bars are, and how many there are against the time before.
    ChartInfo(InfoProps),
    /// The hand on the chart.
    ChartInput(InputProps),
    /// How the chart is drawn.
    ChartOptions(OptionItemsProps),
    /// What the chart has beside its bars.
    ChartMore(MoreProps),
    /// The facets that are not in view.
    ClosedFacets(ClosedFacetsProps),
    /// The columns there are.
    ColumnsList(ColumnsListProps),
    /// What can be done with a column.
    HeadingItems(HeadingItemsProps),
    /// The saved views.
    ViewsList(ViewsListProps),
    /// Making a schedule of a saved view.
    Schedule(ScheduleDialogProps),
    /// The clocks.
    ZoneItems,
    /// What is the reader's own.
    AccountItems(AccountItemsProps),
    /// The other projects.
    ProjectItems(ProjectItemsProps),
    /// The link that makes a rule of the view, the button that takes entries away, and its dialog.
    Export(ExportButtonProps),
    /// Who of the actors is gone.
    WhoIsGone(WhoIsGoneProps),
    /// What the tab leaves out.
    Hidden(HiddenProps),
    /// Why nothing matches.
    Empty(EmptyProps),
    /// The head of a printed page.
    Report(ReportProps),
    /// That some of the time was removed.
    Removed(RemovedProps),
    /// The way to the first project.
    Home,
    /// A heading over the entries of a run.
    RunHeading(RunHeadingProps),
    /// What is wrong with the address.
    BadAddress(BadAddressProps),
    /// Which part of the log there is for the reader.
    PartNote(PartNoteProps),
    /// The page of a project's settings.
    Settings(SettingsPageProps),
    /// The other pages of a project, in the navigation.
    Places(PlacesProps),
    /// One of them.
    Beside(BesidePageProps),
    /// The page of the reader's own account.
    Account,
    /// The page of a project that may not be opened.
    NoAccess(NoAccessPageProps),
    /// The page of an invitation.
    Invitation,
    /// The page to sign in.
    SignIn,
    /// The page of the one-time link.
    SetUp,
    /// The page of an address without one.
    NotFound,
}

/// Shows a part, of which `part` says which one it is each time it is tried to load it; until then
/// `meanwhile`.
pub(crate) fn later(
    part: impl Fn() -> Later + 'static,
    meanwhile: fn() -> AnyView,
) -> impl IntoView {
    lazy(Box::new(move || Box::pin(load(part()))), meanwhile)
}

/// The same for what the reader does not ask for: it is made when the code is there for another reason.
pub(crate) fn patiently(
    part: impl Fn() -> Later + 'static,
    meanwhile: fn() -> AnyView,
) -> impl IntoView {
    patient(Box::new(move || Box::pin(load(part()))), meanwhile)
}

/// Does something as soon as the page has nothing else to do.
pub(crate) fn when_idle(run: impl Fn() + 'static) {
    let run = std::rc::Rc::new(run);
    let later = std::rc::Rc::clone(&run);
    // Safari has no such thing as an idle callback.
    if request_idle_callback_with_handle(move || run()).is_err() {
        set_timeout(move || later(), std::time::Duration::from_millis(500));
    }
}

/// Does something once what was changed is painted.
pub(crate) fn once_painted(run: impl FnOnce() + 'static) {
    request_animation_frame(move || set_timeout(run, std::time::Duration::ZERO));
}

#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
#[allow(clippy::unnecessary_wraps, reason = "the error is that of loading")]
fn load(part: Later) -> Result<AnyView, NotLoaded> {
    Ok(make(part))
}

#[cfg(not(feature = "split"))]
fn load(part: Later) -> std::future::Ready<Result<AnyView, NotLoaded>> {
    std::future::ready(Ok(make(part)))
}

fn make(part: Later) -> AnyView {
    match part {
        Later::Entry(props) => EntryPanel(props).into_any(),
        Later::ChangesInPlace(props) => ChangesInPlace(props).into_any(),
        Later::ChipEditor(props) => ChipEditor(props).into_any(),
        Later::Fields(props) => Fields(props).into_any(),
        Later::Ranges(props) => Ranges(props).into_any(),
        Later::Help(props) => Help(*props).into_any(),
        Later::LiveSwitch(props) => LiveSwitch(props).into_any(),
        Later::LivePill(props) => LivePill(props).into_any(),
        Later::Share(props) => ShareButton(props).into_any(),
        Later::Pinned(props) => Pinned(props).into_any(),
        Later::ChartInfo(props) => Info(props).into_any(),
        Later::ChartInput(props) => Input(props).into_any(),
        Later::ChartOptions(props) => OptionItems(props).into_any(),
        Later::ChartMore(props) => More(props).into_any(),
        Later::ClosedFacets(props) => ClosedFacets(props).into_any(),
        Later::ColumnsList(props) => ColumnsList(props).into_any(),
        Later::HeadingItems(props) => HeadingItems(props).into_any(),
        Later::ViewsList(props) => ViewsList(props).into_any(),
        Later::Schedule(props) => ScheduleDialog(props).into_any(),
        Later::ZoneItems => ZoneItems().into_any(),
        Later::AccountItems(props) => AccountItems(props).into_any(),
        Later::ProjectItems(props) => ProjectItems(props).into_any(),
        Later::Export(props) => ExportButton(props).into_any(),
        Later::WhoIsGone(props) => WhoIsGone(props).into_any(),
        Later::Hidden(props) => Hidden(props).into_any(),
        Later::Empty(props) => Empty(props).into_any(),
        Later::Removed(props) => Removed(props).into_any(),
        Later::Report(props) => Report(props).into_any(),
        Later::Home => HomePage().into_any(),
        Later::RunHeading(props) => RunHeading(props).into_any(),
        Later::BadAddress(props) => BadAddress(props).into_any(),
        Later::PartNote(props) => PartNote(props).into_any(),
        Later::Settings(props) => SettingsPage(props).into_any(),
        Later::Places(props) => Places(props).into_any(),
        Later::Beside(props) => BesidePage(props).into_any(),
        Later::Account => AccountPage().into_any(),
        Later::NoAccess(props) => NoAccessPage(props).into_any(),
        Later::Invitation => InvitationPage().into_any(),
        Later::SignIn => SignInPage().into_any(),
        Later::SetUp => SetUpPage().into_any(),
        Later::NotFound => NotFoundPage().into_any(),
    }
}
