//! The tests, for any store.

use std::future::Future;

use daybook::{
    clock::Clock,
    export::{
        columns::Columns,
        csv::Csv,
        encode::Encoder as _,
        walk::{Order, Walk},
    },
    ledger::Ledger,
    list::List,
    store::{AnyStore, Appended, Key, ProjectId, Removal, Scope, StoreError},
};
use daybook_model::{
    ApiQuery, Entry, Event, Field, Filter, Range, Seq, Sort, Span, StackBy, Timestamp,
    export::Formulas,
};
use proptest::{
    collection,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};

use crate::{events, oracle};

/// Every test of the suite, for the store that a function makes; where one takes long to make, with one of
/// so many random cases.
macro_rules! conformance {
    ($store:ident) => {
        suite::conformance!($store, 1);
    };
    ($store:ident, $share:expr) => {
        #[test]
        fn entries_come_back_as_they_were_sent() {
            suite::entries_come_back($share, || $store())
        }
        #[test]
        fn pages_walked_both_ways_are_the_list() {
            suite::pages_are_the_list($share, || $store())
        }
        #[test]
        fn files_are_the_list() {
            suite::files_are_the_list($share, || $store())
        }
        #[test]
        fn counts_bars_and_facets_agree_with_the_filter() {
            suite::counts_agree($share, || $store())
        }
        #[test]
        fn an_answer_as_of_a_place_stays_while_more_arrives() {
            suite::answers_stay($share, || $store())
        }
        #[test]
        fn an_id_is_stored_once() {
            suite::ids_are_stored_once($share, || $store())
        }
        #[test]
        fn places_have_no_gaps_whoever_writes() {
            suite::places_have_no_gaps($share, || $store())
        }
        #[test]
        fn the_log_is_read_on_in_its_order() {
            suite::the_log_is_read_on($share, || $store())
        }
        #[test]
        fn what_was_removed_is_gone() {
            suite::removed_is_gone($share, || $store())
        }
        #[test]
        fn projects_do_not_see_each_other() {
            suite::projects_are_apart(|| $store())
        }
        #[test]
        fn what_is_not_there_is_not_there() {
            suite::nothing_is_nothing(|| $store())
        }
        #[test]
        fn long_lists_of_values_mean_the_same() {
            suite::long_lists_mean_the_same(|| $store())
        }
    };
}

pub(crate) use conformance;

fn now() -> Timestamp {
    Timestamp::saturating(events::START + 1_000_000)
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// Tries random cases; a failing seed is kept beside the test and tried first from then on.
fn check<S: Strategy>(
    cases: u32,
    strategy: S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let persistence =
        proptest::test_runner::FileFailurePersistence::Direct("tests/store.proptest-regressions");
    let config = Config {
        cases,
        failure_persistence: Some(Box::new(persistence)),
        max_shrink_iters: 400,
        ..Config::default()
    };
    TestRunner::new(config).run(&strategy, test).unwrap_or_else(|e| panic!("{e}"));
}

/// Appends in two batches and says what the log must then hold.
async fn fill(store: &AnyStore, project: ProjectId, events: &[Event]) -> Vec<Entry> {
    let mut entries = Vec::<Entry>::new();
    let (early, late) = events.split_at(events.len() / 2);
    for (batch, received_at) in [(early, now()), (late, now().plus_millis(7))] {
        let outcomes = store.append(project, batch, received_at).await.unwrap();
        assert_eq!(outcomes.len(), batch.len());
        for (event, outcome) in batch.iter().zip(outcomes) {
            let known = entries.iter().find(|e| event.id.is_some() && e.event.id == event.id);
            let expected = match known {
                None => Appended::Stored(entries.len() as Seq + 1),
                Some(e) if e.event == *event => Appended::Duplicate(e.seq),
                Some(e) => Appended::Differs(e.seq),
            };
            assert_eq!(outcome, expected, "{event:?}");
            if let Appended::Stored(seq) = outcome {
                entries.push(Entry { seq, received_at, event: event.clone(), omitted: Vec::new() });
            }
        }
    }
    assert_eq!(store.head(project).await.unwrap(), entries.len() as Seq);
    entries
}

async fn project(store: &AnyStore, slug: &str) -> ProjectId {
    ProjectId(store.create_project(slug, now()).await.unwrap().number)
}

/// Another project, with a few entries of its own that must never show.
async fn with_neighbours(store: &AnyStore, events: &[Event]) -> ProjectId {
    let before = project(store, "before").await;
    let mine = project(store, "mine").await;
    let behind = project(store, "behind").await;
    for other in [before, behind] {
        store.append(other, &events[..events.len().min(3)], now()).await.unwrap();
    }
    mine
}

fn span() -> impl Strategy<Value = Span> {
    let at =
        || (events::START - 3..events::START + events::LENGTH + 3).prop_map(Timestamp::saturating);
    prop_oneof![Just(Span::ALL), (at(), at()).prop_filter_map("empty", |(a, b)| Span::new(a, b))]
}

pub(crate) fn entries_come_back<F: Future<Output = (AnyStore, K)>, K>(
    share: u32,
    store: impl Fn() -> F,
) {
    check(64 / share, collection::vec(events::event(), 0..40), |events| {
        wait(async {
            let (store, _keep) = store().await;
            let project = with_neighbours(&store, &events).await;
            for entry in fill(&store, project, &events).await {
                prop_assert_eq!(store.entry(project, entry.seq).await.unwrap(), Some(entry));
            }
            Ok(())
        })
    });
}

pub(crate) fn pages_are_the_list<F: Future<Output = (AnyStore, K)>, K>(
    share: u32,
    store: impl Fn() -> F,
) {
    let cases = collection::vec(events::event(), 0..60).prop_flat_map(|events| {
        let lists = collection::vec(
            (events::bounds(&events), events::filter(&events), events::sort(), span(), 1..9_u16),
            12,
        );
        (Just(events), lists)
    });
    check(64 / share, cases, |(events, lists)| {
        wait(async {
            let (store, _keep) = store().await;
            let project = with_neighbours(&store, &events).await;
            let entries = fill(&store, project, &events).await;
            for (within, mut filter, sort, span, limit) in lists {
                filter.range = if span == Span::ALL {
                    Range::Last(daybook_model::Preset::All)
                } else {
                    Range::Between(span)
                };
                let scope = Scope { project, within, filter, span, as_of: entries.len() as Seq };
                let expected = oracle::list(&entries, &scope, sort);
                walk(&store, &scope, sort, limit, &expected).await?;
            }
            Ok(())
        })
    });
}

/// Walks the pages to the end and back; each row is met once each way, at its place.
async fn walk(
    store: &AnyStore,
    scope: &Scope,
    sort: Sort,
    limit: u16,
    expected: &[Entry],
) -> Result<(), TestCaseError> {
    let mut cursor = None::<String>;
    let mut pages = Vec::new();
    loop {
        let query = ApiQuery {
            hidden: false,
            tab: None,
            filter: scope.filter.clone(),
            sort,
            cursor: cursor.take(),
            limit,
            tz: None,
            stack: StackBy::default(),
            buckets: None,
            facets: None,
            facet_search: None,
            after: None,
        };
        let list = List::resolve(store.as_ref(), scope.project, scope.within.clone(), query, now())
            .await
            .unwrap();
        let page = list.page(store.as_ref()).await.unwrap();
        cursor.clone_from(&page.next);
        pages.push(page);
        if cursor.is_none() || pages.len() > expected.len() + 2 {
            break;
        }
    }
    let rows: Vec<_> = pages.iter().flat_map(|p| p.entries.clone()).collect();
    prop_assert_eq!(&rows, expected, "{} by {}", scope.filter, sort);
    let mut before = 0;
    for page in &pages {
        prop_assert_eq!(page.before, before);
        before += page.entries.len() as u64;
    }
    let mut cursor = pages.last().and_then(|p| p.previous.clone());
    for forward in pages.iter().rev().skip(1) {
        let query = ApiQuery {
            hidden: false,
            tab: None,
            filter: scope.filter.clone(),
            sort,
            cursor,
            limit,
            tz: None,
            stack: StackBy::default(),
            buckets: None,
            facets: None,
            facet_search: None,
            after: None,
        };
        let list = List::resolve(store.as_ref(), scope.project, scope.within.clone(), query, now())
            .await
            .unwrap();
        let page = list.page(store.as_ref()).await.unwrap();
        prop_assert_eq!(&page.entries, &forward.entries, "back: {} by {}", scope.filter, sort);
        prop_assert_eq!((page.before, page.next.is_some()), (forward.before, true));
        cursor = page.previous;
    }
    prop_assert_eq!(cursor, None);
    Ok(())
}

/// A file has what the list has, in its order, whether it is written from entries or from rows of
/// numbers, and in pages of whatever size.
pub(crate) fn files_are_the_list<F: Future<Output = (AnyStore, K)>, K>(
    share: u32,
    store: impl Fn() -> F,
) {
    const NARROW: &str = "seq,time,actor,source,method,status,outcome,action,operation,resource,application,\
        cluster,environment,ip,blueprint,entity,integration,path,user_agent";
    let sort = || prop_oneof![any::<bool>().prop_map(Some), Just(None)];
    let cases = collection::vec(events::event(), 0..60).prop_flat_map(move |events| {
        let lists = collection::vec(
            (
                (events::bounds(&events), events::filter(&events), events::sort()),
                sort(),
                span(),
                1..9_usize,
            ),
            5,
        );
        (Just(events), lists)
    });
    check(32 / share, cases, |(events, lists)| {
        wait(async {
            let (store, _keep) = store().await;
            let project = with_neighbours(&store, &events).await;
            let entries = fill(&store, project, &events).await;
            for ((within, filter, sort), in_time, span, limit) in lists {
                let time = |descending| Sort { descending, ..Sort::default() };
                let sort = in_time.map_or(sort, time);
                let as_of = (entries.len() as Seq).saturating_sub(limit as Seq % 3);
                let scope = Scope { project, within, filter, span, as_of };
                let listed = oracle::list(&entries, &scope, sort);
                let expected = || {
                    listed.iter().filter_map(|e| entries.iter().find(|whole| whole.seq == e.seq))
                };
                for columns in ["requests", "all", NARROW] {
                    let columns = Columns::parse(columns).unwrap();
                    let mut encoder = Csv::new(columns.clone(), Formulas::Exact);
                    let (mut wanted, mut written) = (Vec::new(), Vec::new());
                    for entry in expected() {
                        encoder.entry(entry, &mut wanted).unwrap();
                    }
                    let order = Order::Screen(sort);
                    let mut walk =
                        Walk::new(store.clone(), scope.clone().into(), order, columns.parts())
                            .finding(3 * limit + 1);
                    loop {
                        walk.weigh(limit, 512 << 10);
                        let page = walk.page().await.unwrap();
                        if page.is_empty() {
                            break;
                        }
                        page.each(|record| encoder.record(record, &mut written)).unwrap();
                    }
                    let [written, wanted] =
                        [&written, &wanted].map(|file| String::from_utf8_lossy(file));
                    prop_assert_eq!(written, wanted, "{} by {}", scope.filter, sort);
                }
            }
            Ok(())
        })
    });
}

pub(crate) fn counts_agree<F: Future<Output = (AnyStore, K)>, K>(
    share: u32,
    store: impl Fn() -> F,
) {
    let cases = collection::vec(events::event(), 0..60).prop_flat_map(|events| {
        let as_of = 0..=events.len() as Seq;
        let edges =
            collection::btree_set(events::START - 3..events::START + events::LENGTH + 3, 0..9);
        let facet = (
            proptest::sample::select(Field::facets()),
            0..5_usize,
            proptest::option::of(proptest::sample::select(events::TEXTS)),
        );
        let questions = collection::vec(
            ((events::bounds(&events), events::filter(&events)), span(), as_of, edges, facet),
            16,
        );
        (Just(events), questions)
    });
    check(64 / share, cases, |(events, questions)| {
        wait(async {
            let (store, _keep) = store().await;
            let project = with_neighbours(&store, &events).await;
            let entries = fill(&store, project, &events).await;
            let bounds: Vec<_> = questions.iter().map(|((within, _), ..)| within.clone()).collect();
            for ((within, filter), span, as_of, edges, (field, top, containing)) in questions {
                let edges: Vec<_> = edges.into_iter().map(Timestamp::saturating).collect();
                let scope = Scope { project, within, filter, span, as_of };
                let expected = oracle::within(&entries, &scope, None).len() as u64;
                if let Some(counts) =
                    store.counts(&scope, &edges, &[field, Field::Actor], top).await.unwrap()
                {
                    oracle::check_counts(&entries, &scope, &edges, top, &counts)?;
                }
                prop_assert_eq!(store.count(&scope).await.unwrap(), expected, "{}", &scope.filter);
                let each = bounds.iter().map(|bound| {
                    let mut scope = scope.clone();
                    scope.within.extend(bound.iter().cloned());
                    oracle::within(&entries, &scope, None).len() as u64
                });
                prop_assert_eq!(
                    store.count_each(&scope, &bounds).await.unwrap(),
                    each.collect::<Vec<_>>()
                );
                let bars = store.histogram(&scope, &edges).await.unwrap();
                prop_assert_eq!(
                    bars,
                    oracle::histogram(&entries, &scope, &edges),
                    "{}",
                    &scope.filter
                );
                for &by in StackBy::ALL {
                    let stack = store.stack(&scope, &edges, by).await.unwrap();
                    oracle::check_stack(&entries, &scope, &edges, by, &stack)?;
                }
                let facet = store.facet(&scope, field, top, containing).await.unwrap();
                prop_assert_eq!(
                    facet,
                    oracle::facet(&entries, &scope, field, top, containing),
                    "{}",
                    &scope.filter
                );
                let times = entries
                    .iter()
                    .filter(|e| e.seq <= as_of && span.contains(e.event.occurred_at))
                    .map(|e| e.event.occurred_at);
                let extent = times
                    .clone()
                    .min()
                    .zip(times.max())
                    .and_then(|(a, b)| Span::new(a, b.plus_millis(1)));
                prop_assert_eq!(store.extent(&scope).await.unwrap(), extent);
            }
            Ok(())
        })
    });
}

pub(crate) fn answers_stay<F: Future<Output = (AnyStore, K)>, K>(
    share: u32,
    store: impl Fn() -> F,
) {
    let batch = || collection::vec(events::event(), 1..30);
    let cases = (batch(), batch()).prop_flat_map(|(early, late)| {
        let filter = collection::vec(
            (events::filter(&early), events::sort(), proptest::sample::select(Field::facets())),
            6,
        );
        (Just(early), Just(late), filter)
    });
    check(32 / share, cases, |(early, late, questions)| {
        wait(async {
            let (store, _keep) = store().await;
            let project = project(&store, "mine").await;
            store.append(project, &early, now()).await.unwrap();
            let as_of = store.head(project).await.unwrap();
            let edges: Vec<_> =
                (0..=4).map(|i| Timestamp::saturating(events::START + i * 10)).collect();
            let mut answers = Vec::new();
            for again in [false, true] {
                for (i, (filter, sort, field)) in questions.iter().enumerate() {
                    let scope = Scope {
                        project,
                        within: Vec::new(),
                        filter: filter.clone(),
                        span: Span::ALL,
                        as_of,
                    };
                    let mut facet = store.facet(&scope, *field, 3, None).await.unwrap();
                    // The name of what is not in the scope is the log's latest.
                    facet.values.retain(|v| v.count > 0);
                    let answer = (
                        store.count(&scope).await.unwrap(),
                        store.histogram(&scope, &edges).await.unwrap(),
                        facet,
                        store
                            .list(&scope, *sort, None, daybook_model::page::Direction::Next, 20)
                            .await
                            .unwrap(),
                    );
                    if again {
                        prop_assert_eq!(&answer, &answers[i]);
                    } else {
                        answers.push(answer);
                    }
                }
                store.append(project, &late, now()).await.unwrap();
            }
            Ok(())
        })
    });
}

pub(crate) fn ids_are_stored_once<F: Future<Output = (AnyStore, K)>, K>(
    share: u32,
    store: impl Fn() -> F,
) {
    let cases = collection::vec((events::event(), 0..6_u8), 0..30);
    check(64 / share, cases, |events| {
        // Few ids, so that many events have the same: some the same content, some not.
        let mut events: Vec<_> = events
            .into_iter()
            .map(|(mut event, id)| {
                event.id = (id > 0).then(|| {
                    if id > 3 {
                        format!("0199a1b2-c3d4-7e5f-8a9b-00000000000{id}")
                    } else {
                        format!("id{id}")
                    }
                });
                event
            })
            .collect();
        events.extend(events.clone());
        wait(async {
            let (store, _keep) = store().await;
            let project = with_neighbours(&store, &events).await;
            let entries = fill(&store, project, &events).await;
            // All of it once more.
            for (event, outcome) in
                events.iter().zip(store.append(project, &events, now()).await.unwrap())
            {
                let at = |seq| &entries.iter().find(|e| e.seq == seq).unwrap().event;
                match (event.id.as_ref(), outcome) {
                    (None, Appended::Stored(_)) => {}
                    (Some(_), Appended::Duplicate(seq)) => prop_assert_eq!(at(seq), event),
                    (Some(id), Appended::Differs(seq)) => {
                        prop_assert_eq!(at(seq).id.as_ref(), Some(id));
                        prop_assert_ne!(at(seq), event);
                    }
                    other => prop_assert!(false, "{:?}", other),
                }
            }
            Ok(())
        })
    });
}

/// Removes entries, and says what the log must then hold.
async fn remove(
    store: &AnyStore,
    project: ProjectId,
    entries: &mut Vec<Entry>,
    gone: impl Fn(&Entry) -> bool,
) -> Vec<Entry> {
    let (out, left): (Vec<_>, Vec<_>) = entries.drain(..).partition(gone);
    *entries = left;
    let key = |entry: &Entry| (entry.event.occurred_at.millis(), entry.seq);
    let keys: Vec<Key> = out.iter().map(key).collect();
    let (received_before, rule) = (Timestamp::END, "test".to_owned());
    let removal = Removal { project, keys, received_before, run: 1, rule };
    assert_eq!(store.remove(&removal).await, Ok(out.len() as u64));
    // Once more there is nothing to remove.
    assert_eq!(store.remove(&removal).await, Ok(0));
    out
}

pub(crate) fn removed_is_gone<F: Future<Output = (AnyStore, K)>, K>(
    share: u32,
    store: impl Fn() -> F,
) {
    let cases = collection::vec(events::event(), 0..60).prop_flat_map(|events| {
        let questions = collection::vec(
            (
                events::filter(&events),
                events::sort(),
                proptest::sample::select(Field::facets()),
                span(),
            ),
            4,
        );
        let gone = collection::vec(collection::vec(any::<bool>(), 60), 3);
        (Just(events), questions, gone)
    });
    check(48 / share, cases, |(events, questions, gone)| {
        wait(async {
            let (store, _keep) = store().await;
            let project = with_neighbours(&store, &events).await;
            let mut entries = fill(&store, project, &events).await;
            let mut head = entries.len() as Seq;
            for gone in gone {
                let is_gone = |entry: &Entry| {
                    gone.get(usize::try_from(entry.seq).unwrap() % 60) == Some(&true)
                };
                let mut out = remove(&store, project, &mut entries, is_gone).await;
                prop_assert_eq!(store.head(project).await.unwrap(), head);
                for entry in &out {
                    prop_assert_eq!(store.entry(project, entry.seq).await.unwrap(), None);
                }
                same(&store, project, &entries, head, &questions).await?;
                // What is gone may come again, under its old id.
                out.truncate(3);
                for Entry { event, .. } in out {
                    let outcome =
                        store.append(project, std::slice::from_ref(&event), now()).await.unwrap();
                    let known =
                        entries.iter().find(|e| event.id.is_some() && e.event.id == event.id);
                    if let Some(known) = known {
                        prop_assert!(!matches!(outcome[0], Appended::Stored(_)), "{:?}", known);
                        continue;
                    }
                    head += 1;
                    prop_assert_eq!(outcome, vec![Appended::Stored(head)]);
                    entries.push(Entry {
                        seq: head,
                        received_at: now(),
                        event,
                        omitted: Vec::new(),
                    });
                }
                same(&store, project, &entries, head, &questions).await?;
            }
            Ok(())
        })
    });
}

/// Whatever is asked, the answer is that of these entries.
async fn same(
    store: &AnyStore,
    project: ProjectId,
    entries: &[Entry],
    head: Seq,
    questions: &[(Filter, Sort, Field, Span)],
) -> Result<(), TestCaseError> {
    let brief: Vec<_> = entries.iter().map(oracle::brief).collect();
    prop_assert_eq!(store.between(project, 0, head).await.unwrap(), brief);
    // Those that were received by then, however many gaps there are; the gaps in front of the next count.
    let later = now().plus_millis(7);
    let first = entries.iter().find(|entry| entry.received_at >= later).map(|entry| entry.seq);
    if entries.is_sorted_by_key(|entry| entry.received_at) {
        let before = store.place_before(project, later).await.unwrap();
        let old = entries.iter().rfind(|entry| entry.received_at < later).map_or(0, |e| e.seq);
        prop_assert!(old <= before && before < first.unwrap_or(head + 1), "{} {}", old, before);
    }
    let middle = Timestamp::saturating(events::START + events::LENGTH / 2);
    let edges = [Timestamp::MIN, middle, Timestamp::END];
    for (filter, sort, field, span) in questions {
        let (within, filter) = (Vec::new(), Filter { as_of: None, ..filter.clone() });
        let scope = Scope { project, within, filter, span: *span, as_of: head };
        let list = oracle::list(entries, &scope, *sort);
        prop_assert_eq!(store.count(&scope).await.unwrap(), list.len() as u64);
        let page = store
            .list(&scope, *sort, None, daybook_model::page::Direction::Next, 20)
            .await
            .unwrap();
        prop_assert_eq!(&page[..], &list[..list.len().min(20)]);
        let bars = store.histogram(&scope, &edges).await.unwrap();
        prop_assert_eq!(bars, oracle::histogram(entries, &scope, &edges));
        let mut facet = store.facet(&scope, *field, 3, None).await.unwrap();
        let mut expected = oracle::facet(entries, &scope, *field, 3, None);
        // The name of what is not in the scope is the log's latest, whether its entry is there or not.
        facet.values.retain(|value| value.count > 0);
        expected.values.retain(|value| value.count > 0);
        prop_assert_eq!(facet, expected);
        let keys = store.keys(&scope, Sort::default(), None, 100).await.unwrap();
        prop_assert_eq!(keys.len(), list.len());
    }
    Ok(())
}

/// What somebody reads stays in place until they have read it.
#[tokio::test]
async fn nothing_is_removed_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("daybook.db").display());
    let store: AnyStore =
        std::sync::Arc::new(daybook::store::sqlite::Sqlite::open(&url).await.unwrap());
    let project = project(&store, "acme").await;
    let json = r#"{"occurred_at":"2026-05-01T00:00:00Z","actor":{"type":"user"},"action":"A"}"#;
    let event: Event = serde_json::from_str(json).unwrap();
    let key = (event.occurred_at.millis(), 1);
    store.append(project, &[event], now()).await.unwrap();
    let removal =
        Removal { project, keys: vec![key], received_before: now(), run: 1, rule: "test".into() };
    let reading = store.steady(project, Timestamp::MIN).await;
    let refused = store.remove(&removal).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    drop(reading);
    assert_eq!(store.remove(&removal).await, Ok(0), "it was not received before now");
    let removal = Removal { received_before: now().plus_millis(1), ..removal };
    assert_eq!(store.remove(&removal).await, Ok(1));
}

pub(crate) fn places_have_no_gaps<F: Future<Output = (AnyStore, K)>, K>(
    share: u32,
    store: impl Fn() -> F,
) {
    let batches = collection::vec((collection::vec(events::event(), 0..6), any::<bool>()), 1..24);
    check(32 / share, batches, |batches| {
        wait(async {
            let (store, _keep) = store().await;
            let projects = [project(&store, "one").await, project(&store, "two").await];
            let ledger = Ledger::start(store.clone(), Clock::standing_at(now()));
            let mut heads = ledger.listen();
            let tasks: Vec<_> = batches
                .into_iter()
                .map(|(mut events, first)| {
                    let (ledger, project) = (ledger.clone(), projects[usize::from(first)]);
                    for event in &mut events {
                        event.id = None;
                    }
                    tokio::spawn(async move {
                        (project, ledger.submit(project, events.clone()).await.unwrap(), events)
                    })
                })
                .collect();
            let mut places = std::collections::BTreeMap::<ProjectId, Vec<Seq>>::new();
            for task in tasks {
                let (project, submitted, events) = task.await.unwrap();
                for (event, outcome) in events.into_iter().zip(&submitted.outcomes) {
                    let Appended::Stored(seq) = *outcome else { panic!("{outcome:?}") };
                    prop_assert!(seq <= submitted.head);
                    places.entry(project).or_default().push(seq);
                    prop_assert_eq!(store.entry(project, seq).await.unwrap().unwrap().event, event);
                }
            }
            ledger.close().await;
            prop_assert_eq!(
                ledger.submit(projects[0], Vec::new()).await,
                Err(daybook::ledger::LedgerError::Closed)
            );
            let mut announced = std::collections::BTreeMap::new();
            while let Ok(news) = heads.try_recv() {
                prop_assert!(
                    announced
                        .insert(news.project, news.head)
                        .is_none_or(|earlier| earlier < news.head)
                );
            }
            for (project, mut places) in places {
                places.sort_unstable();
                prop_assert_eq!(&places, &(1..=places.len() as Seq).collect::<Vec<_>>());
                prop_assert_eq!(announced.get(&project), places.last());
            }
            Ok(())
        })
    });
}

pub(crate) fn the_log_is_read_on<F: Future<Output = (AnyStore, K)>, K>(
    share: u32,
    store: impl Fn() -> F,
) {
    let cases = collection::vec(events::event(), 0..60).prop_flat_map(|events| {
        let places = 0..=events.len() as Seq + 3;
        let filters = (events::bounds(&events), events::filter(&events));
        let questions = (places.clone(), places, filters, span());
        (Just(events), collection::vec(questions, 8))
    });
    check(32 / share, cases, |(events, questions)| {
        wait(async {
            let (store, _keep) = store().await;
            let project = with_neighbours(&store, &events).await;
            let entries = fill(&store, project, &events).await;
            for (after, upto, (within, filter), span) in questions {
                let read = store.between(project, after, upto).await.unwrap();
                let behind = entries.iter().filter(|e| after < e.seq && e.seq <= upto);
                prop_assert_eq!(&read, &behind.map(oracle::brief).collect::<Vec<_>>());
                // What a live stream tells one by one is what it would count.
                let head = entries.len() as Seq;
                let [at, of] = [upto, after.min(upto)].map(|place| Scope {
                    project,
                    within: within.clone(),
                    filter: filter.clone(),
                    span,
                    as_of: place.min(head),
                });
                let within = read.iter().filter(|entry| at.holds(entry)).count() as u64;
                let counted = store.count(&at).await.unwrap() - store.count(&of).await.unwrap();
                prop_assert_eq!(within, counted, "{}", at.filter);
            }
            Ok(())
        })
    });
}

pub(crate) fn projects_are_apart<F: Future<Output = (AnyStore, K)>, K>(store: impl Fn() -> F) {
    wait(async {
        let (store, _keep) = store().await;
        let acme = store.create_project("acme", now()).await.unwrap();
        let other = store.create_project("other", now()).await.unwrap();
        assert_ne!(acme.number, other.number);
        assert_eq!(store.create_project("acme", now()).await.unwrap(), acme);
        assert_eq!(store.project("acme").await.unwrap().as_ref(), Some(&acme));
        assert_eq!(store.project(&other.number.to_string()).await.unwrap().as_ref(), Some(&other));
        assert_eq!(store.project("nobody").await.unwrap(), None);
        assert_eq!(store.projects().await.unwrap(), [acme, other]);
        for wrong in ["", "12", "Acme", "a/b", "-a", "ä", &"a".repeat(64)] {
            assert!(store.create_project(wrong, now()).await.is_err(), "{wrong:?}");
        }
        store.create_project("_account", now()).await.unwrap();
    });
}

pub(crate) fn nothing_is_nothing<F: Future<Output = (AnyStore, K)>, K>(store: impl Fn() -> F) {
    wait(async {
        let (store, _keep) = store().await;
        let project = project(&store, "empty").await;
        let scope = Scope {
            project,
            within: Vec::new(),
            filter: "actor=user:1&status.not=4xx&q=a".parse().unwrap(),
            span: Span::ALL,
            as_of: 5,
        };
        assert_eq!(store.head(project).await.unwrap(), 0);
        assert_eq!(store.entry(project, 1).await.unwrap(), None);
        assert_eq!(store.entry(project, u64::MAX).await.unwrap(), None);
        assert_eq!(store.between(project, 0, u64::MAX).await.unwrap(), []);
        assert_eq!(store.count(&scope).await.unwrap(), 0);
        assert_eq!(store.extent(&scope).await.unwrap(), None);
        assert_eq!(store.histogram(&scope, &[]).await.unwrap(), Vec::<[u64; 3]>::new());
        assert_eq!(store.append(project, &[], now()).await.unwrap(), []);
        assert!(store.append(ProjectId(4711), &[], now()).await.is_err());
        assert!(store.head(ProjectId(4711)).await.is_err());
        assert!(store.facet(&scope, Field::Path, 3, None).await.is_err());
    });
}

/// More values than a store lists one by one: paths, and entries of one session.
pub(crate) fn long_lists_mean_the_same<F: Future<Output = (AnyStore, K)>, K>(
    store: impl Fn() -> F,
) {
    wait(async {
        let (store, _keep) = store().await;
        let project = project(&store, "many").await;
        let event = |i: u64| {
            let json = format!(
                r#"{{"id":"{i}","occurred_at":"2026-11-20T13:32:04.871Z","actor":{{"type":"user","id":"{}"}},"action":"Act{i}","request":{{"method":"M{}","path":"/p/{i}","session_id":"{}"}}}}"#,
                i % 1_500,
                i % 13,
                i % 2
            );
            serde_json::from_str::<Event>(&json).unwrap()
        };
        let events: Vec<_> = (0..2_600).map(event).collect();
        let entries = fill(&store, project, &events).await;
        for filter in [
            "path=/P/",
            "path=/p/1&path=/p/2",
            "session=1",
            "session.not=1",
            "session=1&session=",
            "q=act",
            "q=%2Fp%2F1",
            "actor_type=user&path.not=/p/2",
            "session=0&session=1&id=7",
        ]
        .map(str::to_owned)
        .into_iter()
        .chain(long_lists())
        {
            let scope = Scope {
                project,
                within: Vec::new(),
                filter: long(&filter),
                span: Span::ALL,
                as_of: 2_500,
            };
            let expected = oracle::within(&entries, &scope, None).len() as u64;
            assert_eq!(store.count(&scope).await.unwrap(), expected, "{filter}");
            let bars = store.histogram(&scope, &[Timestamp::MIN, Timestamp::END]).await.unwrap();
            assert_eq!(bars, [[expected, 0, 0]], "{filter}");
            let facet = store.facet(&scope, Field::Actor, 7, None).await.unwrap();
            assert_eq!(facet, oracle::facet(&entries, &scope, Field::Actor, 7, None), "{filter}");
            let edges =
                ["2026-11-20T13:00:00Z", "2026-11-20T13:32:04.872Z", "2026-11-20T14:00:00Z"];
            let edges = edges.map(|at| at.parse().unwrap());
            let stack = store.stack(&scope, &edges, StackBy::Method).await.unwrap();
            oracle::check_stack(&entries, &scope, &edges, StackBy::Method, &stack)
                .unwrap_or_else(|e| panic!("{filter}: {e}"));
        }
    });
}

/// Thousands of values of one field, as they come by POST, of which few or many occur.
fn long_lists() -> impl Iterator<Item = String> {
    let list = |key: &str, value: fn(u32) -> String| {
        let pair = |i| format!("{key}={}", value(i));
        // What looks into texts is slow to check.
        let many = if key.starts_with("path") { 300 } else { 9_990 };
        (0..many).map(|i| pair(i * 3)).collect::<Vec<_>>().join("&")
    };
    [
        list("path", |i| format!("/p/{i}x")) + "&path=/p/7&path=P/1",
        list("path.not", |i| format!("/p/{i}x")) + "&path.not=/p/7&path.not=P/1",
        list("actor", |i| format!("user:{i}")),
        list("actor.not", |i| format!("user:{i}")),
        list("action", |i| format!("Act{i}")),
        list("id", |i| i.to_string()),
        list("id.not", |i| i.to_string()),
        list("session.not", |i| (i + 1).to_string()),
        list("resource_type.not", |i| i.to_string()),
    ]
    .into_iter()
}

fn long(filter: &str) -> Filter {
    let query = daybook_model::ApiQuery::read_long(filter).unwrap();
    query.filter
}
