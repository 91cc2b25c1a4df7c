//! Skipping what is done: a stamp remembers what something was made from.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crate::{Result, paths};

/// A number that changes when one of the files does, or one of the files in the folders.
pub(crate) fn fingerprint(sources: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    for source in sources {
        hash(&paths::root().join(source), &mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

fn hash(path: &Path, hasher: &mut DefaultHasher) {
    if path.file_name().is_some_and(|name| name == "node_modules") {
        return;
    }
    path.file_name().hash(hasher);
    match fs::read_dir(path) {
        Ok(entries) => {
            let mut inside: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
            inside.sort();
            for path in inside {
                hash(&path, hasher);
            }
        }
        Err(_) => fs::read(path).ok().hash(hasher),
    }
}

/// Whether `stamp` says that its thing was made from `fingerprint`.
pub(crate) fn fresh(stamp: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|text| text == fingerprint)
}

/// Remembers that the thing of `stamp` was made from `fingerprint`.
pub(crate) fn write(stamp: &Path, fingerprint: &str) -> Result {
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder)
            .map_err(|e| format!("Make {} writable: {e}.", folder.display()))?;
    }
    fs::write(stamp, fingerprint).map_err(|e| format!("Make {} writable: {e}.", stamp.display()))
}
