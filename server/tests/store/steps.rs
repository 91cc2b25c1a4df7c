//! Both databases are brought to a layout by the same steps.

use std::path::Path;

use sqlx::migrate::Migrator;

/// Steps from this number on are of PostgreSQL alone: what several servers need, and a log that moves there.
/// They come behind all others in a new database, and before later ones in an old one.
const OWN: i64 = 1_000;

/// The numbers and names of the steps in a folder; those that both have, and the others.
async fn steps(folder: &str) -> (Vec<(i64, String)>, Vec<(i64, String)>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    let steps = Migrator::new(folder).await.unwrap();
    assert!(steps.iter().count() > 0);
    let named = steps.iter().map(|step| (step.version, step.description.to_string()));
    named.partition(|(version, _)| *version < OWN)
}

#[tokio::test]
async fn both_databases_have_the_same_steps() {
    for (file, server) in [("sqlite", "postgres"), ("sessions", "postgres-sessions")] {
        let ((common, own), (same, _)) = (steps(file).await, steps(server).await);
        assert_eq!(common, same, "{file} and {server}");
        assert!(own.is_empty(), "{file}: {own:?}");
    }
}
