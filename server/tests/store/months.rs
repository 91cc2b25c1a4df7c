//! A month of the log in PostgreSQL in which nothing is left: it is dropped whole, and made again by whoever
//! writes to it, also where a server believes that it is there.

use daybook::store::{Appended, Key, ProjectId, Removal, Scope, Store as _, postgres::Postgres};
use daybook_model::{Entry, Event, Filter, Seq, Span, Timestamp};
use serde_json::json;

use crate::cluster::Lent;

/// The newest three stay whatever is in them; nobody else writes to these.
const MONTHS: [&str; 6] = ["2011-01", "2011-02", "2011-03", "2059-10", "2059-11", "2059-12"];

/// Two servers that share a database, with two entries in each month.
struct Pair {
    stores: [Postgres; 2],
    project: ProjectId,
    /// Let go last.
    _lent: Lent,
}

fn event(month: &str, id: &str) -> Event {
    let event = json!({
        "id": format!("{month}-{id}"),
        "occurred_at": format!("{month}-15T12:00:00.000Z"),
        "actor": {"type": "user", "id": "u1"},
        "action": "UpdateApp",
        "request": {"request_id": format!("{month}-{id}")},
    });
    serde_json::from_value(event).unwrap()
}

fn now() -> Timestamp {
    Timestamp::saturating(1_790_000_000_000)
}

impl Pair {
    async fn new() -> Self {
        let lent = Lent::new().await;
        let open = async || Postgres::open(&lent.url()).await.unwrap();
        let stores = [open().await, open().await];
        let project = stores[0].create_project("acme", now()).await.unwrap();
        let project = ProjectId(project.number);
        let events = MONTHS.map(|month| [event(month, "a"), event(month, "b")]).concat();
        stores[0].append(project, &events, now()).await.unwrap();
        let pair = Self { stores, project, _lent: lent };
        // Other tests left months without entries.
        pair.give_back(&pair.stores[0]).await;
        pair
    }

    /// Stores an event; its place.
    async fn append(&self, store: &Postgres, event: &Event) -> Seq {
        let outcomes = store.append(self.project, std::slice::from_ref(event), now()).await;
        let outcomes = outcomes.unwrap();
        let [Appended::Stored(seq)] = outcomes[..] else { panic!("{outcomes:?}") };
        seq
    }

    /// Takes the entries of a month out, but so many; how many went.
    async fn take_out(&self, store: &Postgres, month: &str, but: usize) -> u64 {
        let head = store.head(self.project).await.unwrap();
        let entries = store.between_whole(self.project, 0, head).await.unwrap();
        let of = |entry: &&Entry| entry.event.occurred_at.to_string().starts_with(month);
        let key = |entry: &Entry| -> Key { (entry.event.occurred_at.millis(), entry.seq) };
        let keys: Vec<Key> = entries.iter().filter(of).skip(but).map(key).collect();
        let (project, received_before) = (self.project, Timestamp::END);
        let removal = Removal { project, keys, received_before, run: 1, rule: "all".into() };
        store.remove(&removal).await.unwrap()
    }

    /// Gives back all that can be.
    async fn give_back(&self, store: &Postgres) {
        while store.give_back().await.unwrap() {}
    }

    /// How many tables a month has, and how many of these are parts of the log.
    async fn tables(&self, month: &str) -> (i64, i64) {
        let name = month.replace('-', "_");
        let names = vec![format!("entry_{name}"), format!("detail_{name}")];
        let asked = "SELECT count(*), count(i.inhrelid) FROM pg_class c \
             LEFT JOIN pg_inherits i ON i.inhrelid = c.oid WHERE CAST(c.relname AS text) = ANY($1)";
        let database = self.stores[0].database().writer();
        sqlx::query_as(asked).bind(names).fetch_one(database).await.unwrap()
    }

    /// How many entries of a month a server finds.
    async fn count(&self, store: &Postgres, month: &str) -> u64 {
        let edge = |day: u32| format!("{month}-{day:02}T00:00:00.000Z").parse().unwrap();
        let (span, as_of) = (Span::new(edge(1), edge(28)).unwrap(), Seq::MAX);
        let (project, filter) = (self.project, Filter::default());
        store.count(&Scope { project, within: Vec::new(), filter, span, as_of }).await.unwrap()
    }
}

#[tokio::test]
async fn a_month_goes_when_nothing_is_left_in_it() {
    let pair = Pair::new().await;
    let store = &pair.stores[0];
    for month in MONTHS {
        assert_eq!(pair.tables(month).await, (2, 2), "{month}");
    }
    assert_eq!(pair.take_out(store, "2011-01", 0).await, 2);
    assert_eq!(pair.take_out(store, "2011-02", 1).await, 1);
    assert_eq!(pair.take_out(store, "2059-11", 0).await, 2);
    pair.give_back(store).await;
    assert_eq!(pair.tables("2011-01").await, (0, 0));
    for month in &MONTHS[1..] {
        assert_eq!(pair.tables(month).await, (2, 2), "{month}");
    }
    let left = async |month: &str| pair.count(store, month).await;
    assert_eq!([left("2011-01").await, left("2011-02").await, left("2011-03").await], [0, 1, 2]);
}

/// A late event is stored, through a server that knows of the drop and through one that does not.
#[tokio::test]
async fn who_believes_that_a_month_is_there_makes_it_again() {
    let pair = Pair::new().await;
    let [one, other] = &pair.stores;
    let month = "2011-01";
    for (round, (keeper, late)) in [(one, other), (other, one)].into_iter().enumerate() {
        for (store, who) in [(keeper, "keeper"), (late, "late")] {
            pair.append(store, &event(month, &format!("{who}-{round}"))).await;
        }
        assert!(pair.take_out(keeper, month, 0).await >= 2);
        pair.give_back(keeper).await;
        assert_eq!(pair.tables(month).await, (0, 0));
        assert_eq!(pair.count(late, month).await, 0);
        let event = event(month, &format!("again-{round}"));
        let seq = pair.append(late, &event).await;
        assert_eq!(pair.tables(month).await, (2, 2));
        for store in &pair.stores {
            let found = store.entry(pair.project, seq).await.unwrap();
            assert_eq!(found.map(|entry| entry.event), Some(event.clone()));
            assert_eq!(pair.count(store, month).await, 1);
        }
    }
}

#[tokio::test]
async fn what_is_written_while_a_month_is_dropped_is_there() {
    let pair = Pair::new().await;
    let [keeper, writer] = &pair.stores;
    let month = "2011-01";
    for round in 0..15 {
        assert!(pair.take_out(keeper, month, 0).await >= 1);
        let event = event(month, &round.to_string());
        let (given, seq) = tokio::join!(keeper.give_back(), pair.append(writer, &event));
        given.unwrap();
        let found = keeper.entry(pair.project, seq).await.unwrap();
        assert_eq!(found.map(|entry| entry.event), Some(event));
        assert_eq!(pair.tables(month).await, (2, 2));
    }
}
