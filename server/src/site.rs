//! Where this server is on the web: what its cookies, its links and its checks depend on.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};
use daybook_recorder::Proxies;

/// Where this server is.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// `https://daybook.example.com`, without a slash at its end; known where it was said.
    public: Option<String>,
    /// The proxies in front of it that are believed.
    proxies: Proxies,
}

/// Why an address cannot be that of the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the address of a server, such as https://daybook.example.com")]
pub struct SiteError(String);

impl Site {
    /// A server that browsers reach at this address.
    pub fn at(address: &str) -> Result<Self, SiteError> {
        let wrong = || SiteError(address.into());
        let address = address.strip_suffix('/').unwrap_or(address);
        let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        let host = host.ok_or_else(wrong)?;
        if host.is_empty() || host.contains(|c: char| c == '/' || c == '@' || c.is_whitespace()) {
            return Err(wrong());
        }
        Ok(Self { public: Some(address.to_lowercase()), proxies: Proxies::default() })
    }

    /// The same behind proxies that are believed about where a request comes from.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }

    /// The proxies that are believed.
    pub fn proxies(&self) -> &Proxies {
        &self.proxies
    }

    /// Whether a request came over TLS: the address says so, or a trusted proxy does.
    pub fn came_securely(&self, extensions: &Extensions, headers: &HeaderMap) -> bool {
        let said = || {
            let peer = extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip();
            self.proxies.said(peer, headers, "x-forwarded-proto")
        };
        self.is_secure() || said().is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
    }

    /// Its address, where it was said.
    pub fn address(&self) -> Option<&str> {
        self.public.as_deref()
    }

    /// Whether browsers reach it by TLS alone.
    pub fn is_secure(&self) -> bool {
        self.address().is_some_and(|address| address.starts_with("https://"))
    }

    /// Whether an origin is this site.
    pub fn is_at(&self, origin: &str) -> bool {
        self.address().is_some_and(|address| address.eq_ignore_ascii_case(origin))
    }

    /// A cookie's name here: behind TLS, one that no other host and no plain connection can set.
    pub fn cookie_name(&self, name: &str) -> String {
        if self.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// A cookie. Lax, so that a link from elsewhere (a chat, a ticket) opens signed in.
    pub fn cookie(&self, name: &str, value: &str, seconds: i64) -> String {
        let secure = if self.is_secure() { "; Secure" } else { "" };
        let name = self.cookie_name(name);
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
    }

    /// The address of whoever asks. What a request says of itself is believed of trusted proxies
    /// alone.
    pub fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        peer.map(|peer| self.proxies.client(peer, headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_tls_cookies_are_of_this_host_alone() {
        let site = Site::at("https://Daybook.example.com/").expect("an address");
        assert!(site.is_secure() && site.is_at("https://daybook.example.com"));
        let cookie = site.cookie("daybook_session", "x", 60);
        assert!(cookie.starts_with("__Host-daybook_session=x; Path=/; HttpOnly"), "{cookie}");
        assert!(cookie.ends_with("; Secure") && !cookie.contains("Domain"), "{cookie}");
        let plain = Site::default().cookie("daybook_session", "x", 60);
        assert!(plain.starts_with("daybook_session=x; ") && !plain.contains("Secure"), "{plain}");
    }

    #[test]
    fn tls_is_known_from_the_address_or_a_trusted_proxy() {
        let from = |peer: [u8; 4], proto: &str| {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(SocketAddr::from((peer, 1))));
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-proto", proto.parse().expect("a header"));
            (extensions, headers)
        };
        let secure = |site: &Site, (extensions, headers): (Extensions, HeaderMap)| {
            site.came_securely(&extensions, &headers)
        };
        let proxies = Proxies::new(["10.0.0.0/8".parse().expect("a network")]);
        let behind = Site::default().behind(proxies);
        assert!(secure(&behind, from([10, 0, 0, 1], "https")));
        assert!(!secure(&behind, from([10, 0, 0, 1], "http")));
        assert!(!secure(&behind, from([203, 0, 113, 9], "https")), "anybody can say so");
        assert!(!secure(&Site::default(), from([127, 0, 0, 1], "https")));
        let told = Site::at("https://audit.acme.dev").expect("an address");
        assert!(secure(&told, from([203, 0, 113, 9], "http")));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in ["daybook.example.com", "https://", "ftp://x", "https://x/path", "https://a@b"]
        {
            assert!(Site::at(wrong).is_err(), "{wrong}");
        }
    }
}
