//! Texts that are secrets whatever key they stand behind.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde_json::Value;

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
    ("AIza", 39),
    ("eyJhbGci", 60),
    ("hvs.", 24),
    ("npm_", 36),
    ("Bearer ", 20),
];

/// Whether a text is a secret: a private key, a well-known token, an address with a password in it.
pub(super) fn is_secret(text: &str) -> bool {
    (text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----"))
        || has_token(text)
        || has_password(text)
}

/// All of them are looked for at once.
static PREFIXES: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(TOKENS.iter().map(|(prefix, _)| prefix)).ok());

/// Whether there is a word in it that begins like a token and is as long.
fn has_token(text: &str) -> bool {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-_.=+/~".contains(c);
    let Some(prefixes) = PREFIXES.as_ref() else { return false };
    prefixes.find_iter(text).any(|found| {
        let rest = &text[found.end()..];
        let end = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
        let length =
            TOKENS.get(found.pattern().as_usize()).map_or(usize::MAX, |(_, length)| *length);
        !text[..found.start()].ends_with(char::is_alphanumeric) && found.len() + end >= length
    })
}

/// Whether it is a number of four to twelve digits, written as one or as a text.
pub(super) fn is_number(value: &Value) -> bool {
    let digits = |text: &str| {
        (4..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    match value {
        Value::Number(number) => digits(&number.to_string()),
        Value::String(text) => digits(text.trim()),
        _ => false,
    }
}

/// The longest name that something is assigned to in a text, in bytes.
const NAME: usize = 64;

/// Whether something is assigned to a name with a secret behind it: `Password=X;`, `?token=X`, `--password X`,
/// `"password": "X"`, `X-Api-Key: X`, and a line `password: X` among others.
pub(super) fn assigns(text: &str, is_secret: impl Fn(&str) -> bool) -> bool {
    let lines = text.contains('\n');
    let assigned = text.match_indices(['=', ':']).any(|(at, mark)| {
        let value = &text[at + 1..];
        let value = if mark == ":" { value.trim_start_matches(' ') } else { value };
        says_something(value)
            && name(&text[..at], mark == ":", lines).is_some_and(|name| {
                let last = name.rsplit(' ').next().unwrap_or(name);
                // Of a sentence the last word says it, but for `Account Key`.
                is_secret(last) || (last.eq_ignore_ascii_case("key") && is_secret(name))
            })
    });
    assigned
        || text.match_indices("--").any(|(at, _)| {
            let rest = &text[at + 2..];
            let end = rest.bytes().take(NAME + 1).position(|byte| byte == b' ');
            end.is_some_and(|end| {
                let value = rest[end..].trim_start_matches(' ');
                says_something(value) && !value.starts_with('-') && is_secret(&rest[..end])
            })
        })
}

/// The name that a text ends with. In front of a colon it is quoted, that of a header, or begins its line: a
/// sentence has colons as well.
fn name(text: &str, colon: bool, lines: bool) -> Option<&str> {
    let bare = text.trim_end_matches(['"', '\\', '\'']);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    let near = &bare.as_bytes()[bare.len().saturating_sub(NAME)..];
    let length = near.iter().rev().take_while(|&&byte| is_name(char::from(byte))).count();
    let (before, name) = bare.split_at(bare.len() - length);
    let name = name.trim().trim_start_matches('-').trim_start();
    let is_header = || {
        let last = name.rsplit(' ').next().unwrap_or(name);
        last.contains('-')
            || ["authorization", "cookie"].iter().any(|h| last.eq_ignore_ascii_case(h))
    };
    let begins = || lines && !name.contains(' ') && (before.is_empty() || before.ends_with('\n'));
    (!colon || bare.len() < text.len() || is_header() || begins()).then_some(name)
}

/// Whether a value is there, and is none that is filled in later, hidden, or yes and no.
fn says_something(rest: &str) -> bool {
    const NOTHING: [&str; 6] = ["true", "false", "null", "none", "yes", "no"];
    let rest = rest.trim_start_matches(['"', '\'', '\\']);
    let end = rest.find(|c: char| c.is_whitespace() || "\"'&;,)}]\\#".contains(c));
    let value = &rest[..end.unwrap_or(rest.len())];
    let counts = value.len() < 4 && value.bytes().all(|byte| byte.is_ascii_digit());
    let nothing = NOTHING.iter().any(|word| word.eq_ignore_ascii_case(value));
    !(value.is_empty()
        || counts
        || nothing
        || value.starts_with(['$', '{', '<', '*', '[', '%', '=']))
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
            "curl -H 'Authorization: Bearer 0123456789abcdef' https://a.b",
            "with ghp_0123456789abcdefghijklmnopqrstuvwxyz, please",
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
            "the Bearer of this",
        ] {
            assert!(!is_secret(text), "{text}");
        }
    }

    #[test]
    fn what_is_assigned_is_told_by_its_name() {
        let assigns =
            |text: &str| assigns(text, |name| super::super::Keys::default().is_secret(name));
        for text in [
            "psql --password hunter2 db",
            "--password=hunter2",
            "mysql --db-pass 'hunter2'",
            "Server=db;User Id=app;Password=hunter2;",
            "Server=db;Password=hunter2",
            "https://a.b/c?x=1&token=abcdef",
            "https://a.b/c?access_token=abcdef#top",
            "DB_PASSWORD=hunter2\nPORT=80",
            "export PGPASS=\"hunter2\"",
            "set the password=hunter2",
            "AccountName=x;Account Key=hunter2",
            "got {\"user\": 1, \"password\": \"hunter2\"}",
            "{\\\"password\\\":\\\"hunter2\\\"}",
            "-H 'X-Api-Key: hunter2'",
            "Authorization: Basic aHVudGVyMg==",
            "port: 80\npassword: hunter2\n",
        ] {
            assert!(assigns(text), "{text}");
        }
        for text in [
            "",
            "=",
            "--",
            "a=b",
            "PORT=80",
            "--password",
            "--password --force",
            "--no-token abc",
            "--max-tokens 4096",
            "password=",
            "password=$DB_PASSWORD",
            "password=***",
            "password=<hidden>",
            "token=true",
            "pass=12 fail=3",
            "?page=2&spin=yes&pinned=1",
            "pwd_changed_at=2026-11-20",
            "https://a.b/c?token=",
            "é--é ü=é",
            "he said the password is wrong",
            "password: too short",
            "the token: expired",
            "at 12:30:45 of 2026-11-20T12:30:45Z",
            "the token of x=5",
        ] {
            assert!(!assigns(text), "{text}");
        }
    }
}
