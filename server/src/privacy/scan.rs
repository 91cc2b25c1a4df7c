//! Where in a text there are addresses.

use std::{net::Ipv6Addr, ops::Range};

use daybook_model::privacy::{Address, pseudonyms};

use super::spelling::{Decoded, canonical_email, canonical_ip, octets};

/// An address in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) kind: Address,
    /// The same for the same address, however it is written.
    pub(super) canonical: String,
}

/// The addresses of these kinds in a text, in order, none of which overlaps another.
pub(super) fn addresses(text: &str, emails: bool, ips: bool) -> Vec<Found> {
    let decoded = Decoded::of(text);
    let plain = decoded.text();
    let mut found = Vec::new();
    if emails && plain.contains('@') {
        find_emails(plain, &mut found);
        // What was masked before is no part of an address.
        let mut masked: Vec<_> = pseudonyms(plain).collect();
        masked.sort_unstable_by_key(|range| range.start);
        found.retain(|(range, _)| {
            let next = masked.partition_point(|masked| masked.end <= range.start);
            masked.get(next).is_none_or(|masked| range.end <= masked.start)
        });
    }
    if ips {
        find_v6(plain, &mut found);
        find_v4(plain, &mut found);
    }
    // Of those that overlap the one that begins first, and is longest.
    found.sort_unstable_by_key(|(range, _)| (range.start, usize::MAX - range.end));
    let mut end = 0;
    found.retain(|(range, _)| {
        let is_next = end <= range.start;
        end = if is_next { range.end } else { end };
        is_next
    });
    let told = |(range, kind): (Range<usize>, Address)| {
        let word = &plain[range.clone()];
        let canonical = match kind {
            Address::Email => canonical_email(word),
            Address::Ip => canonical_ip(word),
        };
        Found { range: decoded.place(range), kind, canonical }
    };
    found.into_iter().map(told).collect()
}

type Places = Vec<(Range<usize>, Address)>;

fn find_emails(text: &str, found: &mut Places) {
    let mut from = 0;
    while let Some(at) = text[from..].find('@').map(|at| from + at) {
        let local = local(&text[from..at]);
        let domain = domain(&text[at + 1..]);
        from = at + 1;
        if !local.is_empty() && !domain.is_empty() {
            from += domain.len();
            found.push((at - local.len()..from, Address::Email));
        }
    }
}

/// How far behind an `@` its quoted part or its bracketed address may reach, in bytes.
const NEAR: usize = 72;

/// What a text ends with that can stand in front of an `@`.
fn local(text: &str) -> &str {
    if let Some(quoted) = text.strip_suffix('"') {
        let Some(start) = quoted.rfind('"') else { return "" };
        let name = &quoted[start + 1..];
        let is_name = name.len() < NEAR
            && name.contains(char::is_alphanumeric)
            && name.chars().all(|c| is_local(c) || c == ' ');
        return if is_name { &text[start..] } else { "" };
    }
    let start = text.char_indices().rev().take_while(|&(_, c)| is_local(c)).last();
    start.map_or("", |(start, _)| &text[start..])
}

/// What a text begins with that can stand behind an `@`; further ones belong to it.
fn domain(text: &str) -> &str {
    if text.starts_with('[') {
        let end = text.bytes().take(NEAR).position(|byte| byte == b']');
        let inside = end.map_or("", |end| &text[1..end]);
        // `[IP]` stands for one that was masked.
        let is_address = inside.contains(['.', ':'])
            && inside.chars().all(|c| c.is_ascii_alphanumeric() || ".:%".contains(c));
        return if is_address { &text[..inside.len() + 2] } else { "" };
    }
    let mut end = 0;
    loop {
        let rest = &text[end..];
        let part = rest.find(|c: char| !is_domain(c)).map_or(rest, |end| &rest[..end]);
        let trimmed = part.trim_end_matches(['.', '-', '_']);
        if trimmed.is_empty() {
            // Nothing stands behind the last `@`: it is none of it.
            return text[..end].strip_suffix('@').unwrap_or_default();
        }
        end += trimmed.len();
        if !text[end..].starts_with('@') {
            return &text[..end];
        }
        end += 1;
    }
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || ".!#$*+'-^_`{|}~%".contains(c)
}

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// The runs of a text of which each byte is wanted.
fn runs(text: &str, wanted: impl Fn(u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let (bytes, mut from) = (text.as_bytes(), 0);
    std::iter::from_fn(move || {
        let start = from + bytes[from..].iter().position(|&byte| wanted(byte))?;
        let length = bytes[start..].iter().take_while(|&&byte| wanted(byte)).count();
        from = start + length;
        Some(start..from)
    })
}

fn find_v6(text: &str, found: &mut Places) {
    let bytes = text.as_bytes();
    for run in runs(text, |byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':')) {
        let joined = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let before = run.start.checked_sub(1).and_then(|at| bytes.get(at));
        let (mut start, mut end) = (run.start, run.end);
        // What belongs to a longer word ends or begins at a colon: `ip:10.0.0.1`, `std::fmt`.
        if joined(before) {
            start = text[run.clone()].find(':').map_or(end, |at| start + at + 1);
        }
        if joined(bytes.get(run.end)) {
            end = text[start..end].rfind(':').map_or(start, |at| start + at);
        }
        let word = text[start..end].trim_end_matches('.');
        let bare = if word.ends_with("::") { word } else { word.trim_end_matches(':') };
        if bare.len() <= 2 {
            continue;
        }
        if let Ok(address) = bare.parse::<Ipv6Addr>() {
            let end = start + bare.len();
            found.push((start..end + zone(&text[end..], address), Address::Ip));
        }
    }
}

/// How long the zone behind an address of one link is: `%eth0`.
fn zone(rest: &str, address: Ipv6Addr) -> usize {
    let Some(zone) = rest.strip_prefix('%').filter(|_| address.is_unicast_link_local()) else {
        return 0;
    };
    let end = zone.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    match zone[..end.unwrap_or(zone.len())].trim_end_matches('.').len() {
        0 => 0,
        length => length + 1,
    }
}

/// Four numbers with dots, whatever they are part of: `v203.0.113.9`, `203.0.113.9.nip.io`. With dashes
/// where they are part of a host's name: `ip-203-0-113-9`, `203-0-113-9.nip.io`.
fn find_v4(text: &str, found: &mut Places) {
    for run in runs(text, |byte| byte.is_ascii_digit() || byte == b'.') {
        let range = trimmed(text, run, '.');
        if octets(&text[range.clone()], '.').is_some() && !is_version(text, &range) {
            found.push((range, Address::Ip));
        }
    }
    for run in runs(text, |byte| byte.is_ascii_digit() || byte == b'-') {
        let range = trimmed(text, run, '-');
        let named = text.as_bytes()[..range.start].last_chunk();
        let mut behind = text[range.end..].chars();
        let is_host = named.is_some_and(|end: &[u8; 3]| end.eq_ignore_ascii_case(b"ip-"))
            || (behind.next() == Some('.') && behind.next().is_some_and(char::is_alphabetic));
        if is_host && octets(&text[range.clone()], '-').is_some() {
            found.push((range, Address::Ip));
        }
    }
}

fn trimmed(text: &str, run: Range<usize>, around: char) -> Range<usize> {
    let word = text[run.clone()].trim_start_matches(around);
    let start = run.end - word.len();
    start..start + word.trim_end_matches(around).len()
}

/// Whether it is `156.0.0.0` in `Chrome/156.0.0.0`: a browser's version, and the address of nobody.
fn is_version(text: &str, range: &Range<usize>) -> bool {
    let product = text[..range.start].strip_suffix('/');
    text[range.clone()].ends_with(".0.0.0")
        && product.is_some_and(|product| product.ends_with(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        addresses(text, true, true).into_iter().map(|found| &text[found.range]).collect()
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
            ("203.0.113.77.nip.io, v203.0.113.77", &["203.0.113.77", "203.0.113.77"]),
            ("http://10.0.0.1.dead.example/", &["10.0.0.1"]),
            ("ip-203-0-113-77.ec2 app-10-0-0-1.nip.io", &["203-0-113-77", "10-0-0-1"]),
            ("of 26-11-20-12, 1-2-3-4", &[]),
            ("1.3.6.1.4.1.311", &[]),
            (
                "::ffff:203.0.113.77 [::ffff:10.0.0.1]:80",
                &["::ffff:203.0.113.77", "::ffff:10.0.0.1"],
            ),
            ("fe80::1%eth0, fe80::2%25en1/64", &["fe80::1%eth0", "fe80::2%25en1"]),
            ("2001%3Adb8%3A%3A1 %5B%3A%3A1%5D", &["2001%3Adb8%3A%3A1", "%3A%3A1"]),
            ("%3Cmaya%2540acme.dev%3E <bo@acme.dev>", &["maya%2540acme.dev", "bo@acme.dev"]),
            ("?next=%2010.0.0.1&m%61ya%40acme%2Edev", &["10.0.0.1", "m%61ya%40acme%2Edev"]),
            ("\"maya o\"@acme.dev, bo@[203.0.113.9]", &["\"maya o\"@acme.dev", "bo@[203.0.113.9]"]),
            ("{\"to\":\"@team\"}", &[]),
            ("::", &[]),
            ("", &[]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
        assert_eq!(addresses("a@b 10.0.0.1", false, true).len(), 1);
        assert_eq!(addresses("a@b 10.0.0.1", true, false).len(), 1);
    }

    #[test]
    fn however_an_address_is_written_it_is_the_same() {
        let canonical = |text: &str| {
            let found = addresses(text, true, true);
            let [found] = &found[..] else { panic!("{text}: {found:?}") };
            found.canonical.clone()
        };
        for text in [
            "203.0.113.77",
            "::ffff:203.0.113.77",
            "::FFFF:cb00:714d",
            "203.000.113.077",
            "203.0.113.77:443",
            "[::ffff:203.0.113.77]:443",
            "%3A%3Affff%3A203.0.113.77",
            "ip-203-0-113-77.ec2.internal",
        ] {
            assert_eq!(canonical(text), "203.0.113.77", "{text}");
        }
        for text in ["2001:db8::1", "2001:DB8:0:0::1", "[2001:db8::1]:443", "2001%3adb8%3A%3A1"] {
            assert_eq!(canonical(text), "2001:db8::1", "{text}");
        }
        assert_eq!(canonical("fe80::1%eth0"), canonical("fe80::1"));
        for text in [
            "maya@acme.dev",
            "<Maya@ACME.dev>",
            "%3Cmaya%40acme.dev%3E",
            "\"maya\"@acme.dev",
            "m%61ya%2540acme.dev",
        ] {
            assert_eq!(canonical(text), "maya@acme.dev", "{text}");
        }
    }
}
