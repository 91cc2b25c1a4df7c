//! Where a stream leads to.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    QueryError,
    vocabulary::{UnknownWord, vocabulary},
};

/// The longest address of a target, in bytes.
const MAX_TARGET: usize = 2_048;

vocabulary! {
    /// How a target is reached.
    Scheme {
        Https = "https", "HTTP over TLS";
        Http = "http", "HTTP";
        Syslogs = "syslogs", "Syslog over TLS";
        Syslog = "syslog", "Syslog over TCP";
    }
}

impl Scheme {
    /// Whether it is syslog; else it is HTTP.
    pub const fn is_syslog(self) -> bool {
        matches!(self, Self::Syslogs | Self::Syslog)
    }

    /// Whether it is encrypted.
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Https | Self::Syslogs)
    }

    /// The port where none is given.
    pub const fn port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
            Self::Syslogs => 6514,
            Self::Syslog => 601,
        }
    }
}

/// Where a stream leads to: `https://siem.acme.dev/ingest`, `syslogs://logs.acme.dev:6514`.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// How it is reached.
    pub scheme: Scheme,
    host: String,
    port: Option<u16>,
    /// From the slash on; empty for syslog.
    path: String,
}

impl Target {
    /// The host, without the brackets of an IPv6 address.
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.scheme.port())
    }

    /// Whether both are the same server, reached in the same way: what one may be told, so may the
    /// other.
    pub fn same_server(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.host == other.host && self.port() == other.port()
    }

    /// As it may be shown: what stands behind the `?` may be secret.
    pub fn shown(&self) -> String {
        match self.path.split_once('?') {
            Some((path, _)) => Self { path: path.to_owned(), ..self.clone() }.to_string() + "?…",
            None => self.to_string(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl FromStr for Target {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        let wrong = |problem: &str| QueryError::new("target", problem);
        let unknown = || {
            wrong(
                "is not an address such as https://siem.acme.dev/ingest or syslogs://logs.acme.dev:6514",
            )
        };
        let text = text.trim();
        let plain = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&b);
        if text.len() > MAX_TARGET || !text.bytes().all(plain) {
            return Err(unknown());
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(unknown)?;
        let scheme: Scheme = scheme.to_ascii_lowercase().parse().map_err(|_| unknown())?;
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(wrong("has a name or a password in it: give a header with them instead"));
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                let number = port.parse().ok().filter(|&port: &u16| port > 0);
                (host, Some(number.ok_or_else(|| wrong("has a port that is none"))?))
            }
            _ => (authority, None),
        };
        if !is_host(host) {
            return Err(unknown());
        }
        if scheme.is_syslog() && !matches!(path, "" | "/") {
            return Err(wrong("has a path, which syslog knows nothing of: leave it out"));
        }
        let path = match path {
            "" | "/" => "",
            path if path.starts_with('?') => return Err(wrong("needs a / in front of the ?")),
            path => path,
        };
        let (host, path) = (host.to_ascii_lowercase(), path.to_owned());
        Ok(Self { scheme, host, port, path })
    }
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']');
        return address.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    (1..=253).contains(&host.len()) && host.bytes().all(plain)
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_and_put_together() {
        for (text, host, port) in [
            ("https://siem.acme.dev/services/collector?x=1", "siem.acme.dev", 443),
            ("http://10.0.0.7:8088", "10.0.0.7", 8088),
            ("syslogs://logs.acme.dev", "logs.acme.dev", 6514),
            ("syslog://[::1]:5140", "::1", 5140),
        ] {
            let target: Target = text.parse().expect(text);
            assert_eq!((target.host(), target.port()), (host, port));
            assert_eq!(target.to_string(), text);
        }
        let secret: Target = "https://Siem/in?key=s3cret".parse().expect("an address");
        assert_eq!((secret.shown().as_str(), secret.host()), ("https://siem/in?…", "siem"));
        assert!(!format!("{secret:?}").contains("s3cret"));
    }

    #[test]
    fn what_is_no_target_is_refused() {
        for text in [
            "",
            "siem.acme.dev",
            "ftp://siem.acme.dev",
            "https://",
            "https://user:pass@siem",
            "https://siem:0/",
            "https://siem:99999/",
            "https://si em/",
            "https://siem/a\nb",
            "https://siem?x",
            "https://[::1",
            "syslog://logs/path",
            "https://siem/#part",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }

    #[test]
    fn another_port_is_another_server() {
        let target = |text: &str| text.parse::<Target>().expect(text);
        assert!(target("https://a.b/x").same_server(&target("https://A.b:443/y")));
        for other in ["http://a.b/x", "https://a.b:444/x", "https://a.c/x"] {
            assert!(!target("https://a.b/x").same_server(&target(other)), "{other}");
        }
    }
}
