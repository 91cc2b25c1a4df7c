//! Sign-ins, tokens, keys, invitations and permissions.

use daybook_model::{Change, Event, Operation};
use serde_json::json;

use super::{
    cast::CAST,
    places::{PROJECT, resource},
    requests::answer,
    stage::Stage,
};

/// Names of tokens that come and go.
const TOKENS: &[&str] =
    &["deploy-preview", "load-test", "metrics-pull", "nightly-report", "mobile-ci", "partner-beta"];
/// People who are invited.
const GUESTS: &[(&str, &str)] = &[
    ("Hanna Vogel", "hanna.vogel@acme.dev"),
    ("Luca Rossi", "luca.rossi@acme.dev"),
    ("Sven Eriksson", "sven.eriksson@contractor.acme.dev"),
    ("Zoe Martin", "zoe.martin@acme.dev"),
    ("Ravi Shah", "ravi.shah@contractor.acme.dev"),
];
/// What a member may be.
const ROLES: &[&str] = &["viewer", "developer", "operator", "admin"];

impl Stage {
    /// An attempt to sign in, with the answer to it.
    pub(super) fn sign_in_event(&mut self, player: usize, at: i64, status: u16) -> Event {
        let mut event =
            self.api_call(player, at, "POST", "/api/v2/login", "SignIn", Operation::Login);
        answer(&mut event, status);
        if status >= 400 {
            event.request.session_id = None;
            event.error =
                Some(if status == 429 { "too many attempts" } else { "wrong password" }.to_owned());
        }
        event.resource = Some(resource("user", CAST[player].id, CAST[player].name));
        event
    }

    /// A request that is answered well.
    pub(super) fn api_call(
        &mut self,
        player: usize,
        at: i64,
        method: &str,
        path: &str,
        action: &str,
        operation: Operation,
    ) -> Event {
        let mut event = self.event(player, at, action, operation);
        event.request.method = Some(method.to_owned());
        event.request.path = Some(path.to_owned());
        event.request.request_id = Some(format!("req_{}", self.dice.hex(12)));
        answer(&mut event, if method == "POST" { 201 } else { 200 });
        event
    }

    /// Something about who may come in and what they may do.
    pub(super) fn manage_access(&mut self, player: usize, at: i64) {
        let event = match self.dice.between(0, 7) {
            0 => {
                let name = *self.dice.pick(TOKENS);
                self.token(player, at, name, Operation::TokenCreated)
            }
            1 => {
                let name = *self.dice.pick(TOKENS);
                self.token(player, at, name, Operation::TokenRevoked)
            }
            2 => self.ssh_key(player, at, Operation::SshKeyAdded),
            3 => self.ssh_key(player, at, Operation::SshKeyDeleted),
            4 => self.invite(player, at, Operation::InviteSent),
            5 => self.invite(player, at, Operation::InviteAccepted),
            6 => {
                let (name, email) = *self.dice.pick(GUESTS);
                self.remove_member(player, at, email, name)
            }
            _ => {
                let whom = self.dice.between(0, 24);
                let (from, to) = (*self.dice.pick(&ROLES[..3]), *self.dice.pick(&ROLES[..3]));
                self.grant(player, at, whom, from, to)
            }
        };
        self.say(event);
    }

    pub(super) fn token(
        &mut self,
        player: usize,
        at: i64,
        name: &str,
        operation: Operation,
    ) -> Event {
        let id = format!("tok_{}", name.replace('-', "_"));
        let base = format!("/api/v2/projects/{PROJECT}/api-tokens");
        let mut event = if operation == Operation::TokenCreated {
            self.api_call(player, at, "POST", &base, "CreateApiToken", operation)
        } else {
            self.api_call(
                player,
                at,
                "DELETE",
                &format!("{base}/{id}"),
                "RevokeApiToken",
                operation,
            )
        };
        event.resource = Some(resource("api_token", id, name));
        event
    }

    fn ssh_key(&mut self, player: usize, at: i64, operation: Operation) -> Event {
        let key = format!("key_{}", super::dice::mix(&[player as u64, 11]) % 900 + 100);
        let mut event = if operation == Operation::SshKeyAdded {
            self.api_call(player, at, "POST", "/api/v2/me/ssh-keys", "AddSshKey", operation)
        } else {
            self.api_call(
                player,
                at,
                "DELETE",
                &format!("/api/v2/me/ssh-keys/{key}"),
                "DeleteSshKey",
                operation,
            )
        };
        event.resource = Some(resource("ssh_key", key, format!("{} (laptop)", CAST[player].name)));
        event
    }

    fn invite(&mut self, player: usize, at: i64, operation: Operation) -> Event {
        let (name, email) = *self.dice.pick(GUESTS);
        let path = format!("/api/v2/projects/{PROJECT}/invites");
        let mut event = if operation == Operation::InviteSent {
            self.api_call(player, at, "POST", &path, "InviteMember", operation)
        } else {
            let mut event = self.api_call(
                player,
                at,
                "POST",
                &format!("{path}/accept"),
                "AcceptInvite",
                operation,
            );
            event.actor.id = Some(format!("5871{}", email.len() % 10));
            event.actor.name = Some(name.to_owned());
            event.actor.email = Some(email.to_owned());
            event.request.session_id = None;
            event
        };
        event.resource = Some(resource("invite", email, name));
        event
    }

    pub(super) fn remove_member(
        &mut self,
        player: usize,
        at: i64,
        email: &str,
        name: &str,
    ) -> Event {
        let path = format!("/api/v2/projects/{PROJECT}/members/{email}");
        let mut event =
            self.api_call(player, at, "DELETE", &path, "RemoveMember", Operation::MemberRemoved);
        event.resource = Some(resource("member", email, name));
        event
    }

    /// Another role for somebody.
    pub(super) fn grant(
        &mut self,
        player: usize,
        at: i64,
        whom: usize,
        from: &str,
        to: &str,
    ) -> Event {
        let whom = &CAST[whom];
        let path = format!("/api/v2/projects/{PROJECT}/members/{}/role", whom.id);
        let action = "UpdateMemberRole";
        let mut event =
            self.api_call(player, at, "PUT", &path, action, Operation::PermissionsChanged);
        event.resource = Some(resource("member", whom.id, whom.name));
        let state =
            |role: &str| json!({ "member": whom.email, "role": role, "teams": ["platform"] });
        event.change = Some(Change { before: state(from), after: state(to) });
        event
    }
}
