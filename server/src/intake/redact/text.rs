//! Texts that are secrets whatever key they stand behind.

/// What tokens begin with that anybody can tell, and how long they are at least.
const TOKENS: &[(&str, usize)] = &[
    ("dbk_", 40),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghs_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("sk_live_", 20),
    ("Bearer ", 20),
];

/// Whether a text is a secret: a private key, a well-known token, an address with a password in it.
pub(super) fn is_secret(text: &str) -> bool {
    (text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----"))
        || TOKENS.iter().any(|(prefix, length)| text.len() >= *length && text.starts_with(prefix))
        || has_password(text)
}

/// Whether there is an address such as `postgres://app:password@db/app` in it.
fn has_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        let end = rest.find(|c: char| c == '/' || c.is_whitespace() || c == '"');
        let authority = &rest[..end.unwrap_or(rest.len())];
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_their_looks() {
        for text in [
            "postgres://app:hunter2@db:5432/app",
            "see redis://:hunter2@cache",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
            "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
            "Bearer 0123456789abcdef",
        ] {
            assert!(is_secret(text), "{text}");
        }
        for text in [
            "",
            "postgres://db:5432/app",
            "https://maya@acme.dev/x",
            "a: b@c",
            "dbk_short",
            "-----BEGIN PUBLIC KEY-----",
        ] {
            assert!(!is_secret(text), "{text}");
        }
    }
}
