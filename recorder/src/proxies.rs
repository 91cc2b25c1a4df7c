//! Who is calling, where a request comes through proxies.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The proxies that a service believes. What any other sender says about where a request comes
/// from is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Those in these networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self(networks.into_iter().collect())
    }

    /// Whether this is one of them.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address that a request comes from: `X-Forwarded-For` is read from the right, as each
    /// proxy appends whom it heard, up to the first that is not trusted.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines = headers.get_all("x-forwarded-for").iter();
        let lines: Vec<&str> = lines.map(|line| line.to_str().unwrap_or_default()).collect();
        let mut heard = lines.iter().rev().flat_map(|line| line.rsplit(','));
        let mut client = peer.to_canonical();
        while self.trusts(client) {
            match heard.next().and_then(address) {
                Some(before) => client = before.to_canonical(),
                None => break,
            }
        }
        client
    }

    /// A header that the proxy next to us sets, such as `X-Forwarded-Proto`; nothing where the
    /// request did not come through a trusted one.
    pub fn said<'h>(&self, peer: IpAddr, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
        let last = headers.get_all(name).iter().next_back()?.to_str().ok()?;
        self.trusts(peer).then(|| last.rsplit(',').next().unwrap_or_default().trim())
    }
}

/// `10.0.0.1`, `10.0.0.1:8080`, `2001:db8::1` or `[2001:db8::1]:8080`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let proxies =
            Proxies::new(["10.0.0.0/8", "fd00::/8"].map(|n| n.parse().expect("a network")));
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().expect("a header"));
        }
        proxies.client(peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        // Nobody in front: what is sent along is the sender's own word.
        assert_eq!(client("203.0.113.9", &["1.1.1.1"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        // The first that is not trusted, from the right; what stands before it was made up.
        assert_eq!(client("10.0.0.1", &["1.1.1.1, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["1.1.1.1", "203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(client("::ffff:10.0.0.1", &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(client("fd00::1", &["[2001:db8::2]"]), "2001:db8::2");
        // Where it cannot be read, the last one known.
        assert_eq!(client("10.0.0.1", &["203.0.113.9, unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }
}
