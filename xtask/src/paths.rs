//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Logs and stamps of these commands.
pub(crate) fn scratch() -> PathBuf {
    target().join("xtask")
}

/// The built app, as the server embeds it.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// The server, built with the `dev` or the `release` profile.
pub(crate) fn server(release: bool) -> PathBuf {
    target().join(if release { "release" } else { "debug" }).join("daybook")
}

/// What is installed once a person and not once a checkout.
pub(crate) fn tools() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()).map_or_else(
        || env::home_dir().unwrap_or_else(env::temp_dir).join(".cache"),
        PathBuf::from,
    );
    cache.join("daybook").join("tools")
}

/// The path of a program named `name` that can be started by name.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(name)).find(|file| file.is_file())
}
