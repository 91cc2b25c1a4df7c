//! A batch over a connection of its own.
//!
//! Syslog has no answers. But whoever closes a connection in good order has read it to its end: so a batch
//! is sent, our side of the connection is closed, and it counts as taken when the other side closes too. A
//! receiver that dies before it has read everything resets the connection instead.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use daybook_model::stream::Target;
use rustls::{ClientConfig, ClientConnection, pki_types::ServerName};

use super::{super::Addresses, CONNECTING, Client, Options, Refusal};
use crate::{streams::batch::Batch, words};

/// How much is written before it is asked how late it is.
const PIECE: usize = 16 * 1024;

/// Reaches a target by TCP, with TLS or without.
pub(super) struct Tcp {
    addresses: Addresses,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

/// A connection with the moment at which everything has to be over.
struct Timed {
    socket: TcpStream,
    end: Instant,
}

impl Timed {
    /// What is left of the time, as the socket's.
    fn hurry(&self) -> io::Result<()> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.socket.set_write_timeout(Some(left))?;
        self.socket.set_read_timeout(Some(left))
    }
}

impl io::Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hurry()?;
        self.socket.write(&bytes[..bytes.len().min(PIECE)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

impl io::Read for Timed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.hurry()?;
        self.socket.read(into)
    }
}

impl Tcp {
    pub(super) fn new(target: &Target, options: &Options) -> Result<Self, Refusal> {
        let tls = if target.scheme.is_secure() {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|e| Refusal::trouble(format!("TLS cannot be set up: {e}")))?
                .with_root_certificates(options.authorities.roots())
                .with_no_client_auth();
            let name = ServerName::try_from(target.host().to_owned())
                .map_err(|e| Refusal::trouble(format!("its name is none for TLS: {e}")))?;
            Some((Arc::new(config), name))
        } else {
            None
        };
        Ok(Self { addresses: options.addresses, tls })
    }

    pub(super) fn deliver(&self, client: &Client, batch: &Batch) -> Result<(), Refusal> {
        let end = Instant::now() + client.patience;
        let failed = |e: io::Error| Refusal::trouble(told(&e, client.patience));
        let found = self.addresses.resolve(&client.target).map_err(failed)?;
        let socket = connect(&found, client.patience.min(CONNECTING)).map_err(failed)?;
        let mut socket = Timed { socket, end };
        match &self.tls {
            None => socket.write_all(&batch.body).map_err(failed)?,
            Some((config, name)) => {
                return encrypted(&mut socket, config, name, &batch.body).map_err(failed);
            }
        }
        socket.socket.shutdown(Shutdown::Write).map_err(failed)?;
        // Whatever is said meanwhile means nothing.
        let mut said = [0; 1024];
        while socket.read(&mut said).map_err(failed)? > 0 {}
        Ok(())
    }
}

fn connect(found: &[SocketAddr], patience: Duration) -> io::Result<TcpStream> {
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "its name is not known");
    for address in found {
        match TcpStream::connect_timeout(address, patience) {
            Ok(socket) => {
                socket.set_nodelay(true)?;
                return Ok(socket);
            }
            Err(e) => failed = e,
        }
    }
    Err(failed)
}

fn encrypted(
    socket: &mut Timed,
    config: &Arc<ClientConfig>,
    name: &ServerName<'static>,
    body: &[u8],
) -> io::Result<()> {
    let mut tls =
        ClientConnection::new(Arc::clone(config), name.clone()).map_err(io::Error::other)?;
    rustls::Stream::new(&mut tls, socket).write_all(body)?;
    tls.send_close_notify();
    while tls.wants_write() {
        tls.write_tls(socket)?;
    }
    socket.socket.shutdown(Shutdown::Write)?;
    // Until it closes too. An alert, such as one about our certificate, is an error here.
    loop {
        if tls.read_tls(socket)? == 0 {
            return Ok(());
        }
        let state = tls.process_new_packets().map_err(io::Error::other)?;
        let mut said = vec![0; state.plaintext_bytes_to_read()];
        tls.reader().read_exact(&mut said)?;
    }
}

fn told(error: &io::Error, patience: Duration) -> String {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => format!(
            "it did not read everything and close the connection within {}",
            words::seconds(patience.as_secs().max(1))
        ),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            format!("it broke the connection off before it had read everything: {error}")
        }
        _ => format!("it cannot be reached: {error}"),
    }
}
