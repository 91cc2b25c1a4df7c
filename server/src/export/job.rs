//! What is exported, how, and for whom.

use std::{fmt, sync::Arc};

use daybook_model::{
    Actor, Request, Span, Timestamp,
    account::Project,
    export::{Estimate, Format, Formulas},
};

use super::{
    columns::Columns,
    encode::{EncodeError, Encoder, encoder},
    walk::{Order, Walk},
};
use crate::{
    access::Sight,
    extract::Caller,
    store::{AnyStore, Scope},
};

/// An export, settled: the same job writes the same file for ever.
#[derive(Clone)]
pub struct Job {
    /// Names it.
    pub id: String,
    /// What the caller may see of the log.
    pub store: AnyStore,
    /// The same in a form that can be compared with what they may see later.
    pub sight: Sight,
    /// Whose log.
    pub project: Project,
    /// Which entries.
    pub scope: Arc<Scope>,
    /// What the tab leaves out by itself, as a filter.
    pub left_out: Option<String>,
    /// In which order.
    pub order: Order,
    /// What kind of file.
    pub format: Format,
    /// Which columns.
    pub columns: Columns,
    /// Whether NDJSON ends in a trailer.
    pub trailer: bool,
    /// How formulas are written.
    pub formulas: Formulas,
    /// The most rows.
    pub max_rows: Option<u64>,
    /// The name of the file.
    pub file_name: String,
    /// The filter as it was asked for, as text.
    pub query: String,
    /// What it will be, where that was asked first.
    pub estimate: Option<Estimate>,
    /// Who asked; only they see how far it is.
    pub caller: Caller,
    /// As the log tells of them.
    pub actor: Actor,
    /// The request that asked.
    pub request: Request,
    /// When.
    pub created_at: Timestamp,
}

impl Job {
    /// The walk through its rows.
    pub fn walk(&self) -> Walk {
        Walk::new(
            Arc::clone(&self.store),
            Arc::clone(&self.scope),
            self.order,
            self.columns.parts(),
        )
    }

    /// What writes its file.
    pub fn encoder(&self) -> Result<Box<dyn Encoder>, EncodeError> {
        encoder(self.format, &self.columns, self.formulas, self.trailer)
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The name of a file: that of the published API for its columns, else one of our own.
pub fn file_name(project: &Project, span: Span, format: Format, columns: &Columns) -> String {
    let day = |at: Timestamp| at.to_utc().format("%Y%m%d").to_string();
    // The end itself is outside.
    let (from, to) = (day(span.from), day(span.to.plus_millis(-1)));
    let name = match columns {
        Columns::Requests => format!("api-audit-logs-project-{}", project.number),
        Columns::All | Columns::These(_) => format!("audit-log-{}", project.slug),
    };
    format!("{name}-{from}-to-{to}.{format}")
}
