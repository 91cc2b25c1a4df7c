//! Addresses become pseudonyms.

use std::borrow::Cow;

use daybook_model::{
    Event,
    privacy::{ALPHABET, Address, DIGITS, pseudonym},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use super::scan::addresses;

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

    /// The text with a pseudonym in place of each masked address in it.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.is_none() {
            return Cow::Borrowed(text);
        }
        let found = addresses(text, self.emails, self.ips);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut masked, mut rest) = (String::with_capacity(text.len()), 0);
        for (range, kind) in found {
            masked.push_str(&text[rest..range.start]);
            masked.push_str(&self.pseudonym(kind, &text[range.clone()]));
            rest = range.end;
        }
        masked.push_str(&text[rest..]);
        Cow::Owned(masked)
    }

    /// What stands for a whole value of this kind, whatever it looks like.
    pub fn whole<'t>(&self, kind: Address, text: &'t str) -> Cow<'t, str> {
        if self.masks(kind) && pseudonym(text).is_none() && !text.is_empty() {
            Cow::Owned(self.pseudonym(kind, text))
        } else {
            self.text(text)
        }
    }

    /// The same for the same address, however it is written; without the key it tells nothing.
    fn pseudonym(&self, kind: Address, address: &str) -> String {
        let address = address.trim().to_lowercase().replace("%40", "@");
        // HMAC takes keys of any length.
        let mut digits = kind.prefix().to_owned();
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return digits };
        mac.update(kind.prefix().as_bytes());
        mac.update(address.as_bytes());
        let bytes = mac.finalize().into_bytes();
        let digit = |byte: &u8| char::from(ALPHABET[usize::from(byte & 31)]);
        digits.extend(bytes.iter().take(DIGITS).map(digit));
        digits
    }

    /// A value with the texts in it masked, names of members too.
    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.own(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(members) => {
                members.values_mut().for_each(|value| self.value(value));
                if members.keys().any(|key| matches!(self.text(key), Cow::Owned(_))) {
                    let named = |(key, value): (String, _)| (self.text(&key).into_owned(), value);
                    *members = std::mem::take(members).into_iter().map(named).collect();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn own(&self, text: &mut String) {
        if let Cow::Owned(masked) = self.text(text) {
            *text = masked;
        }
    }
}

/// The event as a reader with these masks sees it: whatever shows an event, sends or exports it,
/// does so through here.
pub fn mask(masks: &Masks, mut event: Event) -> Event {
    if masks.is_none() {
        return event;
    }
    if let Some(ip) = &mut event.request.remote_ip {
        // Also where it is the name of a host.
        *ip = masks.whole(Address::Ip, ip).into_owned();
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
    masks.own(action);
    let texts = [
        id,
        &mut actor.id,
        &mut actor.name,
        &mut actor.email,
        source,
        error,
        &mut request.method,
        &mut request.path,
        &mut request.user_agent,
        &mut request.request_id,
        &mut request.session_id,
        run_id,
        webhook_id,
        webhook_event_id,
        installation_id,
        blueprint,
        entity,
        message,
    ];
    texts.into_iter().flatten().for_each(|text| masks.own(text));
    if let Some(resource) = resource {
        masks.own(&mut resource.kind);
        [&mut resource.id, &mut resource.name].into_iter().flatten().for_each(|t| masks.own(t));
    }
    for named in [application, cluster, environment].into_iter().flatten() {
        masks.own(&mut named.id);
        named.name.iter_mut().for_each(|name| masks.own(name));
    }
    if let Some(change) = change {
        masks.value(&mut change.before);
        masks.value(&mut change.after);
    }
    if let Some(context) = context {
        masks.value(context);
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

    proptest! {
        #[test]
        fn masking_twice_is_masking_once(text in "[a-z0-9@.:% ~é-]{0,40}") {
            let masks = Masks::new([1; 32], true, true);
            let once = masks.text(&text).into_owned();
            prop_assert_eq!(masks.text(&once), once.as_str());
        }
    }
}
