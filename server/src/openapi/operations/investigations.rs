//! Investigations.

use daybook_model::investigation::{
    DocumentFormat, Findings, Investigation, InvestigationChange, NewComment, NewInvestigation,
    NewPin, PinMove,
};

use super::super::{
    operation::{Operation, delete, get, patch, post},
    parameters::{parameter, seq},
    schemas::Schemas,
};

const ALL: &str = "/api/projects/{project}/investigations";
const ONE: &str = "/api/projects/{project}/investigations/{id}";
const PINS: &str = "/api/projects/{project}/investigations/{id}/pins";
const PIN: &str = "/api/projects/{project}/investigations/{id}/pins/{seq}";
const COMMENTS: &str = "/api/projects/{project}/investigations/{id}/comments";
const COMMENT: &str = "/api/projects/{project}/investigations/{id}/comments/{seq}";
const DOCUMENT: &str = "/api/projects/{project}/investigations/{id}/document";

pub(super) fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    let pinned = parameter("seq", "only those that this entry is pinned to", seq());
    let format = parameter("format", "what it is written as", schemas.of::<DocumentFormat>());
    vec![
        get(ALL, "listInvestigations", "The investigations, the open ones first")
            .asks(vec![pinned])
            .gives_a::<Vec<Investigation>>(schemas),
        post(ALL, "openInvestigation", "Opens an investigation, perhaps with an entry")
            .takes_a::<NewInvestigation>(schemas)
            .makes_a::<Findings>(schemas),
        get(ONE, "getInvestigation", "One, with its entries as the log has them for the asker")
            .gives_a::<Findings>(schemas),
        patch(ONE, "changeInvestigation", "Gives one another title, closes it or opens it again")
            .takes_a::<InvestigationChange>(schemas)
            .gives_a::<Findings>(schemas),
        post(PINS, "pinEntry", "Pins an entry, with a comment if there is something to say")
            .takes_a::<NewPin>(schemas)
            .gives_a::<Findings>(schemas),
        patch(PIN, "movePinnedEntry", "Moves an entry in front of another one, or to the end")
            .takes_a::<PinMove>(schemas)
            .gives_a::<Findings>(schemas),
        delete(PIN, "unpinEntry", "Pins an entry no longer; what was said of it goes")
            .gives_a::<Findings>(schemas),
        post(COMMENTS, "comment", "Says something of one of the entries, or of all of them")
            .takes_a::<NewComment>(schemas)
            .gives_a::<Findings>(schemas),
        delete(COMMENT, "deleteComment", "Takes back a comment of one's own")
            .gives_a::<Findings>(schemas),
        get(DOCUMENT, "getInvestigationDocument", "An investigation with its entries as one file")
            .asks(vec![format])
            .streams("the file", &["text/html", "text/markdown"]),
    ]
}
