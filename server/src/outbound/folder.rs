//! A folder of this machine, which nothing written leaves: every step down is taken from the folder above
//! it and never along a link.

use std::{
    fs::{DirBuilder, File},
    io::{self, Write as _},
    os::{fd::OwnedFd, unix::fs::DirBuilderExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::body::Bytes;
use rustix::{
    fs::{
        AtFlags, Dir, Mode, OFlags, RenameFlags, fsync, linkat, mkdirat, open, openat, renameat,
        renameat_with, statat, unlinkat,
    },
    io::Errno,
};

use super::{Existing, Upload};

/// Where files may be put. What is made in there is its owner's alone; what was there keeps its rights.
#[derive(Debug, Clone)]
pub struct Folder {
    base: Arc<Path>,
}

/// How a folder is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It can be written to.
    There,
    /// It is not there, and can be made.
    Missing,
}

impl Folder {
    /// This folder, made where it is missing.
    pub fn at(path: &Path) -> io::Result<Self> {
        let folder = Self::named(path)?;
        folder.make()?;
        Self::named(path)
    }

    /// This folder, whether it is there or not.
    pub fn named(path: &Path) -> io::Result<Self> {
        let base = path.canonicalize().or_else(|_| std::path::absolute(path))?;
        Ok(Self { base: base.into() })
    }

    /// Makes it where it is missing.
    pub(super) fn make(&self) -> io::Result<()> {
        let missing: Vec<_> = self.base.ancestors().take_while(|path| !path.exists()).collect();
        DirBuilder::new().recursive(true).mode(0o700).create(&self.base)?;
        for above in missing.iter().filter_map(|made| made.parent()) {
            File::open(above)?.sync_all()?;
        }
        Ok(())
    }

    /// Where it is.
    pub fn shown(&self) -> String {
        self.base.display().to_string()
    }

    /// Where a file below it is.
    pub(super) fn place(&self, path: &str, name: &str) -> String {
        self.base.join(path).join(name).display().to_string()
    }

    /// Whether it is there.
    pub fn is_there(&self) -> bool {
        self.base.is_dir()
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

    /// Looks whether it can be written to, or made. Nothing is.
    pub fn look(&self) -> io::Result<Standing> {
        if self.base.exists() {
            return tempfile::tempfile_in(&self.base).map(|_| Standing::There);
        }
        let above = self.base.ancestors().find(|path| path.exists()).unwrap_or(&self.base);
        tempfile::tempfile_in(above).map(|_| Standing::Missing)
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

    pub(super) async fn finish(
        mut self,
        beside: Vec<(&'static str, Vec<u8>)>,
        existing: Existing,
    ) -> io::Result<()> {
        let (folder, file) = (Arc::clone(&self.folder), Arc::clone(&self.file));
        let (name, draft) = (self.name.clone(), self.hidden.clone());
        blocking(move || {
            if existing == Existing::Kept && has(&folder, &name)? {
                // Who finds that it is theirs after all relies on its name.
                fsync(&folder)?;
                return Err(Errno::EXIST.into());
            }
            for (end, bytes) in beside {
                let draft = format!("{draft}{end}");
                let mut small = create(&folder, &draft)?;
                small.write_all(&bytes)?;
                small.sync_all()?;
                renameat(&folder, draft, &folder, format!("{name}{end}"))?;
            }
            file.sync_all()?;
            match existing {
                Existing::Replaced => renameat(&folder, draft, &folder, name)?,
                Existing::Kept => give(&folder, &draft, &name)?,
            }
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
    match mkdirat(folder, part, Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(error) => return Err(error.into()),
    }
    // What is written below is on disk no sooner than its folder, which may have been made a moment ago.
    fsync(folder)?;
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
            match unlinkat(folder, entry.file_name(), AtFlags::empty()) {
                // It may be that attempt's last step that was still under way.
                Ok(()) | Err(Errno::NOENT) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// Whether something has this name.
fn has(folder: &OwnedFd, name: &str) -> io::Result<bool> {
    match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(_) => Ok(true),
        Err(Errno::NOENT) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Gives a draft a name that nothing has.
fn give(folder: &OwnedFd, draft: &str, name: &str) -> io::Result<()> {
    match renameat_with(folder, draft, folder, name, RenameFlags::NOREPLACE) {
        // Some file systems do not know this. A second name is not given over another either.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            linkat(folder, draft, folder, name, AtFlags::empty())?;
            Ok(unlinkat(folder, draft, AtFlags::empty())?)
        }
        given => Ok(given?),
    }
}

/// A new file in a folder.
fn create(folder: &OwnedFd, name: &str) -> io::Result<File> {
    let how = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(folder, name, how, Mode::RUSR | Mode::WUSR)?.into())
}

/// Disks make whoever asks wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
