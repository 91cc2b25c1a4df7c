//! An entry as a sentence: who did what to what.

use crate::{Event, Operation, Outcome, vocabulary};

/// "maya@acme.dev updated environment group billing-env".
pub fn sentence(event: &Event) -> String {
    let actor = event.actor.label();
    let failed = event.outcome == Some(Outcome::Failure);
    let object = event.resource.as_ref().map(|resource| {
        let kind = vocabulary::resource_type_label(&resource.kind);
        format!("{kind} {}", resource.label()).trim_end().to_owned()
    });
    let Some((did, fails, takes_object)) = event.operation.and_then(verb) else {
        let verb = if failed { "failed to run" } else { "ran" };
        let run = format!("{actor} {verb} “{}”", vocabulary::action_label(&event.action));
        return object.map_or(run.clone(), |object| format!("{run} on {object}"));
    };
    let verb = if failed { fails } else { did };
    match object.filter(|_| takes_object) {
        Some(object) => format!("{actor} {verb} {object}"),
        // An operation that needs an object but has none is told by its action.
        None if takes_object => {
            format!("{actor} {verb} something ({})", vocabulary::action_label(&event.action))
        }
        None => format!("{actor} {verb}"),
    }
}

/// What was done, what was not, and whether it is done to something.
const fn verb(operation: Operation) -> Option<(&'static str, &'static str, bool)> {
    use Operation as O;
    Some(match operation {
        O::Create | O::TokenCreated => ("created", "failed to create", true),
        O::Read => ("read", "failed to read", true),
        O::Update => ("updated", "failed to update", true),
        O::Delete | O::SshKeyDeleted => ("deleted", "failed to delete", true),
        O::Start => ("started", "failed to start", true),
        O::Stop => ("stopped", "failed to stop", true),
        O::Restart => ("restarted", "failed to restart", true),
        O::Export => ("exported", "failed to export", true),
        O::Login => ("signed in", "failed to sign in", false),
        O::Logout => ("signed out", "failed to sign out", false),
        O::TokenRevoked => ("revoked", "failed to revoke", true),
        O::SshKeyAdded => ("added", "failed to add", true),
        O::InviteSent => ("invited", "failed to invite", true),
        O::InviteAccepted => ("accepted an invitation", "failed to accept an invitation", false),
        O::MemberRemoved => ("removed", "failed to remove", true),
        O::PermissionsChanged => {
            ("changed the permissions of", "failed to change the permissions of", true)
        }
        O::Execute | O::TimerExpired | O::Other => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(json: &str) -> Event {
        let json = format!(
            r#"{{"occurred_at":"2026-11-20T13:32:04Z","actor":{{"type":"user","name":"Maya"}},{json}}}"#
        );
        serde_json::from_str(&json).expect("an event")
    }

    #[test]
    fn an_entry_reads_as_a_sentence() {
        let group = r#""resource":{"type":"environment_group","id":"eg_12","name":"billing-env"}"#;
        for (json, text) in [
            (
                format!(r#""action":"UpdateEnvGroup","operation":"update",{group}"#),
                "Maya updated environment group billing-env",
            ),
            (
                format!(r#""action":"x","operation":"update","outcome":"failure",{group}"#),
                "Maya failed to update environment group billing-env",
            ),
            (
                r#""action":"SignIn","operation":"login","outcome":"failure""#.into(),
                "Maya failed to sign in",
            ),
            (
                r#""action":"UpdateApp","operation":"update""#.into(),
                "Maya updated something (Update app)",
            ),
            (
                format!(r#""action":"ScaleUp",{group}"#),
                "Maya ran “Scale up” on environment group billing-env",
            ),
        ] {
            assert_eq!(sentence(&event(&json)), text);
        }
    }
}
