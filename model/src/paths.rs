//! Every path, once: of the page and of the API.

use crate::Seq;

/// The log page of a project.
pub fn log(project: &str) -> String {
    format!("/projects/{project}/log")
}

/// The settings page of a project.
pub fn project_settings(project: &str) -> String {
    format!("/projects/{project}/settings")
}

/// The page of a project's investigations.
pub fn investigations_page(project: &str) -> String {
    format!("/projects/{project}/investigations")
}

/// The page of one investigation.
pub fn investigation_page(project: &str, number: i64) -> String {
    format!("/projects/{project}/investigations/{number}")
}

/// The project of one of its pages, and the rest of the path: `log`, `settings`, `investigations/7`.
pub fn page_of_project(path: &str) -> Option<(&str, &str)> {
    let (project, rest) = path.strip_prefix("/projects/")?.split_once('/')?;
    (!project.is_empty() && !rest.is_empty()).then_some((project, rest))
}

/// The page of one's own account.
pub const ACCOUNT: &str = "/account";
/// The page that an invitation opens; the secret is in the fragment, which is not sent or logged.
pub const INVITATION: &str = "/invitation";
/// Sign-in page.
pub const SIGN_IN: &str = "/sign-in";
/// The page that the one-time link opens; the secret is in the fragment, which is not sent or logged.
pub const SET_UP: &str = "/set-up";

/// `GET`: the [`Viewer`](crate::account::Viewer). `POST` a [`SignIn`](crate::account::SignIn):
/// sign in. `DELETE`: sign out.
pub const SESSION: &str = "/api/session";
/// `GET`: the [`SignInWays`](crate::account::SignInWays).
pub const SIGN_IN_WAYS: &str = "/api/sign-in";
/// Where single sign-on begins: a link that leads away, and back to `to`.
pub const SINGLE_SIGN_ON: &str = "/api/auth/oidc/start";
/// Where the provider of single sign-on leads back to.
pub const SINGLE_SIGN_ON_CALLBACK: &str = "/api/auth/oidc/callback";
/// `POST` a [`SetUp`](crate::account::SetUp): sign in by the one-time link.
pub const SET_UP_API: &str = "/api/set-up";

/// `POST` an [`AcceptInvitation`](crate::account::AcceptInvitation): sign in by an invitation.
pub const INVITATION_API: &str = "/api/invitation";
/// `GET`: one's own [`SessionInfo`](crate::account::SessionInfo)s. `DELETE`: end all but this one.
pub const SESSIONS: &str = "/api/sessions";
/// `POST` a [`PasswordChange`](crate::account::PasswordChange).
pub const PASSWORD: &str = "/api/password";
/// `GET`: the [`WhomToAsk`](crate::account::WhomToAsk) for access; with `project=`, to that project.
pub const ADMINS: &str = "/api/admins";
/// `GET`: every [`Project`](crate::account::Project). `POST` a
/// [`NewProject`](crate::account::NewProject).
pub const PROJECTS: &str = "/api/projects";
/// `GET`: every [`PersonInfo`](crate::account::PersonInfo). `POST` a
/// [`NewPerson`](crate::account::NewPerson): a [`MadePerson`](crate::account::MadePerson).
pub const PEOPLE: &str = "/api/people";

/// `DELETE`: end one of one's own sessions; those that are left.
pub fn session(id: i64) -> String {
    format!("{SESSIONS}/{id}")
}

/// `PATCH` a [`PersonChange`](crate::account::PersonChange).
pub fn person(id: i64) -> String {
    format!("{PEOPLE}/{id}")
}

/// `DELETE`: forget with which accounts of a provider a person signs in.
pub fn person_identities(id: i64) -> String {
    format!("{PEOPLE}/{id}/identities")
}

/// `POST`: another invitation for a person, a [`MadePerson`](crate::account::MadePerson).
pub fn person_invitation(id: i64) -> String {
    format!("{PEOPLE}/{id}/invitation")
}

/// A link that stays within this site; where one comes in leads nowhere else afterwards.
pub fn within_site(href: &str) -> Option<&str> {
    // Browsers read `\` as `/`, and leave out tabs and line breaks.
    let plain = |c: char| c.is_ascii_graphic() && c != '\\';
    (href.starts_with('/') && !href.starts_with("//") && href.chars().all(plain)).then_some(href)
}

/// `GET`: the [`ProjectPerson`](crate::account::ProjectPerson)s of a project. `PUT` a
/// [`GrantChange`](crate::account::GrantChange): all as they are then.
pub fn project_people(project: &str) -> String {
    format!("/api/projects/{project}/people")
}

/// `DELETE`: take somebody out of a project; those that are left.
pub fn project_person(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/people/{id}")
}

/// `GET`: a project's [`TokenInfo`](crate::account::TokenInfo)s. `POST` a
/// [`NewToken`](crate::account::NewToken): a [`MadeToken`](crate::account::MadeToken).
pub fn tokens(project: &str) -> String {
    format!("/api/projects/{project}/tokens")
}

/// `DELETE`: revoke a token; what is known of it from now on.
pub fn token(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/tokens/{id}")
}

/// `GET`: a project's [`StreamInfo`](crate::stream::StreamInfo)s. `POST` a
/// [`NewStream`](crate::stream::NewStream).
pub fn streams(project: &str) -> String {
    format!("/api/projects/{project}/streams")
}

/// `PATCH` a [`StreamChange`](crate::stream::StreamChange). `DELETE`: the stream goes, and its dead
/// letters; those that are left.
pub fn stream(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/streams/{id}")
}

/// `GET`: a stream's [`DeadLetter`](crate::stream::DeadLetter)s. `POST` a
/// [`SendAgain`](crate::stream::SendAgain). `DELETE`: drop all.
pub fn dead_letters(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/streams/{id}/dead-letters")
}

/// `DELETE`: drop one.
pub fn dead_letter(project: &str, id: i64, seq: Seq) -> String {
    format!("/api/projects/{project}/streams/{id}/dead-letters/{seq}")
}

/// `GET`: the [`Overview`](crate::Overview), a part a line.
pub fn overview(project: &str) -> String {
    format!("/api/projects/{project}/overview")
}

/// `GET`: a [`Page`](crate::Page). `POST` events: an [`IngestReport`](crate::ingest::IngestReport).
pub fn events(project: &str) -> String {
    format!("/api/projects/{project}/events")
}

/// `GET`: one [`Entry`](crate::Entry), whole.
pub fn event(project: &str, seq: Seq) -> String {
    format!("/api/projects/{project}/events/{seq}")
}

/// `GET`: [`Conflict`](crate::stats::Conflict), a list: parts of the filter that cannot overlap.
pub fn conflicts(project: &str) -> String {
    format!("/api/projects/{project}/conflicts")
}

/// `GET`: the [`Settings`](crate::settings::Settings) of the person. `PATCH` a
/// [`SettingsChange`](crate::settings::SettingsChange).
pub const SETTINGS: &str = "/api/me/settings";

/// `GET`: the [`SavedView`](crate::saved::SavedView)s of the viewer, a list. `POST` a
/// [`NewView`](crate::saved::NewView): save one.
pub fn views(project: &str) -> String {
    format!("/api/projects/{project}/views")
}

/// `PATCH` a [`ViewChange`](crate::saved::ViewChange), `DELETE`: the list as it is then.
pub fn view(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/views/{id}")
}

/// `GET`: a [`Histogram`](crate::Histogram).
pub fn histogram(project: &str) -> String {
    format!("/api/projects/{project}/histogram")
}

/// `GET`: the [`Previous`](crate::Previous) period of a histogram.
pub fn previous(project: &str) -> String {
    format!("/api/projects/{project}/histogram/previous")
}

/// `GET`: [`FacetCounts`](crate::FacetCounts), a list. With `facet.q=` text, only values whose
/// label or value contains it.
pub fn facets(project: &str) -> String {
    format!("/api/projects/{project}/facets")
}

/// `GET`: the live stream of [`Message`](crate::live::Message), from `after` on.
pub fn live(project: &str) -> String {
    format!("/api/projects/{project}/live")
}

/// `GET`: [`Newer`](crate::live::Newer): what was stored after `as_of`.
pub fn newer(project: &str) -> String {
    format!("/api/projects/{project}/newer")
}

/// `GET`: [`Without`](crate::stats::Without), a list: which part of the filter empties the result.
pub fn without(project: &str) -> String {
    format!("/api/projects/{project}/without")
}

/// `GET` with a query: the file itself. `POST` a [`NewExport`](crate::export::NewExport): the same,
/// for long filters.
pub fn export(project: &str) -> String {
    format!("/api/projects/{project}/export")
}

/// `POST` a [`NewExport`](crate::export::NewExport): an [`Export`](crate::export::Export) that waits
/// to be fetched.
pub fn exports(project: &str) -> String {
    format!("/api/projects/{project}/exports")
}

/// `GET`: the [`Estimate`](crate::export::Estimate) of an export.
pub fn export_estimate(project: &str) -> String {
    format!("/api/projects/{project}/export/estimate")
}

/// `GET`: the [`Export`](crate::export::Export), as far as it is. `DELETE`: cancel it.
pub fn export_state(project: &str, id: &str) -> String {
    format!("/api/projects/{project}/exports/{id}")
}

/// `GET`, once: the file of an export that waits.
pub fn export_file(project: &str, id: &str) -> String {
    format!("/api/projects/{project}/exports/{id}/file")
}

/// `GET`: the [`ActorStatus`](crate::account::ActorStatus) of actors who cannot come in any more.
pub fn gone(project: &str) -> String {
    format!("/api/projects/{project}/gone")
}

/// `GET`, `PUT`: the project's [`Privacy`](crate::privacy::Privacy).
pub fn privacy(project: &str) -> String {
    format!("/api/projects/{project}/privacy")
}

/// `POST` a [`Reveal`](crate::privacy::Reveal): the [`Entry`](crate::Entry) as it is.
pub fn reveal(project: &str, seq: Seq) -> String {
    format!("/api/projects/{project}/events/{seq}/reveal")
}

/// `GET`, `PUT`: the project's [`ExportSettings`](crate::export::ExportSettings).
pub fn export_settings(project: &str) -> String {
    format!("/api/projects/{project}/settings/export")
}

/// `GET`: the [`Schedules`](crate::schedule::Schedules) that the viewer sees. `POST` a
/// [`NewSchedule`](crate::schedule::NewSchedule): keep one.
pub fn schedules(project: &str) -> String {
    format!("/api/projects/{project}/schedules")
}

/// `PATCH` a [`ScheduleChange`](crate::schedule::ScheduleChange), `DELETE`: the list as it is then.
pub fn schedule(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/schedules/{id}")
}

/// `POST`: run it now. `GET`: its last [`Run`](crate::schedule::Run)s, newest first.
pub fn schedule_runs(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/schedules/{id}/runs")
}

/// `GET`: what a run has, as a file, with the rights of whoever asks.
pub fn schedule_file(project: &str, id: i64, run: u32) -> String {
    format!("/api/projects/{project}/schedules/{id}/runs/{run}/file")
}

/// `GET`: the [`Investigation`](crate::investigation::Investigation)s that the viewer sees; with `seq=`,
/// those that an entry is pinned to. `POST` a
/// [`NewInvestigation`](crate::investigation::NewInvestigation): open one, and its
/// [`Findings`](crate::investigation::Findings).
pub fn investigations(project: &str) -> String {
    format!("/api/projects/{project}/investigations")
}

/// `GET`: the [`Findings`](crate::investigation::Findings). `PATCH` an
/// [`InvestigationChange`](crate::investigation::InvestigationChange): what they are then.
pub fn investigation(project: &str, number: i64) -> String {
    format!("/api/projects/{project}/investigations/{number}")
}

/// `POST` a [`NewPin`](crate::investigation::NewPin).
pub fn pins(project: &str, number: i64) -> String {
    format!("/api/projects/{project}/investigations/{number}/pins")
}

/// `PATCH` a [`PinMove`](crate::investigation::PinMove). `DELETE`: the entry is pinned no longer, and
/// what was said of it goes.
pub fn pin(project: &str, number: i64, seq: Seq) -> String {
    format!("/api/projects/{project}/investigations/{number}/pins/{seq}")
}

/// `POST` a [`NewComment`](crate::investigation::NewComment).
pub fn comments(project: &str, number: i64) -> String {
    format!("/api/projects/{project}/investigations/{number}/comments")
}

/// `DELETE`: takes back a comment of one's own.
pub fn comment(project: &str, number: i64, comment: i64) -> String {
    format!("/api/projects/{project}/investigations/{number}/comments/{comment}")
}

/// `GET` with `format=`: an investigation with its entries as one file.
pub fn document(
    project: &str,
    number: i64,
    format: crate::investigation::DocumentFormat,
) -> String {
    format!("/api/projects/{project}/investigations/{number}/document?format={format}")
}

/// The alerts page of a project.
pub fn alerts(project: &str) -> String {
    format!("/projects/{project}/alerts")
}

/// The page of one of its firings.
pub fn firing_page(project: &str, id: i64) -> String {
    format!("/projects/{project}/alerts/{id}")
}

/// The page of a project's alert rules.
pub fn alert_rules_page(project: &str) -> String {
    format!("/projects/{project}/alerts/rules")
}

/// The page of one alert rule.
pub fn alert_rule_page(project: &str, id: i64) -> String {
    format!("/projects/{project}/alerts/rules/{id}")
}

/// The page where a rule is made; its query is the filter.
pub fn new_alert_rule_page(project: &str) -> String {
    format!("/projects/{project}/alerts/rules/new")
}

/// The page of who is told of firings, and of what was delivered.
pub fn alert_deliveries_page(project: &str) -> String {
    format!("/projects/{project}/alerts/deliveries")
}

/// `GET`: the [`AlertRules`](crate::alert::AlertRules). `POST` a [`NewRule`](crate::alert::NewRule): the
/// [`AlertRule`](crate::alert::AlertRule).
pub fn alert_rules(project: &str) -> String {
    format!("/api/projects/{project}/alerts/rules")
}

/// `PATCH` a [`RuleChange`](crate::alert::RuleChange): the [`AlertRule`](crate::alert::AlertRule). `DELETE`:
/// the [`AlertRules`](crate::alert::AlertRules) that are left; what fired stays.
pub fn alert_rule(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/alerts/rules/{id}")
}

/// `POST` a [`BacktestRequest`](crate::alert::BacktestRequest): the [`Backtest`](crate::alert::Backtest).
pub fn alert_backtest(project: &str) -> String {
    format!("/api/projects/{project}/alerts/backtest")
}

/// `GET`: the [`Firings`](crate::alert::Firings), newest first: with `state=`, `severity=` (each may be
/// repeated), `rule=`, `before=` and `limit=` (50; at most 200).
pub fn firings(project: &str) -> String {
    format!("/api/projects/{project}/alerts/firings")
}

/// `GET`: the [`Firing`](crate::alert::Firing). `PATCH` a [`FiringChange`](crate::alert::FiringChange): the
/// firing as it is then.
pub fn firing(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/alerts/firings/{id}")
}

/// `GET`: the [`AlertCounts`](crate::alert::AlertCounts), for the bell.
pub fn alert_counts(project: &str) -> String {
    format!("/api/projects/{project}/alerts/counts")
}

/// `GET`: the [`Recipient`](crate::alert::Recipient)s, a list. `POST` a
/// [`NewRecipient`](crate::alert::NewRecipient): a [`MadeRecipient`](crate::alert::MadeRecipient).
pub fn alert_recipients(project: &str) -> String {
    format!("/api/projects/{project}/alerts/recipients")
}

/// `PATCH` a [`RecipientChange`](crate::alert::RecipientChange): the
/// [`Recipient`](crate::alert::Recipient). `DELETE`: those that are left.
pub fn alert_recipient(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/alerts/recipients/{id}")
}

/// `POST`: another secret for a webhook, a [`MadeRecipient`](crate::alert::MadeRecipient). The old one is
/// void at once.
pub fn alert_recipient_secret(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/alerts/recipients/{id}/secret")
}

/// `POST`: tell it something, to see whether it comes through: a [`Delivery`](crate::alert::Delivery) that
/// waits.
pub fn alert_recipient_test(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/alerts/recipients/{id}/test")
}

/// `GET`: the [`Deliveries`](crate::alert::Deliveries), newest first: with `firing=`, `recipient=`, `before=`
/// and `limit=` (50; at most 200).
pub fn deliveries(project: &str) -> String {
    format!("/api/projects/{project}/alerts/deliveries")
}

/// `POST`: deliver it again, whatever became of it: the [`Delivery`](crate::alert::Delivery), which waits.
pub fn redelivery(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/alerts/deliveries/{id}/again")
}

/// `GET`: the project's [`Overview`](crate::retention::Overview). `PUT` a
/// [`Retention`](crate::retention::Retention): change it.
pub fn retention(project: &str) -> String {
    format!("/api/projects/{project}/retention")
}

/// `POST` a [`Retention`](crate::retention::Retention): what it would remove now, as a
/// [`Preview`](crate::retention::Preview).
pub fn retention_preview(project: &str) -> String {
    format!("/api/projects/{project}/retention/preview")
}

/// `POST`: apply it as soon as possible.
pub fn retention_runs(project: &str) -> String {
    format!("/api/projects/{project}/retention/runs")
}

/// `GET`: what was removed of a time, as [`Retained`](crate::retention::Retained).
pub fn retained(project: &str, query: &str) -> String {
    format!("/api/projects/{project}/retained?{query}")
}

/// `POST`: say that the clock is right.
pub const CLOCK: &str = "/api/clock";

/// `POST` a [`NewHold`](crate::retention::NewHold): make one.
pub fn holds(project: &str) -> String {
    format!("/api/projects/{project}/holds")
}

/// `DELETE`: lift it.
pub fn hold(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/holds/{id}")
}

/// `GET`, with `from` and `to`: the [`ArchiveFile`](crate::retention::ArchiveFile)s of a time.
pub fn archive(project: &str, query: &str) -> String {
    format!("/api/projects/{project}/archive{query}")
}

/// `POST`, with `from` and `to`: bring the entries of a file back, as
/// [`Restored`](crate::retention::Restored).
pub fn archive_restore(project: &str, id: &str, query: &str) -> String {
    format!("/api/projects/{project}/archive/{id}/restore{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_leads_to_another_site() {
        for here in ["/", "/projects/acme/log?q=a%20b&path=//x", "/account#sessions"] {
            assert_eq!(within_site(here), Some(here));
        }
        for elsewhere in [
            "",
            "//evil.test",
            "/\\evil.test",
            "https://evil.test",
            "/\t/evil.test",
            "/a\r\nX: 1",
            "evil",
        ] {
            assert_eq!(within_site(elsewhere), None, "{elsewhere:?}");
        }
    }
}
