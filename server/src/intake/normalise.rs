//! One form for what producers write in several.

use daybook_model::{Event, Named, Outcome};

use super::SourceTable;

/// Brings an event to the one form that is stored: empty optional texts are absent, the method is
/// upper case, the outcome follows from the status code and the source from the User-Agent where
/// the producer does not say, and a change from nothing to nothing is none. Doing it twice
/// changes nothing.
pub fn normalise(event: &mut Event, sources: &SourceTable) {
    drop_empty_texts(event);
    if let Some(method) = &mut event.request.method {
        method.make_ascii_uppercase();
    }
    if event.outcome.is_none() {
        event.outcome = event.request.status_code.map(|code| match code {
            400.. => Outcome::Failure,
            _ => Outcome::Success,
        });
    }
    if event.source.is_none() {
        let agent = event.request.user_agent.as_deref();
        event.source = agent.and_then(|agent| sources.find(agent)).map(str::to_owned);
    }
    event.change.take_if(|change| change.before.is_null() && change.after.is_null());
    event.context.take_if(|context| context.is_null());
}

/// An empty id is not dropped: whoever sends one believes that it tells events apart.
fn drop_empty_texts(event: &mut Event) {
    let request = &mut event.request;
    let texts = [
        &mut event.actor.id,
        &mut event.actor.name,
        &mut event.actor.email,
        &mut event.source,
        &mut event.error,
        &mut request.method,
        &mut request.path,
        &mut request.remote_ip,
        &mut request.user_agent,
        &mut request.request_id,
        &mut request.session_id,
        &mut event.run_id,
        &mut event.webhook_id,
        &mut event.webhook_event_id,
        &mut event.installation_id,
        &mut event.blueprint,
        &mut event.entity,
        &mut event.message,
    ];
    for text in texts {
        text.take_if(|text| text.is_empty());
    }
    if let Some(resource) = &mut event.resource {
        resource.id.take_if(|text| text.is_empty());
        resource.name.take_if(|text| text.is_empty());
    }
    event.resource.take_if(|r| r.kind.is_empty() && r.id.is_none() && r.name.is_none());
    for thing in [&mut event.application, &mut event.cluster, &mut event.environment] {
        if let Some(Named { name, .. }) = thing {
            name.take_if(|text| text.is_empty());
        }
        thing.take_if(|thing| thing.id.is_empty() && thing.name.is_none());
    }
}
