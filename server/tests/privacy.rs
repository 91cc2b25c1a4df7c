//! Who sees masks is answered as if the log held pseudonyms.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use daybook::{
    privacy::{Masks, Pseudonyms, Veiled, mask, refuse},
    store::{
        AnyStore, ProjectId, Scope, Store as _,
        index::{Index, Settings},
        sqlite::Sqlite,
    },
};
use daybook_model::{Entry, Event, Field, Filter, Sort, Span, Term, Timestamp, page::Direction};
use serde_json::json;

/// The parts of addresses that must not be seen.
const RAW: [&str; 4] = ["@acme", "203.0.113", "2001:db8", "maya"];
const FIELDS: [Field; 5] =
    [Field::Actor, Field::Ip, Field::Resource, Field::Entity, Field::Application];

struct Log {
    veiled: Veiled,
    masks: Masks,
    project: ProjectId,
    /// As they are seen.
    entries: Vec<Entry>,
    _folder: tempfile::TempDir,
}

fn events() -> Vec<Event> {
    let emails = ["maya@acme.dev", "bo@acme.dev", "Maya@acme.dev"];
    let ips = ["203.0.113.9", "2001:db8::1", "build-7", "203.0.113.10"];
    let event = |n: usize| {
        let (email, ip) = (emails[n % 3], ips[n % 4]);
        serde_json::from_value(json!({
            "occurred_at": Timestamp::saturating(1_790_000_000_000 + i64::try_from(n).unwrap()),
            "actor": {"type": "user", "id": if n.is_multiple_of(2) { email } else { "7" }, "name": email, "email": email},
            "action": "Invite", "request": {"remote_ip": ip, "path": format!("/users/{email}"), "status_code": 200 + n % 2},
            "resource": {"type": "user", "id": email}, "entity": format!("of {ip}"),
            "application": {"id": "app_3", "name": format!("for {email}")},
            "message": format!("{email} from {ip}")
        }))
        .unwrap()
    };
    (0..60).map(event).collect()
}

async fn logs() -> [Log; 2] {
    let mut logs = Vec::new();
    for indexed in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let file = Arc::new(Sqlite::open(&url).await.unwrap());
        let pseudonyms = Pseudonyms::of(&file.database().into());
        let store: AnyStore =
            if indexed { Arc::new(Index::over(file, Settings::default())) } else { file };
        let project = ProjectId(store.create_project("acme", Timestamp::MIN).await.unwrap().number);
        store.append(project, &events(), Timestamp::MIN).await.unwrap();
        let masks = Masks::new([7; 32], true, true);
        let mut entries = Vec::new();
        for (seq, event) in (1..).zip(events()) {
            let event = mask(&masks, event);
            entries.push(Entry { seq, received_at: Timestamp::MIN, event, omitted: Vec::new() });
        }
        let veiled = Veiled::over(store, masks, pseudonyms);
        logs.push(Log { veiled, masks, project, entries, _folder: folder });
    }
    logs.try_into().ok().unwrap()
}

impl Log {
    fn scope(&self, filter: Filter) -> Scope {
        Scope { project: self.project, within: Vec::new(), filter, span: Span::ALL, as_of: 60 }
    }

    /// How often each value is seen among the entries that a filter means.
    fn counted(&self, field: Field, filter: &Filter) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        let matching = self.entries.iter().filter(|entry| filter.matches(entry, Span::ALL));
        for value in matching.filter_map(|entry| field.value_of(&entry.event)) {
            *counts.entry(value.into_owned()).or_default() += 1;
        }
        counts
    }
}

fn expect_masked(answer: &impl serde::Serialize) {
    let text = serde_json::to_string(answer).unwrap().to_lowercase();
    assert!(!RAW.iter().any(|raw| text.contains(raw)), "{text}");
}

#[tokio::test]
async fn every_answer_is_that_of_a_log_of_pseudonyms() {
    for log in logs().await {
        let mut filters = vec![Filter::default()];
        for field in FIELDS {
            for value in log.counted(field, &Filter::default()).into_keys() {
                for exclude in [false, true] {
                    let mut filter = Filter::default();
                    filter.add(field, exclude, Term::Is(field.value(&value).unwrap()));
                    refuse(&log.masks, &filter, Sort::default()).unwrap();
                    filters.push(filter);
                }
            }
        }
        assert!(filters.len() > 20, "{}", filters.len());
        for filter in filters {
            let scope = log.scope(filter.clone());
            let expected: Vec<_> =
                log.entries.iter().filter(|e| filter.matches(e, Span::ALL)).rev().collect();
            let list =
                log.veiled.list(&scope, Sort::default(), None, Direction::Next, 100).await.unwrap();
            assert_eq!(list.iter().collect::<Vec<_>>(), expected, "{filter}");
            assert_eq!(log.veiled.count(&scope).await.unwrap(), expected.len() as u64, "{filter}");
            for field in FIELDS {
                let facet = log.veiled.facet(&scope, field, 50, None).await.unwrap();
                expect_masked(&facet);
                let mut aside = filter.clone();
                aside.choices.remove(&field);
                let seen = facet.values.iter().filter(|v| v.count > 0);
                let seen: BTreeMap<_, _> = seen.map(|v| (v.value.clone(), v.count)).collect();
                assert_eq!(seen, log.counted(field, &aside), "{field} under {filter}");
            }
        }
    }
}

#[tokio::test]
async fn no_way_of_asking_tells_an_address() {
    for log in logs().await {
        let scope = log.scope(Filter::default());
        for seq in 1..=60 {
            expect_masked(&log.veiled.entry(log.project, seq).await.unwrap());
        }
        expect_masked(&log.veiled.between(log.project, 0, 60).await.unwrap());
        if let Some(counts) = log.veiled.counts(&scope, &[], &FIELDS, 10).await.unwrap() {
            expect_masked(&counts.facets);
        }
        // Type-ahead looks at what is seen.
        for text in ["maya", "@acme", "203.0", "acme.dev"] {
            for field in FIELDS {
                let facet = log.veiled.facet(&scope, field, 50, Some(text)).await.unwrap();
                assert_eq!((facet.values.len(), facet.other), (0, 0), "{field} {text}");
            }
        }
        let some = log.veiled.facet(&scope, Field::Ip, 50, Some("IP~")).await.unwrap();
        let ips: BTreeSet<_> = some.values.iter().map(|v| v.value.as_str()).collect();
        assert_eq!(ips.len(), 4, "{ips:?}");
    }
}

#[test]
fn what_would_tell_is_refused_whether_it_occurs_or_not() {
    let masks = Masks::new([7; 32], true, true);
    let ask = |query: &str, sort: &str| {
        let refused = refuse(&masks, &query.parse().unwrap(), sort.parse().unwrap());
        refused.err().map(|e| e.key)
    };
    for (query, key) in [
        ("q=ma", "q"),
        ("path=ma", "path"),
        ("path.not=x", "path.not"),
        ("ip=203.0.113.9", "ip"),
        ("ip=1.2.3.4", "ip"),
        ("ip=build-7", "ip"),
        ("ip.not=::1", "ip.not"),
        ("actor=user:maya@acme.dev", "actor"),
        ("actor=user:nobody@nowhere", "actor"),
        ("resource=user:a@b", "resource"),
        ("id=a@b", "id"),
    ] {
        assert_eq!(ask(query, "-time").as_deref(), Some(key), "{query}");
    }
    for sort in ["ip", "actor", "resource", "path", "-application"] {
        assert_eq!(ask("", sort).as_deref(), Some("sort"), "{sort}");
    }
    for query in
        ["", "ip=", "ip=*", "actor=user:7", "status=4xx", "ip=ip~0123456789ab", "actor_type=user"]
    {
        assert_eq!(ask(query, "-time"), None, "{query}");
    }
    assert!(
        refuse(&Masks::NONE, &"q=maya&ip=1.2.3.4".parse().unwrap(), "ip".parse().unwrap()).is_ok()
    );
}
