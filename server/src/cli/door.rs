//! An address that is listened at, and when that ends.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::CliError;
use crate::{connections, front::Front, patience::Patience};

/// When a server is to stop. Clones tell the same.
#[derive(Clone)]
pub(super) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// When the process is asked to, by a signal.
    pub(super) fn when_asked() -> Self {
        let (stop, asked) = watch::channel(false);
        tokio::spawn(async move {
            signalled().await;
            stop.send_replace(true);
        });
        Self(asked)
    }

    /// Not before the process ends.
    pub(super) fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// Waits for it.
    pub(super) async fn asked(&self) {
        if self.0.clone().wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Until the process is asked to stop.
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// An address that is listened at.
pub(super) struct Door {
    bound: SocketAddr,
    /// What is behind it.
    pub(super) front: Front,
    served: JoinHandle<()>,
}

impl Door {
    /// Listens at an address, which was given by this option.
    pub(super) async fn at(
        address: SocketAddr,
        option: &str,
        stop: &Stop,
    ) -> Result<Self, CliError> {
        let listener = TcpListener::bind(address).await.map_err(|e| {
            CliError::say(format!(
                "cannot listen at {address}: {e}; choose another address with {option}"
            ))
        })?;
        let bound = listener.local_addr().unwrap_or(address);
        let (front, stop) = (Front::default(), stop.clone());
        let router = front.router();
        let served = tokio::spawn(async move {
            connections::serve(listener, router, Patience::default(), async move {
                stop.asked().await;
            })
            .await;
        });
        Ok(Self { bound, front, served })
    }

    /// Where it is reached on this machine.
    pub(super) fn address(&self) -> String {
        let mut bound = self.bound;
        // “Any address” is no address to open.
        if bound.ip().is_unspecified() {
            bound.set_ip(if bound.is_ipv6() {
                Ipv6Addr::LOCALHOST.into()
            } else {
                Ipv4Addr::LOCALHOST.into()
            });
        }
        format!("http://{bound}")
    }

    /// Waits until nobody is answered any more.
    pub(super) async fn closed(self) {
        // Where it failed, it is closed too.
        let _ = self.served.await;
    }
}
