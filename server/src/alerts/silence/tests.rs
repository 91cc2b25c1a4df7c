//! The silences are those that somebody finds who looks at every entry.

use std::sync::Arc;

use daybook_model::{ActorType, Filter, alert::Condition};
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};

use super::{
    super::machine::{Machine, Sighting, Watched},
    *,
};
use crate::{
    import::bare,
    store::{AnyStore, ProjectId, index, sqlite::Sqlite},
};

const START: i64 = 1_763_640_000_000;

/// Milliseconds since the entry before, or to it where it came late; and whether the rule watches it.
type Step = (i64, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let apart = prop_oneof![
        6 => 0..900_i64,
        2 => 900..5_000_i64,
        2 => Just(1_000),
        1 => 5_000..40_000_i64,
        1 => -9_000..0_i64,
    ];
    vec((apart, prop::bool::weighted(0.8)), 0..40)
}

/// By looking at every entry, in the order of time.
fn looked_at(mut entries: Vec<(i64, Seq)>, seconds: u32, now: i64) -> Vec<Episode> {
    entries.sort_unstable();
    let watched = Watched::new(Condition::Absence { window: seconds }, 0);
    let mut machine = Machine::unbraked(watched);
    for (at, seq) in entries {
        machine.look(at);
        machine.observe(&Sighting { at, seq, received: at, group: None, value: None });
    }
    machine.look(now);
    let mut found = machine.take();
    found.sort_by_key(|silence| silence.at);
    found
}

async fn compare(store: AnyStore, slug: String, steps: Vec<Step>, seconds: u32) {
    let now = Timestamp::saturating(START);
    let project = ProjectId(store.create_project(&slug, now).await.expect("a project").number);
    let (mut at, mut watched, mut events) = (START, Vec::new(), Vec::new());
    for (n, (apart, is_watched)) in (1..).zip(steps) {
        at += apart;
        let action = if is_watched { "Watched" } else { "Other" };
        let mut event = bare(Timestamp::saturating(at), ActorType::User, action.to_owned());
        event.id = Some(n.to_string());
        events.push(event);
        watched.extend(is_watched.then_some((at, n)));
    }
    store.append(project, &events, now).await.expect("they are stored");
    let filter: Filter = "action=Watched".parse().expect("a filter");
    let span = Span {
        from: Timestamp::saturating(START - 100_000),
        to: Timestamp::saturating(START + 1_000_000),
    };
    let scope = Scope { project, within: Vec::new(), filter, span, as_of: Seq::MAX };
    let window = i64::from(seconds) * 1_000;
    let found = silences(&*store, &scope, window, u64::MAX).await.expect("it reads");
    let found = found.expect("there are not too many bars");
    let now = START + 100_000;
    let going_on = found.going_on(window, now);
    let all: Vec<_> = found.ended.into_iter().chain(going_on).collect();
    assert_eq!(all, looked_at(watched, seconds, now));
}

#[test]
fn silences_are_those_that_a_look_at_every_entry_finds() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    let file = Arc::new(runtime.block_on(Sqlite::open(&url)).expect("a log"));
    let settings = index::Settings { chunk: 8, ..index::Settings::default() };
    let store: AnyStore = {
        let _within = runtime.enter();
        Arc::new(index::Index::over(file, settings))
    };
    let number = std::cell::Cell::new(0);
    let config = ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() };
    let found = TestRunner::new(config).run(&(steps(), 1..7_u32), |(steps, seconds)| {
        number.set(number.get() + 1);
        let slug = format!("p{}", number.get());
        runtime.block_on(compare(Arc::clone(&store), slug, steps, seconds));
        Ok(())
    });
    found.unwrap_or_else(|failure| panic!("{failure}"));
}
