//! The investigation page: everything an admin sees of Daybook.
//!
//! It runs in the browser and talks to the server over HTTP alone. [`url`] reads and writes the
//! address bar, [`api`] asks the server, [`load`] keeps a request per question; [`pages`] put
//! these together, [`log`] holds the parts of the log page,
//! [`alerts`], [`investigations`] and [`settings`] those of theirs, and `ui` what knows neither the
//! address nor the server.

#![allow(unreachable_pub, reason = "`#[component]` writes `pub` on what is not public")]

mod alerts;
mod api;
mod app;
mod clock;
mod investigations;
mod later;
mod load;
mod log;
mod pages;
mod preferences;
mod reactive;
mod session;
mod settings;
mod ui;
mod url;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
