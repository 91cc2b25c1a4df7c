//! Where in a text there are addresses.

use std::{
    net::{IpAddr, Ipv4Addr},
    ops::Range,
};

use daybook_model::privacy::{Address, pseudonyms};

/// An `@` as it stands in a path.
const ENCODED_AT: &str = "%40";

/// The addresses of these kinds in a text, in order, none of which overlaps another.
pub(super) fn addresses(text: &str, emails: bool, ips: bool) -> Vec<(Range<usize>, Address)> {
    let mut found = Vec::new();
    if emails && (text.contains('@') || text.contains(ENCODED_AT)) {
        find_emails(text, &mut found);
        // What was masked before is no part of an address.
        let masked: Vec<_> = pseudonyms(text).collect();
        found.retain(|(range, _)| {
            masked.iter().all(|m| m.end <= range.start || range.end <= m.start)
        });
    }
    if ips {
        let taken = found.len();
        find_ips(text, &mut found);
        let (emails, _) = found.split_at(taken);
        let emails: Vec<Range<usize>> = emails.iter().map(|(range, _)| range.clone()).collect();
        let within = |range: &Range<usize>| {
            emails.iter().any(|email| email.start < range.end && range.start < email.end)
        };
        let mut index = 0;
        found.retain(|(range, _)| {
            index += 1;
            index <= taken || !within(range)
        });
        found.sort_unstable_by_key(|(range, _)| range.start);
    }
    found
}

fn find_emails(text: &str, found: &mut Vec<(Range<usize>, Address)>) {
    let mut from = 0;
    while let Some((at, length)) = next_at(text, from) {
        let local = &text[from..at];
        let start = local.char_indices().rev().take_while(|&(_, c)| is_local(c)).last();
        let domain = domain(&text[at + length..]);
        from = at + length;
        if let (Some((start, _)), false) = (start, domain.is_empty()) {
            let start = at - local.len() + start;
            from += domain.len();
            found.push((start..from, Address::Email));
        }
    }
}

/// What a text begins with that can stand behind an `@`; further ones belong to it.
fn domain(text: &str) -> &str {
    let mut end = 0;
    loop {
        let rest = &text[end..];
        let part = rest.find(|c: char| !is_domain(c)).map_or(rest, |end| &rest[..end]);
        let trimmed = part.trim_end_matches(['.', '-', '_']);
        if trimmed.is_empty() {
            // Nothing stands behind the last `@`: it is none of it.
            let kept = &text[..end];
            let kept = kept.strip_suffix('@').or_else(|| kept.strip_suffix(ENCODED_AT));
            return kept.unwrap_or_default();
        }
        end += trimmed.len();
        let rest = &text[end..];
        match ["@", ENCODED_AT].into_iter().find(|at| rest.starts_with(at)) {
            Some(at) => end += at.len(),
            None => return &text[..end],
        }
    }
}

/// The next `@`, plain or encoded, and how long it is.
fn next_at(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = &text[from..];
    let plain = rest.find('@').map(|at| (from + at, 1));
    let encoded = rest.find(ENCODED_AT).map(|at| (from + at, ENCODED_AT.len()));
    plain.into_iter().chain(encoded).min()
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || ".!#$*+'-^_`{|}~%".contains(c)
}

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn find_ips(text: &str, found: &mut Vec<(Range<usize>, Address)>) {
    let bytes = text.as_bytes();
    let part = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':');
    let mut from = 0;
    while from < bytes.len() {
        if !part(bytes[from]) {
            from += 1;
            continue;
        }
        let length = bytes[from..].iter().take_while(|&&byte| part(byte)).count();
        let end = from + length;
        // Part of a longer word, such as `std::fmt`, unless the word is an encoded character.
        let encoded = from >= 1 && bytes[from - 1] == b'%';
        let joined = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let before = from.checked_sub(1).and_then(|at| bytes.get(at));
        // Behind `%3A` and the like an address begins two digits later.
        let (mut start, mut stop) = (if encoded && length > 2 { from + 2 } else { from }, end);
        // What belongs to a longer word ends or begins at a colon: `ip:10.0.0.1`, `10.0.0.1:https`.
        if joined(before) {
            start = text[start..end].find(':').map_or(end, |at| start + at + 1);
        }
        if joined(bytes.get(end)) {
            stop = text[start..end].rfind(':').map_or(start, |at| start + at);
        }
        find_ip(text, start..stop, found);
        from = end;
    }
}

/// Whether it is `156.0.0.0` in `Chrome/156.0.0.0`: a browser's version, and the address of nobody.
fn is_version(text: &str, start: usize, word: &str) -> bool {
    let product = text[..start].strip_suffix('/');
    word.ends_with(".0.0.0")
        && product.is_some_and(|product| product.ends_with(|c: char| c.is_ascii_alphabetic()))
}

/// The address in a run of digits, dots and colons, with a port or a full stop behind it or not.
fn find_ip(text: &str, run: Range<usize>, found: &mut Vec<(Range<usize>, Address)>) {
    let start = run.start;
    let word = &text[run];
    let bare = word.trim_end_matches('.');
    let bare = if bare.ends_with("::") { bare } else { bare.trim_end_matches(':') };
    let is_ip = bare.len() > 2 && bare.parse::<IpAddr>().is_ok();
    if is_ip {
        if !is_version(text, start, bare) {
            found.push((start..start + bare.len(), Address::Ip));
        }
        return;
    }
    // `10.0.0.1:8080`, and lists such as `10.0.0.1:10.0.0.2`.
    let mut offset = start;
    for piece in word.split(':') {
        let bare = piece.trim_matches('.');
        let lead = piece.len() - piece.trim_start_matches('.').len();
        if bare.parse::<Ipv4Addr>().is_ok() {
            found.push((offset + lead..offset + lead + bare.len(), Address::Ip));
        }
        offset += piece.len() + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        addresses(text, true, true).into_iter().map(|(range, _)| &text[range]).collect()
    }

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        for (text, expected) in [
            ("maya@acme.dev", &["maya@acme.dev"][..]),
            ("Maya <maya.o+x@acme.dev>, bo@b.", &["maya.o+x@acme.dev", "bo@b"]),
            ("/users/maya%40acme.dev/keys?ip=10.0.0.1", &["maya%40acme.dev", "10.0.0.1"]),
            ("user:admin@localhost", &["admin@localhost"]),
            ("zdeňka@žluť.cz!", &["zdeňka@žluť.cz"]),
            ("from 203.0.113.9:443.", &["203.0.113.9"]),
            ("10.1.2.0/24 and 2001:db8::1, [::1]:80", &["10.1.2.0", "2001:db8::1", "::1"]),
            ("ec2-user@10.0.0.1", &["ec2-user@10.0.0.1"]),
            ("a@b@c", &["a@b@c"]),
            ("ip:203.0.113.9, inet addr:10.0.0.1", &["203.0.113.9", "10.0.0.1"]),
            ("client:10.0.0.1:8080 10.0.0.2:https", &["10.0.0.1", "10.0.0.2"]),
            ("node:2001:db8::1", &["2001:db8::1"]),
            ("“203.0.113.9” 10.0.0.1→10.0.0.2", &["203.0.113.9", "10.0.0.1", "10.0.0.2"]),
            ("std::fmt at 12:30:45, v1.2.3", &[]),
            ("Chrome/156.0.0.0 Safari/537.36", &[]),
            (
                "Chrome/203.0.113.9, 10.0.0.0, //10.0.0.0/8",
                &["203.0.113.9", "10.0.0.0", "10.0.0.0"],
            ),
            ("@team, a @ b, x@", &[]),
            ("::", &[]),
            ("", &[]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
        assert_eq!(addresses("a@b 10.0.0.1", false, true).len(), 1);
        assert_eq!(addresses("a@b 10.0.0.1", true, false).len(), 1);
    }
}
