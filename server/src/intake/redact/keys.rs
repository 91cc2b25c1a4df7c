//! Which keys have secrets behind them.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, RwLock},
};

/// What a key says that has a secret behind it, word by word.
const SECRET: &[&[&str]] = &[
    &["password"],
    &["passwd"],
    &["passphrase"],
    &["passcode"],
    &["pwd"],
    &["pass"],
    &["pw"],
    &["secret"],
    &["token"],
    &["credential"],
    &["authorization"],
    &["bearer"],
    &["cookie"],
    &["jwt"],
    &["otp"],
    &["totp"],
    &["cvv"],
    &["cvc"],
    &["kubeconfig"],
    &["api", "key"],
    &["private", "key"],
    &["access", "key"],
    &["account", "key"],
    &["signing", "key"],
    &["encryption", "key"],
    &["master", "key"],
    &["session", "key"],
    &["license", "key"],
    &["recovery", "code"],
    &["mfa", "code"],
    &["seed", "phrase"],
    &["pin", "code"],
    &["amz", "signature"],
    &["goog", "signature"],
    &["connection", "string"],
];
/// What a word ends with that is written without a gap.
const ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "apikey",
    "privatekey",
    "secretkey",
    "accesskey",
];
/// What stands in front of `pass`, `pwd` and `pw` in a word that is written without a gap: `PGPASS`. Other words end
/// with these as well, such as `compass`.
const OWNERS: &[&str] = &[
    "admin", "app", "auth", "db", "ftp", "http", "imap", "key", "ldap", "login", "mail", "mongo",
    "my", "mysql", "pg", "postgre", "proxy", "redi", "redis", "root", "smtp", "sql", "ssh",
    "store", "sudo", "svc", "user", "vpn", "wifi",
];
/// What a key ends with that tells something about a secret and is none: `token_id`.
const ABOUT: &[&str] = &[
    "id",
    "name",
    "type",
    "kind",
    "count",
    "length",
    "size",
    "limit",
    "usage",
    "expiry",
    "expire",
    "expiration",
    "at",
    "policy",
    "enabled",
    "disabled",
    "required",
    "rotation",
    "ttl",
    "age",
    "day",
    "hour",
    "minute",
    "second",
    "status",
    "state",
    "version",
    "ref",
    "reference",
    "path",
    "url",
    "uri",
    "endpoint",
    "scope",
    "description",
    "label",
    "format",
    "algorithm",
    "issuer",
    "provider",
    "manager",
    "store",
    "class",
    "valid",
    "verified",
    "set",
    "present",
    "changed",
    "rotated",
];
/// What a key begins with that counts or asks: `max_tokens`.
const COUNTS: &[&str] = &["max", "min", "num", "total", "has", "is", "use", "no"];
/// Keys that name secrets and have none behind them.
const KEPT: &[&str] = &["imagePullSecrets", "secretKeyRef", "secretRef"];

/// How many keys are remembered. Events of one kind have the same few hundred; whoever makes up keys
/// has each of them looked at.
const REMEMBERED: usize = 4096;

/// Tells keys that have secrets behind them from others.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    more: Vec<Vec<String>>,
    kept: HashSet<Vec<String>>,
    /// What was found out about a key before.
    known: Arc<RwLock<HashMap<String, bool>>>,
}

impl Default for Keys {
    fn default() -> Self {
        let kept = KEPT.iter().map(|key| words(key)).collect();
        Self { more: Vec::new(), kept, known: Arc::default() }
    }
}

impl Keys {
    /// Takes keys that say these words for secret as well.
    pub(super) fn add(&mut self, key: &str) {
        self.more.push(words(key));
        self.known = Arc::default();
    }

    /// Leaves this key alone, however it is written.
    pub(super) fn keep(&mut self, key: &str) {
        self.kept.insert(words(key));
        self.known = Arc::default();
    }

    /// Whether there is a secret behind this key.
    pub(super) fn is_secret(&self, key: &str) -> bool {
        // Not a key but a text: long ones are not taken apart.
        if key.len() > 128 {
            return false;
        }
        if let Ok(known) = self.known.read()
            && let Some(&secret) = known.get(key)
        {
            return secret;
        }
        let secret = self.says_secret(key);
        if let Ok(mut known) = self.known.write()
            && known.len() < REMEMBERED
        {
            known.insert(key.to_owned(), secret);
        }
        secret
    }

    /// Whether a number behind this key is one that somebody knows by heart.
    pub(super) fn is_pin(&self, key: &str) -> bool {
        // Most keys are not taken apart.
        let may_be = key.len() <= 32 && key.to_ascii_lowercase().contains("pin");
        may_be && {
            let words = words(key);
            words.last().is_some_and(|last| last == "pin") && !self.kept.contains(&words)
        }
    }

    fn says_secret(&self, key: &str) -> bool {
        let words = words(key);
        if self.kept.contains(&words) {
            return false;
        }
        let says = |secret: &[String]| words.windows(secret.len()).any(|part| part == secret);
        if self.more.iter().any(|secret| says(secret)) {
            return true;
        }
        let word = |place: Option<&String>, list: &[&str]| {
            place.is_some_and(|w| list.contains(&w.as_str()))
        };
        let about = words.len() > 1 && (word(words.last(), ABOUT) || word(words.first(), COUNTS));
        let said = |secret: &&[&str]| {
            words.windows(secret.len()).any(|part| part.iter().zip(*secret).all(|(a, b)| a == b))
        };
        let ends = |word: &String| {
            let owner = ["pass", "pwd", "pw"].iter().find_map(|short| word.strip_suffix(short));
            ENDINGS.iter().any(|ending| word.ends_with(ending))
                || owner.is_some_and(|owner| OWNERS.contains(&owner))
        };
        !about && (SECRET.iter().any(said) || words.iter().any(ends))
    }
}

/// The words of a key, in lower case and in the singular: `apiKeys`, `API_KEY` and `api-key2` are
/// `api`, `key`.
pub(super) fn words(key: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let characters: Vec<char> = key.chars().collect();
    for (at, &c) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let begins = c.is_uppercase()
            && (before.is_some_and(|b| !b.is_uppercase())
                || characters.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if (begins || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    words.push(word);
    for word in &mut words {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let bare = match bare.strip_suffix('s') {
            Some(one) if one.len() > 2 && !one.ends_with('s') => one,
            _ => bare,
        };
        word.truncate(bare.len());
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart() {
        let keys = Keys::default();
        for key in [
            "password",
            "PASSWORD",
            "dbPassword",
            "DB_PASSWORD_OLD",
            "DBPassword",
            "password_hash",
            "new-password",
            "user.passwd",
            "pass",
            "secret",
            "clientSecret",
            "secrets",
            "token",
            "accessTokens",
            "authtoken",
            "api_key",
            "apiKey2",
            "X-Api-Key",
            "APIKEY",
            "privateKey",
            "AWS_SECRET_ACCESS_KEY",
            "credentials",
            "Authorization",
            "Set-Cookie",
            "otp",
            "GITHUB_TOKEN",
            "connectionString",
            "PGPASS",
            "pw",
            "admin_pw",
            "mysqlPass",
            "rootpwd",
            "X-Amz-Signature",
        ] {
            assert!(keys.is_secret(key), "{key}");
        }
        for key in [
            "",
            "name",
            "key",
            "keys",
            "public_key",
            "token_id",
            "tokenName",
            "secretName",
            "password_changed_at",
            "passwordPolicy",
            "max_tokens",
            "has_password",
            "token_expires_at",
            "token_url",
            "imagePullSecrets",
            "image_pull_secrets",
            "secretKeyRef",
            "compass",
            "author",
            "passenger",
            "tokenizer",
            "keyboard",
            "monkey",
            "cookies_enabled",
            "address",
            "pwd_changed_at",
            "pw_age",
            "bypass",
            "spin",
            "pinned",
            "signature",
        ] {
            assert!(!keys.is_secret(key), "{key}");
        }
    }

    #[test]
    fn a_pin_is_told_from_what_is_pinned() {
        let keys = Keys::default();
        for key in ["pin", "PIN", "cardPin", "user_pin"] {
            assert!(keys.is_pin(key) && !keys.is_secret(key), "{key}");
        }
        for key in ["pinned", "spin", "pin_count", "pinning", "opinion", ""] {
            assert!(!keys.is_pin(key) && !keys.is_secret(key), "{key}");
        }
    }

    #[test]
    fn an_operator_adds_and_keeps() {
        let mut keys = Keys::default();
        keys.add("licence plate");
        keys.keep("token");
        assert!(keys.is_secret("licencePlate") && keys.is_secret("car_licence_plates"));
        assert!(!keys.is_secret("licence") && !keys.is_secret("TOKEN"));
        assert!(keys.is_secret("access_token"), "only the key itself is kept");
    }
}
