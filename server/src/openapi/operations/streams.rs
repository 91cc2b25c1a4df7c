//! Entries as they arrive, for another system.

use daybook_model::stream::{DeadLetter, NewStream, SendAgain, StreamChange, StreamInfo};

use super::super::{
    operation::{Operation, delete, get, patch, post},
    schemas::Schemas,
};

const STREAMS: &str = "/api/projects/{project}/streams";
const STREAM: &str = "/api/projects/{project}/streams/{id}";
const LETTERS: &str = "/api/projects/{project}/streams/{id}/dead-letters";

pub(super) fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        get(STREAMS, "listStreams", "The streams of the project, and how far each is")
            .gives_a::<Vec<StreamInfo>>(schemas),
        post(STREAMS, "createStream", "Sends entries to another system as they arrive")
            .takes_a::<NewStream>(schemas)
            .makes_a::<StreamInfo>(schemas),
        patch(STREAM, "changeStream", "Changes a stream, pauses it or resumes it")
            .takes_a::<StreamChange>(schemas)
            .gives_a::<StreamInfo>(schemas),
        delete(STREAM, "deleteStream", "Deletes a stream, with its dead letters")
            .gives_a::<Vec<StreamInfo>>(schemas),
        get(LETTERS, "listDeadLetters", "What the target refused for good")
            .gives_a::<Vec<DeadLetter>>(schemas),
        post(LETTERS, "sendDeadLettersAgain", "Sends some of it again, or all")
            .takes_a::<SendAgain>(schemas)
            .gives_a::<Vec<DeadLetter>>(schemas),
        delete(LETTERS, "dropDeadLetters", "Drops all of it").gives_a::<Vec<DeadLetter>>(schemas),
        delete(
            "/api/projects/{project}/streams/{id}/dead-letters/{seq}",
            "dropDeadLetter",
            "Drops one of it",
        )
        .gives_a::<Vec<DeadLetter>>(schemas),
    ]
}
