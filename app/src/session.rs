//! Who is signed in, as far as the page knows.

use daybook_model::{
    account::{Permission, Viewer},
    privacy::Masking,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{self, Failure},
    url::{Address, History, Page, sign_in_href},
};

/// The session.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    address: Address,
    /// Who is signed in; unknown until the server has said so.
    pub(crate) viewer: RwSignal<Option<Viewer>>,
    /// Why signing out did not work.
    pub(crate) stuck: RwSignal<Option<String>>,
}

impl Session {
    /// A session of which nothing is known yet.
    pub(crate) fn new(address: Address) -> Self {
        Self { address, viewer: RwSignal::new(None), stuck: RwSignal::new(None) }
    }

    /// Asks who is signed in, unless that is known.
    pub(crate) fn look(self) {
        if self.viewer.with_untracked(Option::is_some) {
            return;
        }
        spawn_local(async move {
            match api::viewer(None).await {
                Ok(viewer) => self.viewer.set(Some(viewer)),
                Err(failure) => self.check(&failure),
            }
        });
    }

    /// Whether the reader may do this in a project, as far as is known.
    pub(crate) fn may(self, project: &str, permission: Permission) -> bool {
        self.viewer.read().as_ref().is_some_and(|viewer| viewer.may(project, permission))
    }

    /// Whether the reader may do this in a project, or that is not known yet: what will be there has its place.
    pub(crate) fn may_yet(self, project: &str, permission: Permission) -> bool {
        self.viewer.read().is_none() || self.may(project, permission)
    }

    /// The same of the project in the address.
    pub(crate) fn may_yet_here(self, permission: Permission) -> bool {
        let page = Page::at(&self.address.place().path);
        page.project().is_some_and(|project| self.may_yet(project, permission))
    }

    /// What the reader sees pseudonyms in place of in a project, as far as is known.
    pub(crate) fn masking(self, project: &str) -> Masking {
        self.viewer.read().as_ref().map(|viewer| viewer.masking(project)).unwrap_or_default()
    }

    /// Asks again who is signed in, and what they may do.
    pub(crate) fn look_again(self) {
        spawn_local(async move {
            if let Ok(viewer) = api::viewer(None).await {
                let _ = self.viewer.try_set(Some(viewer));
            }
        });
    }

    /// Whether there is more in the log of a project than the reader may see, or not for good.
    pub(crate) fn sees_part(self, project: &str) -> bool {
        let viewer = self.viewer.read();
        viewer.as_ref().and_then(|v| v.grant(project)).is_some_and(|grant| !grant.is_whole())
    }

    /// Leads to the sign-in page if this failure means that nobody is signed in; the way back
    /// stays in the link.
    pub(crate) fn check(self, failure: &Failure) {
        if *failure == Failure::Unauthorized {
            self.viewer.set(None);
            let place = untrack(|| self.address.place());
            if place.path != daybook_model::paths::SIGN_IN {
                self.address.go(&sign_in_href(&place), History::Replace);
            }
        }
    }

    /// Signs out. Where that fails the reader stays signed in and is told.
    pub(crate) fn sign_out(self) {
        self.stuck.set(None);
        spawn_local(async move {
            match api::sign_out().await {
                Ok(()) => {
                    self.viewer.set(None);
                    self.address.go(daybook_model::paths::SIGN_IN, History::Push);
                }
                Err(failure) => {
                    let why = format!("You are still signed in. {}", failure.message());
                    self.stuck.set(Some(why));
                }
            }
        });
    }
}
