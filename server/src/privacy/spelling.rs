//! The same address, however it is written.

use std::{
    borrow::Cow,
    net::{IpAddr, Ipv4Addr},
    ops::Range,
};

/// A text whose percent-encoded characters are read as what they stand for, twice encoded or not.
pub(super) struct Decoded<'t> {
    text: Cow<'t, str>,
    /// Where each of its bytes stands in the text as it was, and where that ends. Empty where they are the same.
    places: Vec<usize>,
}

impl<'t> Decoded<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let Some(first) = text.find('%').filter(|_| text.contains(['@', '.', ':', '%'])) else {
            return Self { text: Cow::Borrowed(text), places: Vec::new() };
        };
        let mut decoded = text[..first].to_owned();
        let mut places: Vec<_> = (0..first).collect();
        let mut at = first;
        while let Some(c) = text[at..].chars().next() {
            let (c, length) = encoded(&text.as_bytes()[at..]).unwrap_or((c, c.len_utf8()));
            let place = at;
            decoded.push(c);
            // Of a character of several bytes each has its own place.
            places.extend((0..c.len_utf8()).map(|byte| place + byte));
            at += length;
        }
        places.push(text.len());
        Self { text: Cow::Owned(decoded), places }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a part of it stands in the text as it was.
    pub(super) fn place(&self, range: Range<usize>) -> Range<usize> {
        match (self.places.get(range.start), self.places.get(range.end)) {
            (Some(&start), Some(&end)) => start..end,
            _ => range,
        }
    }
}

/// The character that `%40` or `%2540` stands for, if it can be seen, and how long it is written.
fn encoded(bytes: &[u8]) -> Option<(char, usize)> {
    let digits = |at: usize| {
        let pair = bytes.get(at..at + 2)?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()
    };
    if bytes.first() != Some(&b'%') {
        return None;
    }
    let mut at = 1;
    // `%25` is a `%` that was encoded.
    while digits(at) == Some(b'%') && digits(at + 2).is_some() {
        at += 2;
    }
    let byte = digits(at)?;
    (b' '..0x7f).contains(&byte).then(|| (char::from(byte), at + 2))
}

/// The same for each way of writing an e-mail address.
pub(super) fn canonical_email(text: &str) -> String {
    let text = Decoded::of(text.trim().trim_start_matches('<').trim_end_matches('>'))
        .text()
        .to_lowercase();
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            let bare = local.strip_prefix('"').and_then(|local| local.strip_suffix('"'));
            let bare = bare.filter(|bare| !bare.contains([' ', '"', '@']));
            format!("{}@{domain}", bare.unwrap_or(local))
        }
        None => text,
    }
}

/// The same for each way of writing an IP address; a host's name in lower case.
pub(super) fn canonical_ip(text: &str) -> String {
    let decoded = Decoded::of(text.trim());
    let text = decoded.text();
    ip(text).map_or_else(|| text.to_lowercase(), |address| address.to_canonical().to_string())
}

/// The address, without brackets, port and zone.
fn ip(text: &str) -> Option<IpAddr> {
    let inside = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => text,
    };
    let bare = inside.split_once('%').map_or(inside, |(bare, _)| bare);
    if let Ok(address) = bare.parse() {
        return Some(address);
    }
    let without_port = match bare.split_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) => return None,
        None => bare,
    };
    let four = octets(without_port, '.').or_else(|| octets(without_port, '-'))?;
    Some(Ipv4Addr::from(four).into())
}

/// Four numbers with something in between, zeros in front or not.
pub(super) fn octets(text: &str, between: char) -> Option<[u8; 4]> {
    // Not longer than this, whatever is looked at.
    if text.len() > 15 {
        return None;
    }
    let mut parts = text.split(between).map(|part| {
        let is_number = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| part.parse().ok()).flatten()
    });
    let four = [parts.next()??, parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(four)
}
