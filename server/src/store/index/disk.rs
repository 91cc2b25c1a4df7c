//! Full chunks on disk, so that a restart need not read every entry again. They are a copy: what is
//! absent, damaged or of another log is built anew.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::chunk::Chunk;

/// What a file begins with; the number is raised with the format.
const MAGIC: &[u8; 8] = b"daychnk3";

/// Which chunk of a project it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// The first, second, … of the base, from the newest.
    Base(usize),
    /// The one of the tail that begins at this place of the log.
    Tail(u64),
}

/// A chunk, and what has to be known beside it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stored<C> {
    /// The place up to which the base goes.
    pub(super) base: u64,
    /// When the log received the entry at the chunk's mark: see [`Stored::mark`].
    pub(super) received_at: i64,
    /// Whether there is nothing older.
    pub(super) oldest: bool,
    /// How many entries had been taken out of the project when the chunk was right.
    pub(super) removed: u64,
    pub(super) chunk: C,
}

impl Stored<Chunk> {
    /// The last place of the log that the chunk depends on. Two logs that part somewhere differ in
    /// when they received every entry from there on, so that this one place tells them apart.
    pub(super) fn mark(&self, name: Name) -> u64 {
        mark(name, self.base, &self.chunk)
    }
}

/// See [`Stored::mark`].
pub(super) fn mark(name: Name, base: u64, chunk: &Chunk) -> u64 {
    match name {
        Name::Base(_) => base,
        Name::Tail(_) => chunk.last_place(),
    }
}

/// What was found in the folder of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inspected {
    /// How many files.
    pub files: usize,
    /// How long they are together.
    pub bytes: u64,
    /// How many of them are not as they were written.
    pub damaged: usize,
}

/// Looks through the folder of an index. Whether its files are of the log beside it is not told.
pub fn inspect(folder: &Path) -> io::Result<Inspected> {
    let mut found = Inspected::default();
    for project in fs::read_dir(folder)? {
        for file in fs::read_dir(project?.path())? {
            let bytes = fs::read(file?.path())?;
            found.files += 1;
            found.bytes += bytes.len() as u64;
            found.damaged += usize::from(body(&bytes).is_none());
        }
    }
    Ok(found)
}

/// What is in a file, if it is as it was written.
fn body(bytes: &[u8]) -> Option<&[u8]> {
    let (sum, body) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
    (u32::from_le_bytes(*sum) == crc32fast::hash(body)).then_some(body)
}

/// A project's folder.
#[derive(Debug, Clone)]
pub(super) struct Disk(PathBuf);

impl Disk {
    /// The folder of a project within that of the index.
    pub(super) fn of(folder: &Path, project: i64) -> Self {
        Self(folder.join(project.to_string()))
    }

    fn path(&self, name: Name) -> PathBuf {
        self.0.join(match name {
            Name::Base(index) => format!("base-{index:06}"),
            Name::Tail(first) => format!("tail-{first:012}"),
        })
    }

    /// Reads a chunk; `None` if it is absent or damaged.
    pub(super) fn read(&self, name: Name) -> Option<Stored<Chunk>> {
        let bytes = fs::read(self.path(name)).ok()?;
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let Some(body) = body(&bytes) else {
            tracing::warn!(file = %self.path(name).display(), "a chunk of the index is damaged and is built anew");
            return None;
        };
        let stored: Stored<Chunk> = postcard::from_bytes(body).ok()?;
        stored.chunk.is_sound().then_some(stored)
    }

    /// Writes a chunk.
    pub(super) fn write(&self, name: Name, stored: &Stored<&Chunk>) -> io::Result<()> {
        let body = postcard::to_stdvec(stored).map_err(io::Error::other)?;
        make_folder(&self.0)?;
        // Whoever reads it finds all of it or nothing.
        let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
        file.write_all(MAGIC)?;
        file.write_all(&crc32fast::hash(&body).to_le_bytes())?;
        file.write_all(&body)?;
        file.persist(self.path(name)).map_err(|e| e.error)?;
        Ok(())
    }

    /// Forgets a chunk.
    pub(super) fn remove(&self, name: Name) {
        // What stays is only space.
        let _ = fs::remove_file(self.path(name));
    }

    /// Forgets every chunk.
    pub(super) fn clear(&self) {
        // What stays is recognised as foreign when it is read.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Makes a folder that is nobody else's business.
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
