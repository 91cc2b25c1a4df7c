//! What is noted of a request that reads.

use daybook_model::{ApiQuery, Filter, Operation, Range, Seq, Tab, View, account::Project, paths};
use daybook_recorder::Recording;

use super::READING;
use crate::store::Scope;

/// What of a log is read.
#[derive(Debug, Clone, Copy)]
pub enum Read<'a> {
    /// A list, or what is counted of it.
    View {
        /// The tab.
        tab: &'a Tab,
        /// As asked.
        query: &'a ApiQuery,
        /// As understood.
        scope: &'a Scope,
    },
    /// One entry, whole.
    Entry(Seq),
    /// The entries of an investigation.
    Investigation(i64),
    /// What a rule would have found: what is tried of one filter while it is edited is one reading.
    Backtest(&'a Filter),
}

/// Notes what a request reads, where requests are recorded.
pub fn note(recording: Option<&Recording>, project: &Project, read: Read<'_>) {
    let Some(recording) = recording else { return };
    recording.operation(Operation::Read);
    let exact = match read {
        Read::View { tab, query, scope } => {
            let mut view = View { filter: query.filter.clone(), ..View::default() };
            (view.tab, view.hidden) = (query.tab.clone(), query.hidden);
            view.filter.as_of = None;
            recording.action("ReadLog").detail("view", view.to_string());
            recording.resource(READING, tab.key.clone(), tab.name.clone());
            // What was on the screen can be seen again.
            view.filter.range = Range::Between(scope.span);
            view.filter.as_of = Some(scope.as_of);
            view
        }
        Read::Entry(seq) => {
            let view = View { event: Some(seq), ..View::default() };
            recording.action("ReadEntry").detail("view", view.to_string());
            recording.resource(READING, seq.to_string(), format!("Entry {seq}"));
            view
        }
        Read::Backtest(filter) => {
            let page = paths::new_alert_rule_page(&project.slug);
            recording.action("BacktestAlertRule").detail("view", format!("backtest?{filter}"));
            recording.resource(
                READING,
                "backtest".to_owned(),
                "Backtest of an alert rule".to_owned(),
            );
            recording.with(|event| event.request.path = Some(format!("{page}?{filter}")));
            return;
        }
        Read::Investigation(number) => {
            let (page, name) =
                (paths::investigation_page(&project.slug, number), number.to_string());
            recording.action("ReadInvestigation").detail("view", format!("investigation={number}"));
            recording.resource(READING, name, format!("Investigation {number}"));
            recording.with(|event| event.request.path = Some(page));
            return;
        }
    };
    let path = format!("{}?{exact}", paths::log(&project.slug));
    recording.with(|event| event.request.path = Some(path));
}
