//! A folder of this machine, which nothing written leaves: every step down is taken from the folder above
//! it and never along a link.

use std::{
    fs::File,
    io::{self, Write as _},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::body::Bytes;
use rustix::{
    fs::{AtFlags, Dir, Mode, OFlags, fsync, mkdirat, open, openat, renameat, unlinkat},
    io::Errno,
};

use super::Upload;

/// Where files may be put.
#[derive(Debug, Clone)]
pub struct Folder {
    base: Arc<Path>,
}

impl Folder {
    /// This folder, made where it is missing.
    pub fn at(path: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        Ok(Self { base: path.canonicalize()?.into() })
    }

    /// Where it is.
    pub(super) fn shown(&self) -> String {
        self.base.display().to_string()
    }

    /// Opens a file below it.
    pub(super) fn open(&self, path: &str, name: &str) -> io::Result<File> {
        let mut folder = open(&*self.base, STEP, Mode::empty())?;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            folder = openat(&folder, part, STEP, Mode::empty())?;
        }
        let how = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(openat(&folder, name, how, Mode::empty())?.into())
    }

    /// Looks whether it can be written to.
    pub fn look(&self) -> io::Result<()> {
        tempfile::tempfile_in(&self.base).map(drop)
    }

    /// Begins a file below it.
    pub async fn upload(&self, path: &str, name: &str) -> io::Result<Upload> {
        let (base, path, name) = (Arc::clone(&self.base), path.to_owned(), name.to_owned());
        blocking(move || Draft::begin(&base, &path, name)).await.map(Upload::File)
    }
}

/// A file that is being written under another name.
pub struct Draft {
    folder: Arc<OwnedFd>,
    file: Arc<File>,
    name: String,
    hidden: String,
    shown: PathBuf,
    finished: bool,
}

impl Draft {
    fn begin(base: &Path, path: &str, name: String) -> io::Result<Self> {
        let mut folder = open(base, STEP, Mode::empty())?;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            folder = step(&folder, part)?;
        }
        sweep(&folder, &name)?;
        let hidden = format!(".{name}.{:08x}.part", rand::random::<u32>());
        let file = create(&folder, &hidden)?;
        let shown = base.join(path).join(&name);
        Ok(Self { folder: folder.into(), file: file.into(), name, hidden, shown, finished: false })
    }

    pub(super) fn place(&self) -> String {
        self.shown.display().to_string()
    }

    pub(super) async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        let file = Arc::clone(&self.file);
        blocking(move || (&*file).write_all(&bytes)).await
    }

    pub(super) async fn finish(mut self, beside: Vec<(&'static str, Vec<u8>)>) -> io::Result<()> {
        let (folder, file) = (Arc::clone(&self.folder), Arc::clone(&self.file));
        let (name, draft) = (self.name.clone(), self.hidden.clone());
        blocking(move || {
            for (end, bytes) in beside {
                let draft = format!("{draft}{end}");
                let mut small = create(&folder, &draft)?;
                small.write_all(&bytes)?;
                small.sync_all()?;
                renameat(&folder, draft, &folder, format!("{name}{end}"))?;
            }
            file.sync_all()?;
            renameat(&folder, draft, &folder, name)?;
            // The names are on disk as well.
            Ok(fsync(&folder)?)
        })
        .await?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            // Where this does not succeed, the next attempt does it.
            let _ = unlinkat(&self.folder, &self.hidden, AtFlags::empty());
        }
    }
}

/// How a folder is opened on the way: it is none if it is a link.
const STEP: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Into a folder, made where it is missing.
fn step(folder: &OwnedFd, part: &str) -> io::Result<OwnedFd> {
    if part == ".." || part == "." {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "leads elsewhere"));
    }
    match mkdirat(folder, part, Mode::RWXU | Mode::RGRP | Mode::XGRP) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(error) => return Err(error.into()),
    }
    openat(folder, part, STEP, Mode::empty()).map_err(|error| {
        let elsewhere = matches!(error, Errno::LOOP | Errno::NOTDIR);
        let said = format!("{part} is no folder, or a link: nothing is written along links");
        if elsewhere { io::Error::new(io::ErrorKind::InvalidInput, said) } else { error.into() }
    })
}

/// Takes away what an attempt left that broke off.
fn sweep(folder: &OwnedFd, name: &str) -> io::Result<()> {
    let begin = format!(".{name}.");
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let left = entry.file_name().to_string_lossy();
        if left.starts_with(&begin) && left.contains(".part") {
            unlinkat(folder, entry.file_name(), AtFlags::empty())?;
        }
    }
    Ok(())
}

/// A new file in a folder.
fn create(folder: &OwnedFd, name: &str) -> io::Result<File> {
    let how = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(folder, name, how, Mode::RUSR | Mode::WUSR | Mode::RGRP)?.into())
}

/// Disks make whoever asks wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
