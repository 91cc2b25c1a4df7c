//! The made-up platform: the same for the same seed, and believable.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Timelike};
use daybook::{
    demo::Demo,
    intake::{Redactor, SourceTable, check, normalise},
};
use daybook_model::{ActorType, Event, Filter, Operation, Outcome, Timestamp, vocabulary::SOURCES};

const COUNT: u64 = 30_000;

fn end() -> Timestamp {
    "2026-11-20T14:30:00Z".parse().unwrap()
}

fn events() -> Vec<Event> {
    Demo::new(7, end(), 30, COUNT).collect()
}

fn share(events: &[Event], fits: impl Fn(&Event) -> bool) -> usize {
    events.iter().filter(|e| fits(e)).count() * 1000 / events.len()
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let first = events();
    assert_eq!(first.len() as u64, COUNT);
    assert!(first == events());
    assert!(first != Demo::new(8, end(), 30, COUNT).collect::<Vec<_>>());
    let mut bare = first.clone();
    for event in &mut bare {
        event.change = None;
    }
    assert!(bare == Demo::new(7, end(), 30, COUNT).without_snapshots().collect::<Vec<_>>());
    for count in [0, 1, 10, 999, 1000, 4321] {
        assert_eq!(Demo::new(1, end(), 3, count).count() as u64, count);
    }
}

#[test]
fn events_are_in_order_in_the_span_and_told_apart() {
    let events = events();
    assert!(events.is_sorted_by_key(|event| event.occurred_at));
    assert!(events[0].occurred_at >= end().plus_millis(-30 * 86_400_000));
    assert!(events.last().unwrap().occurred_at < end());
    let ids: BTreeSet<_> = events.iter().map(|event| event.id.clone().unwrap()).collect();
    assert_eq!(ids.len(), events.len());
}

#[test]
fn the_intake_has_nothing_to_add() {
    let (table, redactor) = (SourceTable::default(), Redactor::default());
    for event in events() {
        let mut normal = event.clone();
        normalise(&mut normal, &table);
        redactor.redact(&mut normal);
        assert_eq!(normal, event);
        check(&event, end()).unwrap();
    }
}

#[test]
fn every_word_occurs() {
    let events = events();
    let count = |key: &dyn Fn(&Event) -> String| {
        let mut counts = BTreeMap::new();
        for event in &events {
            *counts.entry(key(event)).or_insert(0) += 1;
        }
        counts
    };
    let operations = count(&|e| e.operation.unwrap().to_string());
    let sources = count(&|e| e.source.clone().unwrap());
    let actors = count(&|e| e.actor.kind.to_string());
    println!("{operations:#?}\n{sources:#?}\n{actors:#?}");
    for operation in Operation::ALL {
        assert!(operations.contains_key(operation.as_str()), "{operation}");
    }
    for (source, _) in SOURCES {
        assert!(sources.contains_key(*source), "{source}");
    }
    for actor in ActorType::ALL {
        assert!(actors.contains_key(actor.as_str()), "{actor}");
    }
}

#[test]
fn people_work_by_day_and_mostly_read() {
    let events = events();
    let people: Vec<_> =
        events.iter().filter(|e| e.actor.kind == ActorType::User).cloned().collect();
    let office = |event: &Event| {
        let at = event.occurred_at.to_utc();
        at.weekday().number_from_monday() <= 5 && (7..21).contains(&at.hour())
    };
    let weekend = |event: &Event| event.occurred_at.to_utc().weekday().number_from_monday() > 5;
    assert!(share(&people, office) > 800, "{}", share(&people, office));
    assert!(share(&events, weekend) < 120, "{}", share(&events, weekend));
    let requests: Vec<_> = events.iter().filter(|e| e.request.method.is_some()).cloned().collect();
    let reads = share(&requests, |e| e.request.method.as_deref() == Some("GET"));
    assert!((550..900).contains(&reads), "{reads}");
    let snapshots = share(&events, |e| e.change.is_some());
    assert!((150..280).contains(&snapshots), "{snapshots}");
    let failures = share(&events, |e| e.outcome == Some(Outcome::Failure));
    assert!((30..160).contains(&failures), "{failures}");
    println!("requests by GET {reads}, snapshots {snapshots}, failures {failures}");
}

#[test]
fn the_stories_can_be_found() {
    let events = events();
    let within = |days: i64, event: &Event| {
        let ago = end().millis() - event.occurred_at.millis();
        (ago - days * 86_400_000).abs() < 86_400_000
    };
    let count = |fits: &dyn Fn(&Event) -> bool| events.iter().filter(|e| fits(e)).count();
    let ip = |event: &Event, ip: &str| event.request.remote_ip.as_deref() == Some(ip);
    let guesses = count(&|e| {
        e.operation == Some(Operation::Login)
            && e.outcome == Some(Outcome::Failure)
            && ip(e, "185.220.101.47")
            && within(3, e)
    });
    assert_eq!(guesses, 150);
    let deleted = count(&|e| {
        e.action == "DeleteDatastore" && e.actor.id.as_deref() == Some("58488") && within(5, e)
    });
    assert!(deleted >= 48, "{deleted}");
    let exports = count(&|e| {
        e.operation == Some(Operation::Export) && ip(e, "193.32.162.79") && within(2, e)
    });
    assert_eq!(exports, 12);
    let broken = count(&|e| e.request.status_code >= Some(500) && within(1, e));
    assert!(broken > 60, "{broken}");
    let gone = |id: &str, days: i64| {
        let last = events.iter().rfind(|e| e.actor.id.as_deref() == Some(id)).unwrap();
        assert!(
            last.occurred_at < end().plus_millis(-(days - 1) * 86_400_000),
            "{id} {}",
            last.occurred_at
        );
    };
    gone("58440", 12);
    gone("tok_jenkins", 20);
    gone("tok_laptop", 9);
}

#[test]
fn every_usual_tab_has_something_to_show() {
    let events = events();
    let project = daybook_model::account::Project { number: 1, slug: "acme".into() };
    let tabs = daybook::tabs::Tabs::default().of(&project);
    // Readings are made by whoever looks.
    for tab in tabs.into_iter().filter(|tab| tab.key != "readings") {
        let entries = events.iter().filter(|event| {
            let entry = daybook_model::Entry {
                seq: 1,
                received_at: event.occurred_at,
                event: (*event).clone(),
                omitted: Vec::new(),
            };
            tab.bounds(true, &Filter::default())
                .iter()
                .all(|filter| filter.matches(&entry, daybook_model::Span::ALL))
        });
        assert!(entries.count() > 0, "{}", tab.key);
    }
}

#[test]
fn runs_hold_together() {
    let events = events();
    let mut runs: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in &events {
        if let Some(run) = event.run_id.as_deref().filter(|run| run.starts_with("run_")) {
            runs.entry(run).or_default().push(event);
        }
    }
    assert!(runs.len() > 200);
    assert!(runs.values().all(|run| run.iter().all(|e| e.application == run[0].application)));
    assert!(runs.values().filter(|run| run.len() > 2).count() * 2 > runs.len());
}

#[test]
fn it_goes_on_while_somebody_watches() {
    let mut demo = Demo::live(7, end());
    let mut last = end();
    let mut all = Vec::new();
    for step in 1..=720 {
        let now = end().plus_millis(step * 5000);
        let events = demo.next_live(now);
        assert!(
            events.iter().all(|e| e.occurred_at >= last.plus_millis(-1) && e.occurred_at < now)
        );
        last = now;
        all.extend(events);
    }
    assert!(all.is_sorted_by_key(|event| event.occurred_at));
    assert!((60..1200).contains(&all.len()), "{} in an hour", all.len());
    // After a long pause it does not flood the log.
    assert!(demo.next_live(last.plus_millis(30 * 86_400_000)).len() < 250);
}
