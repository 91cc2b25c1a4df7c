//! Where this server is on the web: what its cookies, its links and its checks depend on.

use std::net::IpAddr;

use axum::http::HeaderMap;

/// Where this server is.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// `https://daybook.example.com`, without a slash at its end; known where it was said.
    public: Option<String>,
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
        Ok(Self { public: Some(address.to_lowercase()) })
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

    /// The address of whoever asks. What a request says of itself is not believed.
    pub fn client(&self, peer: Option<IpAddr>, _headers: &HeaderMap) -> Option<IpAddr> {
        peer
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
    fn what_is_no_address_is_refused() {
        for wrong in ["daybook.example.com", "https://", "ftp://x", "https://x/path", "https://a@b"]
        {
            assert!(Site::at(wrong).is_err(), "{wrong}");
        }
    }
}
