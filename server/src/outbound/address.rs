//! Which addresses may be sent to: asked before each connection, of the address that is connected to.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _},
};

use daybook_model::stream::Target;
use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// Where something may be sent. Link-local addresses, where clouds tell secrets to their machines, are nobody's
/// log collector and are never connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Addresses {
    /// Into the network behind this server as well, where collectors usually are.
    #[default]
    Any,
    /// Only to what is reached from everywhere.
    Public,
}

/// Nothing may be sent there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is an address that nothing may be sent to")]
pub struct ForbiddenAddress(IpAddr);

impl Addresses {
    /// Whether an address may be connected to.
    pub fn allow(self, address: IpAddr) -> Result<(), ForbiddenAddress> {
        let forbidden = match plain(address) {
            IpAddr::V4(v4) => is_never_v4(v4) || self == Self::Public && is_private_v4(v4),
            IpAddr::V6(v6) => is_never_v6(v6) || self == Self::Public && is_private_v6(v6),
        };
        if forbidden { Err(ForbiddenAddress(address)) } else { Ok(()) }
    }

    /// What can be said of a target before its name is looked up.
    pub fn allow_target(self, target: &Target) -> Result<(), ForbiddenAddress> {
        target.host().parse().map_or(Ok(()), |address| self.allow(address))
    }

    /// The addresses of a target, all of which may be connected to.
    pub(crate) fn resolve(self, target: &Target) -> io::Result<Vec<SocketAddr>> {
        let found: Vec<_> = (target.host(), target.port()).to_socket_addrs()?.collect();
        self.check(&found)?;
        Ok(found)
    }

    /// A name that leads to one address that is forbidden is not to be trusted with the others.
    fn check(self, found: &[SocketAddr]) -> io::Result<()> {
        let forbidden = found.iter().find_map(|address| self.allow(address.ip()).err());
        forbidden.map_or(Ok(()), |e| Err(io::Error::new(io::ErrorKind::PermissionDenied, e)))
    }
}

/// The client connects to what this answers: what was checked is what is connected to.
impl Resolver for Addresses {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        self.check(&found)?;
        Ok(found)
    }
}

/// The address of version 4 that one of version 6 stands for, if it does.
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let embedded = |high: u16, low: u16| {
        IpAddr::V4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
    };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => address,
        // Mapped, compatible, and by way of a translator.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            embedded(high, low)
        }
        [0x2002, high, low, ..] => embedded(high, low),
        _ => address,
    }
}

fn is_never_v4(v4: Ipv4Addr) -> bool {
    v4.is_link_local() || v4.is_multicast() || v4.is_broadcast() || v4.octets()[0] == 0
}

fn is_never_v6(v6: Ipv6Addr) -> bool {
    v6.is_unicast_link_local()
        || v6.is_multicast()
        || v6.is_unspecified()
        // Where one cloud keeps what another keeps at a link-local address.
        || v6.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254]
}

fn is_private_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    v4.is_loopback()
        || v4.is_private()
        || v4.is_documentation()
        || a == 100 && (64..128).contains(&b)
        || a == 192 && b == 0 && c == 0
        || a == 198 && (18..20).contains(&b)
        || a >= 240
}

fn is_private_v6(v6: Ipv6Addr) -> bool {
    v6.is_loopback()
        || v6.is_unique_local()
        || v6.segments()[0] & 0xffc0 == 0xfec0
        || v6.segments()[..2] == [0x2001, 0xdb8]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(addresses: Addresses, text: &str) -> bool {
        addresses.allow(text.parse().expect(text)).is_ok()
    }

    #[test]
    fn what_is_inside_is_reached_unless_that_is_forbidden() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.7.7",
            "100.64.0.1",
            "198.18.0.1",
            "::1",
            "fd12::1",
            "fec0::1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:0a00:0001::",
        ] {
            assert!(allows(Addresses::Any, inside), "{inside}");
            assert!(!allows(Addresses::Public, inside), "{inside}");
        }
        for outside in ["1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(allows(Addresses::Public, outside), "{outside}");
        }
    }

    #[test]
    fn where_clouds_keep_secrets_nothing_is_sent() {
        for never in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "fe80::1",
            "fd00:ec2::254",
            "0.0.0.0",
            "::",
            "224.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!allows(Addresses::Any, never), "{never}");
        }
    }

    #[test]
    fn a_name_is_checked_by_what_it_leads_to() {
        let target = |text: &str| text.parse::<Target>().expect(text);
        assert!(Addresses::Public.allow_target(&target("https://127.0.0.1/x")).is_err());
        let local = target("syslog://localhost:601");
        assert!(Addresses::Public.allow_target(&local).is_ok(), "it is not looked up yet");
        let refused = Addresses::Public.resolve(&local).expect_err("it leads inside");
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
        assert!(Addresses::Any.resolve(&local).is_ok());
    }
}
