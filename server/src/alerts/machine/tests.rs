//! Whoever begins again from what was kept finds the same, wherever that is.

use std::collections::BTreeMap;

use daybook_model::Field;
use proptest::{collection::vec, prelude::*};

use super::{bounds::HELD, mind::Group, *};

const MINUTE: i64 = 60_000;

/// An entry: minutes since the one before (or before that, where negative), group, value.
type Step = (i64, u8, u8);

/// What was found, by what tells it from others.
type Found = BTreeMap<(i64, Seq), Episode>;

fn observe(machine: &mut Machine, at: i64, seq: Seq, (_, group, value): Step) {
    let (group, value) = (format!("g{group}"), format!("v{value}"));
    machine.observe(&Sighting {
        at,
        seq,
        received: at.max(0) + 90 * MINUTE,
        group: Some(Value::of(&group, &group)),
        value: Some(Value::of(&value, &value)),
    });
}

fn keep(machine: &mut Machine, found: &mut Found) {
    found.extend(machine.take().into_iter().map(|e| ((e.grouping, e.cause), e)));
}

/// What is found where everything is kept after these numbers of entries, and begun again from there.
fn run(watched: Watched, steps: &[Step], is_kept: impl Fn(usize) -> bool) -> Found {
    let (mut machine, mut found) = (Machine::new(watched, Mind::default()), Found::new());
    let mut time = 1_000 * MINUTE;
    for (n, step) in steps.iter().enumerate() {
        time += step.0 * MINUTE;
        machine.look(time.max(0) + 90 * MINUTE);
        observe(&mut machine, time, n as Seq + 1, *step);
        if is_kept(n) {
            keep(&mut machine, &mut found);
            let kept = postcard::to_stdvec(machine.mind()).expect("it can be written");
            let mind = postcard::from_bytes(&kept).expect("it can be read");
            machine = Machine::new(watched, mind);
            // What is looked at once more after a start that failed is found once more, and is the same.
        }
    }
    keep(&mut machine, &mut found);
    found
}

fn conditions() -> impl Strategy<Value = Condition> {
    let count = |at_least| Condition::Count { at_least, window: 10 * 60 };
    prop_oneof![
        Just(Condition::Any {}),
        (1..5_u32).prop_map(count),
        (1..4_u32).prop_map(|at_least| Condition::Distinct {
            field: Field::Ip,
            at_least,
            window: 10 * 60
        }),
        Just(Condition::New { field: Field::Ip }),
        Just(Condition::UnusualHour {}),
        Just(Condition::Absence { window: 5 * 60 }),
    ]
}

proptest! {
    #[test]
    fn whoever_begins_again_finds_the_same(
        condition in conditions(),
        quiet in prop_oneof![Just(0_u32), Just(120), Just(3_600)],
        steps in vec((-8..9_i64, 0..3_u8, 0..5_u8), 0..60),
    ) {
        let watched = Watched::new(condition, quiet);
        let whole = run(watched, &steps, |_| false);
        // At every place, one after the other, and at all of them.
        for stop in 0..steps.len() {
            prop_assert_eq!(&run(watched, &steps, |n| n == stop), &whole, "stopped at {}", stop);
        }
        prop_assert_eq!(&run(watched, &steps, |_| true), &whole);
        // Nothing is in two episodes of one group where repeats are quiet.
        if quiet > 0 && matches!(condition, Condition::Any {}) {
            let entries: u64 = whole.values().map(|episode| episode.count).sum();
            prop_assert_eq!(entries, steps.len() as u64);
        }
    }

    /// The slow way: of each entry, whether so many of its group lie in some window with it.
    #[test]
    fn counts_are_what_they_say(
        steps in vec((0..9_i64, 0..2_u8, 0..3_u8), 0..40),
        at_least in 1..4_u32,
    ) {
        let watched = Watched::new(Condition::Count { at_least, window: 10 * 60 }, 0);
        let found = run(watched, &steps, |_| false);
        let mut time = 0;
        let times: Vec<_> = steps.iter().map(|step| { time += step.0; (time, step.1) }).collect();
        let met = times.iter().enumerate().any(|(n, (at, group))| {
            let near = times[..=n].iter().filter(|(other, of)| of == group && at - other < 10);
            near.count() >= at_least as usize
        });
        prop_assert_eq!(!found.is_empty(), met);
    }
}

#[test]
fn what_repeats_joins_until_it_is_quiet() {
    let watched = Watched::new(Condition::Count { at_least: 3, window: 60 * 10 }, 30 * 60);
    let steps = [(0, 1, 0), (1, 1, 0), (1, 1, 0), (1, 1, 0), (60, 1, 0), (1, 1, 0), (1, 1, 0)];
    let found: Vec<_> = run(watched, &steps, |_| false).into_values().collect();
    assert_eq!(found.iter().map(|e| (e.cause, e.count)).collect::<Vec<_>>(), [(3, 4), (7, 3)]);
    assert_eq!(found[0].seqs, [1, 2, 3, 4]);
}

#[test]
fn what_is_closed_does_not_go_on() {
    let mut machine = Machine::new(Watched::new(Condition::Any {}, 3_600), Mind::default());
    let mut found = Found::new();
    observe(&mut machine, 0, 1, (0, 1, 0));
    keep(&mut machine, &mut found);
    let grouping = found.keys().next().expect("one").0;
    machine.close(grouping, 1);
    observe(&mut machine, MINUTE, 2, (0, 1, 0));
    keep(&mut machine, &mut found);
    assert_eq!(found.len(), 2);
}

#[test]
fn memory_is_bounded_and_it_is_said_what_is_left_aside() {
    let watched = Watched::new(Condition::Count { at_least: 3, window: 24 * 3_600 }, 0);
    let mut machine = Machine::new(watched, Mind::default());
    for n in 0..60_000_i64 {
        let group = n.to_string();
        let seq = n.unsigned_abs() + 1;
        let group = Some(Value::of(&group, &group));
        machine.observe(&Sighting { at: n, seq, received: n, group, value: None });
    }
    let held: usize = machine.mind.groups.values().map(Group::weight).sum();
    assert!(held <= HELD + 64 * 2, "{held}");
    assert_eq!(machine.mind.limit.map(|(limit, _)| limit), Some(Limit::Crowded));

    let mut machine =
        Machine::new(Watched::new(Condition::New { field: Field::Ip }, 0), Mind::default());
    for n in 0..60_000_i64 {
        let value = n.to_string();
        let value = Some(Value::of(&value, &value));
        machine.learn(&Sighting { at: n, seq: 1, received: n, group: None, value });
    }
    assert_eq!(machine.mind.seen.len(), SEEN);
    assert_eq!(machine.mind.limit.map(|(limit, _)| limit), Some(Limit::Values));
}

#[test]
fn a_rule_that_fires_all_the_time_is_braked() {
    let mut machine = Machine::new(Watched::new(Condition::Any {}, 0), Mind::default());
    for n in 0..1_000_i64 {
        observe(&mut machine, n, n.unsigned_abs() + 1, (0, 1, 0));
    }
    assert_eq!(machine.take().len(), BRAKE as usize);
    assert_eq!(machine.mind.limit.map(|(limit, _)| limit), Some(Limit::Brake));
}

#[test]
fn an_event_from_the_future_moves_no_time_on() {
    let watched = Watched::new(Condition::Count { at_least: 2, window: 60 }, 0);
    let mut machine = Machine::new(watched, Mind::default());
    let mut see = |at: i64, seq| {
        let group = Some(Value::of("a", "a"));
        machine.observe(&Sighting { at, seq, received: 1_000, group, value: None });
    };
    see(900, 1);
    see(23 * 60 * MINUTE, 2);
    see(950, 3);
    assert_eq!(machine.take().len(), 1);
}

/// A clock that was years ahead for a while, and so were those who send.
#[test]
fn a_clock_that_was_ahead_blinds_no_rule() {
    let (day, year) = (24 * 60 * MINUTE, 365 * 24 * 60 * MINUTE);
    let start = 20_000 * day;
    let see = |machine: &mut Machine, at: i64, seq: Seq, value: &str| {
        let (group, value) = (Some(Value::of("g", "g")), Some(Value::of(value, value)));
        machine.observe(&Sighting { at, seq, received: at, group, value });
    };
    let by = |at_least| Condition::Count { at_least, window: 600 };
    let distinct = Condition::Distinct { field: Field::Ip, at_least: 3, window: 600 };
    for condition in [by(3), distinct, Condition::Any {}] {
        let mut machine = Machine::new(Watched::new(condition, 0), Mind::default());
        for n in 0..200 {
            see(&mut machine, start + 5 * year + n * MINUTE, n.unsigned_abs() + 1, &format!("{n}"));
        }
        machine.take();
        for n in 0..3 {
            see(&mut machine, start + n * MINUTE, n.unsigned_abs() + 201, &format!("{n}"));
        }
        assert!(machine.take().iter().any(|episode| episode.at < start + day), "{condition:?}");
    }

    let mut machine = Machine::new(Watched::new(Condition::UnusualHour {}, 0), Mind::default());
    see(&mut machine, start + 5 * year, 1, "v");
    for n in 1..8 {
        see(&mut machine, start + n * day + 9 * 60 * MINUTE, n.unsigned_abs() + 1, "v");
    }
    see(&mut machine, start + 8 * day + 21 * 60 * MINUTE, 9, "v");
    assert_eq!(machine.take().len(), 1, "hours are learned again");

    let silence = Condition::Absence { window: 3_600 };
    let mut machine = Machine::new(Watched::new(silence, 0), Mind::default());
    see(&mut machine, start + 5 * year, 1, "v");
    machine.look(start);
    machine.look(start + 59 * MINUTE);
    assert_eq!(machine.take(), [], "it begins when the clock is right again");
    machine.look(start + 60 * MINUTE);
    assert_eq!(machine.take().len(), 1);
    see(&mut machine, start + 5 * year, 2, "v");
    see(&mut machine, start + 90 * MINUTE, 3, "v");
    machine.look(start + 150 * MINUTE);
    assert_eq!(machine.take().len(), 1, "what comes then counts");
}

/// Somebody whose events wait on a device, and are sent hours later.
#[test]
fn what_comes_late_is_found_however_much_came_since() {
    let now = 1_000 * 60 * MINUTE;
    let see = |machine: &mut Machine, at: i64, seq: Seq, value: &str| {
        let (group, value) = (Some(Value::of("g", "g")), Some(Value::of(value, value)));
        machine.observe(&Sighting { at, seq, received: now, group, value });
    };
    let count = Condition::Count { at_least: 5, window: 600 };
    let mut machine = Machine::new(Watched::new(count, 0), Mind::default());
    for n in 0..40_i64 {
        see(&mut machine, now - (240 - n * 6) * MINUTE, n.unsigned_abs() + 1, "v");
    }
    assert_eq!(machine.take(), [], "one in six minutes is not too many");
    for n in 0..5_i64 {
        see(&mut machine, now - 300 * MINUTE + n, n.unsigned_abs() + 41, "v");
    }
    assert_eq!(machine.take().len(), 1);
    assert_eq!(machine.mind.limit, None);

    let distinct = Condition::Distinct { field: Field::Ip, at_least: 3, window: 600 };
    let mut machine = Machine::new(Watched::new(distinct, 0), Mind::default());
    for (n, value) in (0_i64..).zip(["a", "b", "c", "d"]) {
        see(&mut machine, now - (120 - n * 30) * MINUTE, n.unsigned_abs() + 1, value);
    }
    for (n, value) in (0_i64..).zip(["a", "b", "c", "d"]) {
        see(&mut machine, now - 180 * MINUTE + n, n.unsigned_abs() + 5, value);
    }
    assert_eq!(machine.take().len(), 1, "that they were seen since makes no difference");
}

#[test]
fn two_whose_clocks_are_apart_make_two_episodes() {
    let mut machine = Machine::new(Watched::new(Condition::Any {}, 3_600), Mind::default());
    let now = 1_000 * 60 * MINUTE;
    let mut found = Found::new();
    for n in 0..10_i64 {
        for (at, seq) in [(now + n, 2 * n + 1), (now - 180 * MINUTE + n, 2 * n + 2)] {
            observe(&mut machine, at, seq.unsigned_abs(), (0, 1, 0));
            keep(&mut machine, &mut found);
        }
    }
    assert_eq!(found.values().map(|episode| episode.count).collect::<Vec<_>>(), [10, 10]);
    // What is closed is the one that is meant.
    machine.close(found.keys().next().expect("one").0, 2);
    observe(&mut machine, now + 100, 21, (0, 1, 0));
    observe(&mut machine, now - 180 * MINUTE + 100, 22, (0, 1, 0));
    keep(&mut machine, &mut found);
    let counts: Vec<_> = found.values().map(|episode| (episode.cause, episode.count)).collect();
    assert_eq!(counts, [(1, 11), (2, 10), (22, 1)]);
}

#[test]
fn silence_lasts_since_something_came_whenever_it_happened() {
    let silence = Condition::Absence { window: 60 };
    let mut machine = Machine::new(Watched::new(silence, 0), Mind::default());
    let start = 1_000 * 60 * MINUTE;
    let days = 3 * 24 * 60 * MINUTE;
    let come = |machine: &mut Machine, seq: Seq, received: i64| {
        let at = received - days;
        machine.observe(&Sighting { at, seq, received, group: None, value: None });
    };
    for n in 0..300_i64 {
        come(&mut machine, n.unsigned_abs() + 1, start + n * 2_000);
        machine.look(start + n * 2_000 + 1_000);
    }
    assert_eq!(machine.take(), [], "they come all the time");
    let last = start + 299 * 2_000;
    machine.look(last + MINUTE);
    let found = machine.take();
    assert_eq!(
        found.iter().map(|found| (found.cause, found.at)).collect::<Vec<_>>(),
        [(300, last + MINUTE)]
    );
}

#[test]
fn silences_are_quiet_and_braked_like_all_else() {
    let silent = |quiet: u32| {
        let silence = Condition::Absence { window: 1 };
        let mut machine = Machine::new(Watched::new(silence, quiet), Mind::default());
        let mut found = Found::new();
        let start = 1_000 * 60 * MINUTE;
        for n in 0..300_i64 {
            let at = start + n * 3_000;
            let seq = n.unsigned_abs() + 1;
            machine.observe(&Sighting { at, seq, received: at, group: None, value: None });
            machine.look(at + 2_000);
            keep(&mut machine, &mut found);
        }
        (found, machine.mind.limit.map(|(limit, _)| limit))
    };
    let (found, limit) = silent(0);
    assert_eq!((found.len(), limit), (BRAKE as usize, Some(Limit::Brake)));
    let (found, limit) = silent(60);
    assert_eq!((found.len(), limit), (1, None), "they belong together");
    let whole = found.values().next().expect("one");
    assert_eq!((whole.count, whole.last_at - whole.at), (0, 299 * 3_000));
}

/// Many who are busy at once have room, at the cost of what comes late.
#[test]
fn what_is_past_goes_before_what_goes_on() {
    let count = Condition::Count { at_least: 5, window: 60 };
    let mut machine = Machine::new(Watched::new(count, 0), Mind::default());
    let groups: Vec<_> = (0..50).map(|n| format!("g{n}")).collect();
    let mut seq = 0;
    for minute in 0..600_i64 {
        for group in &groups {
            seq += 1;
            let (at, group) = (minute * MINUTE / 3, Some(Value::of(group, group)));
            machine.observe(&Sighting { at, seq, received: at, group, value: None });
        }
    }
    assert_eq!(machine.mind.limit.map(|(limit, _)| limit), Some(Limit::Crowded));
    assert_eq!(machine.mind.groups.len(), groups.len(), "nobody is left aside");
    assert_eq!(machine.take(), []);
}
