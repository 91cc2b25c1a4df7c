//! The same SQL in the `sqlite3` shell.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// How long the shell takes for this SQL on this file, in milliseconds: the median of five runs in
/// one shell, after one that warms up. `None` where the shell is not installed.
pub(crate) fn time(file: &Path, sql: &str) -> Option<f64> {
    let mut child = Command::new("sqlite3")
        .arg("-readonly")
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let script = format!(
        "PRAGMA mmap_size=1073741824; PRAGMA cache_size=-65536;\n{sql};\n.timer on\n{}",
        format!("{sql};\n").repeat(5)
    );
    input.write_all(script.as_bytes()).ok()?;
    drop(input);
    let output = child.wait_with_output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut times: Vec<f64> = text
        .lines()
        .filter_map(|line| line.strip_prefix("Run Time: real "))
        .filter_map(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
        .map(|seconds| seconds * 1000.0)
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}
