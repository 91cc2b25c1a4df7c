//! Addresses become pseudonyms.

use std::{borrow::Cow, collections::HashMap};

use daybook_model::{
    Event, Field, Filter, Request, Term,
    privacy::{ALPHABET, Address, DIGITS, pseudonym},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use super::{
    scan::{Found, addresses},
    spelling::canonical_ip,
};

/// How often a text is looked through: what stands beside an address that was masked may be one with it.
const ROUNDS: usize = 4;

/// What is masked for a reader, and the project's key that pseudonyms are made with.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Masks {
    key: [u8; 32],
    emails: bool,
    ips: bool,
}

impl std::fmt::Debug for Masks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { emails, ips, .. } = self;
        write!(f, "Masks {{ emails: {emails}, ips: {ips} }}")
    }
}

impl Masks {
    /// For readers who see everything.
    pub const NONE: Self = Self { key: [0; 32], emails: false, ips: false };

    /// Masks of these kinds, made with a project's key.
    pub const fn new(key: [u8; 32], emails: bool, ips: bool) -> Self {
        Self { key, emails, ips }
    }

    /// Whether nothing is masked.
    pub const fn is_none(&self) -> bool {
        !self.emails && !self.ips
    }

    /// Whether addresses of this kind are masked.
    pub const fn masks(&self, kind: Address) -> bool {
        match kind {
            Address::Email => self.emails,
            Address::Ip => self.ips,
        }
    }

    /// What names somebody or something, with a pseudonym in place of each masked address in it.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.replaced(text, |found| self.pseudonym(found.kind, &found.canonical))
    }

    /// What somebody wrote as they liked, with `[e-mail]` or `[IP]` in place of each masked address in it.
    /// No pseudonym: whoever wrote it would learn whose that is.
    pub fn free<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.told(text, &mut Told::default())
    }

    fn told<'t>(&self, text: &'t str, told: &mut Told) -> Cow<'t, str> {
        self.replaced(text, |found| told.marker(found))
    }

    fn replaced<'t>(&self, text: &'t str, mut by: impl FnMut(&Found) -> String) -> Cow<'t, str> {
        if self.is_none() {
            return Cow::Borrowed(text);
        }
        let mut text = Cow::Borrowed(text);
        for _ in 0..ROUNDS {
            let found = addresses(&text, self.emails, self.ips);
            if found.is_empty() {
                break;
            }
            let (mut masked, mut rest) = (String::with_capacity(text.len()), 0);
            for found in found {
                masked.push_str(&text[rest..found.range.start]);
                masked.push_str(&by(&found));
                rest = found.range.end;
            }
            masked.push_str(&text[rest..]);
            text = Cow::Owned(masked);
        }
        text
    }

    /// What stands for a whole value of this kind, whatever it looks like.
    fn whole<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.masks(Address::Ip) && pseudonym(text).is_none() && !text.is_empty() {
            Cow::Owned(self.pseudonym(Address::Ip, &canonical_ip(text)))
        } else {
            self.text(text)
        }
    }

    /// A field's value as it is shown. Callers write paths and the ids of their requests as they like.
    pub fn field<'t>(&self, field: Field, value: &'t str) -> Cow<'t, str> {
        match field {
            // Also where it is the name of a host.
            Field::Ip => self.whole(value),
            Field::Method | Field::Path | Field::Id | Field::Request | Field::Session => {
                self.free(value)
            }
            _ => self.text(value),
        }
    }

    /// A filter as it is shown. Where it has values, its pseudonyms are filtered by like them.
    pub fn filter(&self, filter: &Filter) -> Filter {
        let mut shown = filter.clone();
        shown.search = shown.search.map(|text| self.free(&text).into_owned());
        for (&field, choice) in &mut shown.choices {
            for side in [&mut choice.include, &mut choice.exclude] {
                let term = |term: &Term| match term {
                    Term::Is(value) => {
                        field.value(&self.field(field, value.as_str())).map(Term::Is)
                    }
                    other => Ok(other.clone()),
                };
                *side = side.iter().filter_map(|one| term(one).ok()).collect();
            }
        }
        shown
    }

    /// The same for the same address; without the key it tells nothing.
    fn pseudonym(&self, kind: Address, canonical: &str) -> String {
        // HMAC takes keys of any length.
        let mut digits = kind.prefix().to_owned();
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return digits };
        mac.update(kind.prefix().as_bytes());
        mac.update(canonical.as_bytes());
        let bytes = mac.finalize().into_bytes();
        let digit = |byte: &u8| char::from(ALPHABET[usize::from(byte & 31)]);
        digits.extend(bytes.iter().take(DIGITS).map(digit));
        digits
    }

    /// A value with the texts in it masked, names of members too.
    fn value(&self, value: &mut Value, told: &mut Told) {
        match value {
            Value::String(text) => own(text, |text| self.told(text, told)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item, told)),
            Value::Object(members) => {
                members.values_mut().for_each(|value| self.value(value, told));
                if members.keys().any(|key| matches!(self.free(key), Cow::Owned(_))) {
                    let named =
                        |(key, value): (String, _)| (self.told(&key, told).into_owned(), value);
                    *members = std::mem::take(members).into_iter().map(named).collect();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn name(&self, text: &mut String) {
        own(text, |text| self.text(text));
    }
}

fn own(text: &mut String, masked: impl FnOnce(&str) -> Cow<'_, str>) {
    if let Cow::Owned(masked) = masked(text) {
        *text = masked;
    }
}

/// The addresses of one text, or of one part of an event, by number: so that what differs is told apart there,
/// and nowhere else.
#[derive(Default)]
struct Told([HashMap<String, usize>; 2]);

impl Told {
    fn marker(&mut self, found: &Found) -> String {
        let known = &mut self.0[usize::from(found.kind == Address::Ip)];
        let next = known.len() + 1;
        found.kind.marker(*known.entry(found.canonical.clone()).or_insert(next))
    }
}

/// The event as a reader with these masks sees it: whatever shows an event, sends or exports it,
/// does so through here.
pub fn mask(masks: &Masks, mut event: Event) -> Event {
    if masks.is_none() {
        return event;
    }
    // By name, so that a field that is added has to be thought of.
    let Event {
        id,
        occurred_at: _,
        actor,
        source,
        action,
        operation: _,
        outcome: _,
        error,
        request,
        resource,
        application,
        cluster,
        environment,
        run_id,
        webhook_id,
        webhook_event_id,
        installation_id,
        blueprint,
        entity,
        change,
        context,
        message,
    } = &mut event;
    // What entries are counted by, and what it is called.
    masks.name(action);
    let names = [
        &mut actor.id,
        &mut actor.name,
        &mut actor.email,
        source,
        run_id,
        webhook_id,
        webhook_event_id,
        installation_id,
        blueprint,
        entity,
    ];
    names.into_iter().flatten().for_each(|text| masks.name(text));
    if let Some(resource) = resource {
        masks.name(&mut resource.kind);
        [&mut resource.id, &mut resource.name].into_iter().flatten().for_each(|t| masks.name(t));
    }
    for named in [application, cluster, environment].into_iter().flatten() {
        masks.name(&mut named.id);
        named.name.iter_mut().for_each(|name| masks.name(name));
    }
    // Everything else is what somebody wrote.
    let Request { method, path, status_code: _, remote_ip, user_agent, request_id, session_id } =
        request;
    if let Some(ip) = remote_ip {
        own(ip, |ip| masks.whole(ip));
    }
    let written = [method, path, user_agent, request_id, session_id, id, error, message];
    written.into_iter().flatten().for_each(|text| own(text, |text| masks.free(text)));
    if let Some(change) = change {
        let mut told = Told::default();
        masks.value(&mut change.before, &mut told);
        masks.value(&mut change.after, &mut told);
    }
    if let Some(context) = context {
        masks.value(context, &mut Told::default());
    }
    event
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn event(json: Value) -> Event {
        serde_json::from_value(json).expect("an event")
    }

    #[test]
    fn no_address_is_left_anywhere() {
        let before = event(json!({
            "id": "maya@acme.dev-1", "occurred_at": "2026-11-20T12:00:00Z",
            "actor": {"type": "user", "id": "maya@acme.dev", "name": "maya@acme.dev", "email": "maya@acme.dev"},
            "action": "Invite maya@acme.dev", "error": "maya@acme.dev from 203.0.113.9",
            "request": {"path": "/users/maya%40acme.dev", "remote_ip": "203.0.113.9", "user_agent": "maya@acme.dev",
                        "request_id": "maya@acme.dev", "session_id": "203.0.113.9"},
            "resource": {"type": "user", "id": "maya@acme.dev", "name": "maya@acme.dev"},
            "application": {"id": "maya@acme.dev", "name": "maya@acme.dev"},
            "run_id": "203.0.113.9", "entity": "maya@acme.dev", "blueprint": "maya@acme.dev",
            "change": {"before": {"maya@acme.dev": ["203.0.113.9"]}, "after": {"x": {"to": "maya@acme.dev"}}},
            "context": {"203.0.113.9": "maya@acme.dev"}, "message": "maya@acme.dev"
        }));
        let masks = Masks::new([7; 32], true, true);
        let masked = mask(&masks, before.clone());
        let text = serde_json::to_string(&masked).expect("json");
        assert!(!text.contains("maya") && !text.contains("203.0"), "{text}");
        assert_eq!(masked.actor.email, masked.actor.id, "one address, one pseudonym");
        assert_eq!(
            pseudonym(masked.actor.email.as_deref().unwrap_or_default()),
            Some(Address::Email)
        );
        assert_eq!(
            pseudonym(masked.request.remote_ip.as_deref().unwrap_or_default()),
            Some(Address::Ip)
        );
        assert_eq!(mask(&masks, masked.clone()), masked, "twice changes nothing");
        assert_eq!(mask(&Masks::NONE, before.clone()), before);

        let other = mask(&Masks::new([8; 32], true, true), before.clone());
        assert_ne!(other.actor.email, masked.actor.email, "another project, another pseudonym");
        let ips = mask(&Masks::new([7; 32], false, true), before.clone());
        assert_eq!(ips.actor, before.actor);
        assert_eq!(ips.request.remote_ip, masked.request.remote_ip);
    }

    #[test]
    fn what_somebody_wrote_has_no_pseudonym() {
        let masked = mask(
            &Masks::new([7; 32], true, true),
            event(json!({
                "id": "of maya@acme.dev", "occurred_at": "2026-11-20T12:00:00Z",
                "actor": {"type": "user", "id": "maya@acme.dev"}, "action": "a", "error": "maya@acme.dev",
                "request": {"path": "/users/maya%40acme.dev/of/bo@acme.dev", "user_agent": "203.0.113.9",
                            "request_id": "maya@acme.dev", "session_id": "maya@acme.dev"},
                "change": {"before": {"to": "maya@acme.dev", "by": "bo@acme.dev"},
                           "after": {"to": "bo@acme.dev", "by": "Bo@acme.dev", "eve@acme.dev": 1}},
                "context": {"view": "actor=user:eve@acme.dev"}, "message": "maya@acme.dev from 203.0.113.9"
            })),
        );
        let Event { actor, id, error, request, change, context, message, .. } = masked;
        assert!(actor.id.is_some_and(|id| pseudonym(&id).is_some()));
        assert_eq!(id.as_deref(), Some("of [e-mail]"));
        assert_eq!(error.as_deref(), Some("[e-mail]"));
        assert_eq!(request.path.as_deref(), Some("/users/[e-mail]/of/[e-mail 2]"));
        assert_eq!(request.user_agent.as_deref(), Some("[IP]"));
        assert_eq!(
            [request.request_id, request.session_id],
            [Some("[e-mail]".into()), Some("[e-mail]".into())]
        );
        // What differs still does.
        let change = change.expect("a change");
        assert_eq!(change.before, json!({"to": "[e-mail 2]", "by": "[e-mail]"}));
        assert_eq!(change.after, json!({"to": "[e-mail]", "by": "[e-mail]", "[e-mail 3]": 1}));
        assert_eq!(context, Some(json!({"view": "actor=user:[e-mail]"})));
        assert_eq!(message.as_deref(), Some("[e-mail] from [IP]"));
    }

    proptest! {
        #[test]
        fn masking_twice_is_masking_once(text in "[a-z0-9@.:% ~é-]{0,40}") {
            let masks = Masks::new([1; 32], true, true);
            let once = masks.text(&text).into_owned();
            prop_assert_eq!(masks.text(&once), once.as_str());
            let free = masks.free(&text).into_owned();
            prop_assert_eq!(masks.free(&free), free.as_str());
        }
    }
}
