//! `daybook import`: what was refused is told, line by line and by the exit status.

use super::server::{event, run, said, told};

#[test]
fn what_was_refused_is_told_by_the_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    let import = |lines: &[String]| {
        run(folder.path(), &["import", "--format", "native", "-"], &lines.join("\n"))
    };
    let good = |n| event(n, 0).to_string();
    let all = import(&[good(1), good(2)]);
    assert_eq!(
        (all.status.code(), told(&all).as_str()),
        (Some(0), "stored 2, duplicates 0, refused 0\n")
    );
    let some = import(&[good(2), "{\"action\":5}".into(), "no JSON".into(), good(3)]);
    assert_eq!(told(&some), "stored 1, duplicates 1, refused 2\n");
    assert_eq!(some.status.code(), Some(5), "{}", said(&some));
    let lines: Vec<String> = said(&some).lines().map(str::to_owned).collect();
    assert!(lines.iter().any(|line| line.contains(":2: ")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains(":3: ")), "{lines:?}");
    assert!(lines.last().unwrap().contains("2 entries were refused"), "{lines:?}");
    let none = run(folder.path(), &["import", "--format", "native", "nowhere.ndjson"], "");
    assert_eq!(none.status.code(), Some(1), "{}", said(&none));
}
