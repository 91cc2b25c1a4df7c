//! Splitting the app: what the first view does without becomes modules of their own.
//!
//! The linked module has to be taken apart before wasm-bindgen sees it, and Trunk has no hook
//! there. So Trunk is given this program under the name `wasm-bindgen`: it splits, and then runs
//! the real one on what is loaded first. The other parts are put beside it when Trunk is done.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::{fs::symlink, process::CommandExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Job, program, read};
use crate::{Result, node, paths, tools};

/// The name by which Trunk looks for its binder.
const BINDER: &str = "wasm-bindgen";
/// What Trunk's files are named after, and ours.
const APP: &str = "daybook-app";
/// The script that loads the parts, as the splitter calls it.
const LOADER: &str = "__wasm_split.js";
/// These tell the stand-in where the programs are.
const REAL: &str = "DAYBOOK_WASM_BINDGEN";
const SPLITTER: &str = "DAYBOOK_WASM_SPLIT";

/// Whether this program was started in the place of wasm-bindgen.
pub(crate) fn stands_in() -> bool {
    env::args_os().next().is_some_and(|name| Path::new(&name).file_name() == Some(BINDER.as_ref()))
}

/// Lets Trunk find the stand-in, and the stand-in the real ones. The folder is to come first on
/// the PATH.
pub(crate) fn put_between(trunk: &mut Command) -> Result<PathBuf> {
    trunk.env(REAL, tools::wasm_bindgen()?).env(SPLITTER, tools::wasm_split()?);
    let folder = paths::scratch().join("stand-in");
    let link = folder.join(BINDER);
    fs::create_dir_all(&folder)
        .and_then(|()| gone(fs::remove_file(&link)))
        .and_then(|()| symlink(env::current_exe()?, &link))
        .map_err(|e| unwritable(&folder, &e))?;
    Ok(folder)
}

/// Does what wasm-bindgen is asked for; where that is to bind a module, that is split before.
pub(crate) fn bind() -> Result {
    let mut bindgen = Command::new(env::var_os(REAL).unwrap_or_default());
    for arg in env::args_os().skip(1) {
        if Path::new(&arg).extension() == Some(OsStr::new("wasm")) {
            // The parts find each other by names that nothing else needs.
            bindgen.arg(take_apart(&arg)?).arg("--keep-lld-exports");
        } else {
            bindgen.arg(arg);
        }
    }
    Err(format!("Install wasm-bindgen again: it could not be started ({}).", bindgen.exec()))
}

/// Splits the linked module; what is returned is the part that is loaded first.
fn take_apart(linked: &OsString) -> Result<PathBuf> {
    let folder = parts();
    // What an earlier build left there is no part of this one.
    gone(fs::remove_dir_all(&folder))
        .and_then(|()| fs::create_dir_all(&folder))
        .map_err(|e| unwritable(&folder, &e))?;
    let mut splitter = Command::new(env::var_os(SPLITTER).unwrap_or_default());
    let status = splitter.arg(linked).arg(&folder).args(["--out-name", APP]).status();
    let done = status.is_ok_and(|status| status.success());
    done.then(|| folder.join(APP).with_extension("wasm"))
        .ok_or_else(|| "Report this: the app could not be split.".to_owned())
}

/// Puts the parts and their loader beside what Trunk made.
pub(crate) fn deliver(job: &Job) -> Result {
    let dist = paths::dist();
    let failed = |e| unwritable(&dist, &e);
    let made = names(&dist).map_err(failed)?;
    let main = made.iter().find_map(|name| name.strip_suffix(".js").filter(|n| n.starts_with(APP)));
    let main = main.ok_or("Report this: Trunk made no script.")?;
    let mut modules = names(&parts()).map_err(failed)?;
    modules.retain(|name| !name.starts_with(APP) && name != LOADER);

    bundle(job, main)?;
    for module in &modules {
        // As Trunk does with what is loaded first, by app/index.html: for speed, then for size, comes out
        // smaller than for size alone.
        let mut optimiser = program(node::bin("app/chart").join("wasm-opt"));
        optimiser.args(["-O2", "-O2", "-Oz", "--low-memory-unused"]);
        optimiser.args(["--reorder-functions-by-name", "--output"]);
        optimiser.arg(dist.join(module)).arg(parts().join(module));
        job.run(&mut optimiser, "Report this: a part of the app could not be optimised.")?;
    }
    rename(&dist, main, &modules).map_err(failed)
}

/// Makes Trunk's script and the loader, which import each other, one file: that is there sooner.
fn bundle(job: &Job, main: &str) -> Result {
    let (loader, script) = (paths::dist().join(LOADER), paths::dist().join(format!("{main}.js")));
    let failed = |e| unwritable(&paths::dist(), &e);
    let text = read(&parts().join(LOADER))?.replace(&format!("{APP}.js"), &format!("{main}.js"));
    fs::write(&loader, text).map_err(failed)?;
    let mut bundler = program(node::bin("app/chart").join("esbuild"));
    bundler.arg(&script).args(["--bundle", "--minify", "--format=esm", "--allow-overwrite"]);
    bundler.arg(format!("--outfile={}", script.display()));
    job.run(&mut bundler, "Report this: the script of the app could not be bundled.")?;
    fs::remove_file(loader).map_err(failed)
}

/// Names everything after what is in it, all with one hash: parts of different builds do not fit,
/// so a browser must not find one of them among the files it keeps for ever.
fn rename(dist: &Path, main: &str, modules: &[String]) -> io::Result<()> {
    let mut files = names(dist)?;
    files.retain(|name| name.starts_with(main) || modules.contains(name));
    let mut hasher = DefaultHasher::new();
    for file in &files {
        fs::read(dist.join(file))?.hash(&mut hasher);
    }
    let named = format!("{APP}-{:016x}", hasher.finish());
    let new = |text: &str| {
        let text = text.replace(main, &named);
        modules.iter().fold(text, |text, name| text.replace(name, &format!("{named}_{name}")))
    };
    for text in ["index.html".to_owned(), format!("{main}.js")] {
        let file = dist.join(text);
        fs::write(&file, new(&fs::read_to_string(&file)?))?;
    }
    files.iter().try_for_each(|file| fs::rename(dist.join(file), dist.join(new(file))))
}

/// Where the splitter puts what it makes.
fn parts() -> PathBuf {
    paths::scratch().join("parts")
}

/// The names of the files in a folder, in order.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let files = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut names: Vec<_> =
        files.iter().map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// What was not there need not be removed.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|e| if e.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(e) })
}

fn unwritable(folder: &Path, error: &io::Error) -> String {
    format!("Make {} writable: {error}.", folder.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_together_has_one_name() -> io::Result<()> {
        let dist = env::temp_dir().join(format!("daybook-rename-{}", std::process::id()));
        let build = |part: &str| -> io::Result<Vec<String>> {
            gone(fs::remove_dir_all(&dist))?;
            fs::create_dir_all(&dist)?;
            fs::write(dist.join("index.html"), "load daybook-app-1.js")?;
            fs::write(
                dist.join("daybook-app-1.js"),
                "load split_a.wasm and daybook-app-1_bg.wasm",
            )?;
            fs::write(dist.join("daybook-app-1_bg.wasm"), "the first")?;
            fs::write(dist.join("split_a.wasm"), part)?;
            rename(&dist, "daybook-app-1", &["split_a.wasm".to_owned()])?;
            names(&dist)
        };
        let made = build("this part")?;
        let hash = &made[0]["daybook-app-".len()..][..16];
        let all =
            [".js", "_bg.wasm", "_split_a.wasm"].map(|end| format!("daybook-app-{hash}{end}"));
        assert_eq!(made, [&all[..], &["index.html".to_owned()]].concat());
        assert_eq!(fs::read_to_string(dist.join("index.html"))?, format!("load {}", all[0]));
        let script = fs::read_to_string(dist.join(&all[0]))?;
        assert_eq!(script, format!("load {} and {}", all[2], all[1]));
        assert_ne!(build("another")?, made, "another part makes another name");
        fs::remove_dir_all(dist)
    }
}
