//! One suite for every store. What a filter means is said by `Filter::matches`, what an order is by
//! `Sort::compare`; a store that answers otherwise is wrong.

#![allow(clippy::unwrap_used, reason = "a failing test says enough")]

#[path = "store/suite.rs"]
mod suite;

#[path = "store/events.rs"]
mod events;

#[path = "store/oracle.rs"]
mod oracle;

#[path = "store/index.rs"]
mod index;

mod sqlite {
    use std::sync::Arc;

    use daybook::{
        clock::Clock,
        ledger::{Ledger, LedgerError},
        store::{
            AnyStore, Appended, Position, ProjectId, Scope, Store as _, StoreError, sqlite::Sqlite,
        },
    };
    use daybook_model::{Event, Sort, Span, Timestamp, page::Direction, sort::SortKey};
    use sqlx::{AssertSqlSafe, Row as _};

    use super::suite;

    /// A new store, and what keeps its file.
    async fn store() -> (AnyStore, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("a/b/daybook.db").display());
        (Arc::new(Sqlite::open(&url).await.unwrap()), folder)
    }

    suite::conformance!(store);

    fn event(i: i64, session: &str) -> Event {
        let at = Timestamp::saturating(1_790_000_000_000 + i);
        let json = format!(
            r#"{{"occurred_at":"{at}","actor":{{"type":"user"}},"action":"A","request":{{"session_id":"{session}"}},"message":"{}"}}"#,
            "m".repeat(400)
        );
        serde_json::from_str(&json).unwrap()
    }

    #[tokio::test]
    async fn a_full_disk_refuses_a_batch_and_not_those_after_it() {
        let (store, project, _folder) = filled().await;
        let head = store.head(project).await.unwrap();
        // No page more than there are: what a full disk says, SQLite says then.
        let writer = store.database().writer();
        let pages: i64 = sqlx::query("PRAGMA page_count").fetch_one(writer).await.unwrap().get(0);
        let limit = format!("PRAGMA max_page_count = {pages}");
        sqlx::query(AssertSqlSafe(limit)).execute(writer).await.unwrap();

        let many: Vec<_> = (1_000..3_000).map(|i| event(i, "late")).collect();
        let refused = store.append(project, &many, Timestamp::MIN).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        assert_eq!(store.head(project).await.unwrap(), head);

        // A new connection has no such limit: there is room again.
        let stored = store.append(project, &many, Timestamp::MIN).await.unwrap();
        assert_eq!(stored.last(), Some(&Appended::Stored(head + 2_000)));
    }

    async fn filled() -> (Arc<Sqlite>, ProjectId, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Sqlite::open(&format!("sqlite://{}", folder.path().join("daybook.db").display()))
                .await
                .unwrap();
        let project = ProjectId(store.create_project("acme", Timestamp::MIN).await.unwrap().number);
        let events: Vec<_> =
            (0..600).map(|i| event(i, if i % 100 == 0 { "rare" } else { "s" })).collect();
        store.append(project, &events, Timestamp::MIN).await.unwrap();
        (Arc::new(store), project, folder)
    }

    /// What SQLite means to do for a statement, a step a line.
    async fn plan(store: &Sqlite, sql: Option<String>) -> String {
        let sql = format!("EXPLAIN QUERY PLAN {}", sql.unwrap());
        let rows =
            sqlx::query(AssertSqlSafe(sql)).fetch_all(store.database().readers()).await.unwrap();
        rows.iter().map(|r| r.get::<String, _>(3)).collect::<Vec<_>>().join("\n")
    }

    /// No page by time is sorted, no bar needs a group, and what is exact is sought.
    #[tokio::test]
    async fn the_clustered_key_is_used() {
        let (store, project, _keep) = filled().await;
        let scope = |filter: &str| Scope {
            project,
            within: Vec::new(),
            filter: filter.parse().unwrap(),
            span: Span::ALL,
            as_of: 600,
        };
        let at = Timestamp::saturating(1_790_000_000_300);
        let position = Position { key: SortKey::Number(at.millis()), time: at, seq: 301 };
        for filter in ["", "action=A", "actor_type.not=system&status=", "q=a", "outcome="] {
            for sort in ["time", "-time"] {
                for from in [None, Some(&position)] {
                    for direction in [Direction::Next, Direction::Previous] {
                        let sort: Sort = sort.parse().unwrap();
                        let sql = store
                            .list_sql(&scope(filter), sort, from, direction, 50)
                            .await
                            .unwrap();
                        if sql.is_none() {
                            continue;
                        }
                        let plan = plan(&store, sql).await;
                        assert!(plan.contains("SEARCH entry USING PRIMARY KEY (project=? AND occurred_at>? AND occurred_at<?)"), "{filter} {sort} {plan}");
                        assert!(!plan.contains("TEMP B-TREE"), "{filter} {sort} {plan}");
                    }
                }
            }
        }
        let edges = [Timestamp::MIN, at, Timestamp::END];
        let plan_of_bars =
            plan(&store, store.histogram_sql(&scope("action=A"), &edges).await.unwrap()).await;
        assert!(
            !plan_of_bars.contains("TEMP B-TREE")
                && plan_of_bars.contains("occurred_at>? AND occurred_at<?"),
            "{plan_of_bars}"
        );
        let plan_of_session =
            plan(&store, store.count_sql(&scope("session=rare")).await.unwrap()).await;
        assert!(plan_of_session.contains("(project=? AND occurred_at=?"), "{plan_of_session}");
        assert_eq!(store.count(&scope("session=rare")).await.unwrap(), 6);
    }

    /// A full disk is an answer, not an end: what was stored stands, and writing goes on once there
    /// is room.
    #[tokio::test]
    async fn a_full_disk_passes() {
        let (store, project, _keep) = filled().await;
        let ledger = Ledger::start(store.clone(), Clock::standing_at(Timestamp::MIN));
        let pages: i64 = sqlx::query_scalar("PRAGMA page_count")
            .fetch_one(store.database().writer())
            .await
            .unwrap();
        let limit = |pages: i64| AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
        sqlx::query(limit(pages + 2)).execute(store.database().writer()).await.unwrap();
        let batch = || (0..400).map(|i| event(i, &format!("new {i}"))).collect::<Vec<_>>();
        let refused = ledger.submit(project, batch()).await;
        assert!(
            matches!(refused, Err(LedgerError::Store(StoreError::Unavailable(_)))),
            "{refused:?}"
        );
        assert_eq!(store.head(project).await.unwrap(), 600);
        sqlx::query(limit(1 << 30)).execute(store.database().writer()).await.unwrap();
        assert_eq!(ledger.submit(project, batch()).await.unwrap().head, 1_000);
        assert_eq!(
            store.entry(project, 1_000).await.unwrap().unwrap().event,
            event(399, "new 399")
        );
    }

    /// Batches that are written together are not refused together.
    #[tokio::test(flavor = "current_thread")]
    async fn a_batch_that_is_refused_takes_no_others_with_it() {
        let (store, project, _keep) = filled().await;
        // What the database refuses, whatever it may be.
        let refusal = "CREATE TRIGGER refusal BEFORE INSERT ON word WHEN new.value = 'poison' \
                       BEGIN SELECT RAISE(ABORT, 'not this'); END";
        sqlx::query(refusal).execute(store.database().writer()).await.unwrap();
        let ledger = Ledger::start(store.clone(), Clock::standing_at(Timestamp::MIN));
        let submit = |action: &str| {
            let event = Event { action: action.into(), ..event(1, "s") };
            ledger.submit(project, vec![event])
        };
        // On one thread nothing is written before the first wait, so all of these wait together.
        let (before, refused, after) =
            tokio::join!(submit("before"), submit("poison"), submit("after"));
        assert!(matches!(refused, Err(LedgerError::Store(StoreError::Failed(_)))), "{refused:?}");
        assert_eq!(before.unwrap().outcomes, [Appended::Stored(601)]);
        assert_eq!(after.unwrap().outcomes, [Appended::Stored(602)]);
        assert_eq!(store.entry(project, 602).await.unwrap().unwrap().event.action, "after");
    }

    /// A write that is given up half-way leaves nothing behind, neither rows nor numbers of words.
    #[tokio::test]
    async fn a_write_given_up_leaves_nothing() {
        let (store, project, _keep) = filled().await;
        let mut stored = 600;
        for round in 0..40 {
            let batch: Vec<_> = (0..300)
                .map(|i| Event { action: format!("act {round} {i}"), ..event(i, "s") })
                .collect();
            let patience = std::time::Duration::from_micros(round * 400);
            let _ =
                tokio::time::timeout(patience, store.append(project, &batch, Timestamp::MIN)).await;
            let last = Event { action: format!("last {round}"), ..event(round.cast_signed(), "t") };
            let more = [batch[7].clone(), last];
            let outcomes = store.append(project, &more, Timestamp::MIN).await.unwrap();
            // Whoever gives up cannot know whether it was all stored or nothing of it.
            let given_up = store.head(project).await.unwrap() - stored - 2;
            assert!(given_up == 0 || given_up == 300, "{given_up}");
            stored += given_up + 2;
            for (seq, (event, outcome)) in (stored - 1..).zip(more.iter().zip(outcomes)) {
                assert_eq!(outcome, Appended::Stored(seq));
                assert_eq!(store.entry(project, seq).await.unwrap().unwrap().event, *event);
            }
        }
    }

    /// What is on disk is there when the file is opened again.
    #[tokio::test]
    async fn a_closed_file_opens_again() {
        let (store, project, keep) = filled().await;
        let entry = store.entry(project, 17).await.unwrap();
        store.database().close().await;
        let again = Sqlite::open(&format!("sqlite://{}", keep.path().join("daybook.db").display()))
            .await
            .unwrap();
        assert_eq!(again.entry(project, 17).await.unwrap(), entry);
        let more = [event(700, "s"), event(701, "other")];
        again.append(project, &more, Timestamp::MIN).await.unwrap();
        assert_eq!(again.entry(project, 602).await.unwrap().unwrap().event, more[1]);
    }

    /// More than may wait is refused at once, and nothing of it is stored.
    #[tokio::test(flavor = "current_thread")]
    async fn a_full_queue_says_so() {
        let (store, project, _keep) = filled().await;
        let ledger = Ledger::start(store.clone(), Clock::standing_at(Timestamp::MIN));
        // On one thread nothing is written before the first wait, so all of these wait together.
        let submit = |_| {
            tokio::spawn({
                let ledger = ledger.clone();
                async move { ledger.submit(project, vec![event(1, "s")]).await }
            })
        };
        let tasks: Vec<_> = (0..1_200).map(submit).collect();
        let (mut stored, mut busy) = (0, 0);
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => stored += 1,
                Err(LedgerError::Busy) => busy += 1,
                Err(e) => panic!("{e}"),
            }
        }
        assert!(busy > 0, "{stored} stored, none refused");
        assert_eq!(store.head(project).await.unwrap(), 600 + stored);
    }

    #[tokio::test]
    async fn a_wrong_address_is_an_error() {
        assert!(matches!(Sqlite::open("postgres://nowhere").await, Err(StoreError::Failed(_))));
        assert!(matches!(
            Sqlite::open("sqlite:///proc/none/daybook.db").await,
            Err(StoreError::Unavailable(_))
        ));
    }
}

#[path = "store/steps.rs"]
mod steps;

#[path = "postgres/cluster.rs"]
mod cluster;
#[path = "store/months.rs"]
mod months;
#[path = "postgres/programs.rs"]
mod programs;

/// The same, on a real PostgreSQL.
mod postgres {
    use std::sync::Arc;

    use daybook::store::{
        AnyStore, StoreError,
        index::{Index, Settings},
        postgres::Postgres,
    };

    use super::{cluster::Lent, suite};

    /// One of so many cases is tried: all of them with `DAYBOOK_TEST_STORE=postgres`.
    #[expect(clippy::disallowed_methods, reason = "a test has no command line of its own")]
    fn share() -> u32 {
        let all = std::env::var("DAYBOOK_TEST_STORE").is_ok_and(|store| store == "postgres");
        if all { 1 } else { 4 }
    }

    async fn store() -> (AnyStore, Lent) {
        let lent = Lent::new().await;
        (Arc::new(Postgres::open(&lent.url()).await.unwrap()), lent)
    }

    suite::conformance!(store, share());

    /// With the column index in front.
    mod indexed {
        use super::*;

        async fn store() -> (AnyStore, Lent) {
            let lent = Lent::new().await;
            let patience = std::time::Duration::from_mins(1);
            let settings = Settings { chunk: 8, patience, ..Settings::default() };
            let tables = Arc::new(Postgres::open(&lent.url()).await.unwrap());
            (Arc::new(Index::over(tables, settings)), lent)
        }

        suite::conformance!(store, share());
    }

    #[tokio::test]
    async fn a_wrong_address_is_an_error() {
        assert!(matches!(Postgres::open("sqlite://nowhere").await, Err(StoreError::Failed(_))));
        assert!(matches!(
            Postgres::open("postgres://nobody@127.0.0.1:1/nothing").await,
            Err(StoreError::Unavailable(_))
        ));
    }
}
