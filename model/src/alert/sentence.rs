//! What a rule means, in a sentence.

use super::Condition;
use crate::{
    ActorType, Choice, Field, Filter, Operation, Outcome, Term,
    alert::{HOURS_DAYS, HOURS_LEARNED},
    vocabulary,
};

/// Values beyond so many are counted instead of named.
const NAMED: usize = 4;

/// What a rule means, in two or three plain sentences: when it fires, and what becomes of repeats. `quiet` is in
/// seconds.
pub fn sentence(filter: &Filter, condition: &Condition, by: Option<Field>, quiet: u32) -> String {
    let words = filter_words(filter);
    let at = if words.is_empty() { String::new() } else { format!(" where {words}") };
    let among = if words.is_empty() { String::new() } else { format!(", in entries{at}") };
    let same = by.map(|field| format!(" with the same {}", noun(field))).unwrap_or_default();
    // Of several entries: what they have in common stands before what each of them has.
    let all = if same.is_empty() || at.is_empty() { at.clone() } else { format!(",{at}") };
    let fires = match *condition {
        Condition::Any {} => format!("Fires on every entry{at}."),
        Condition::Count { at_least: 1, .. } => format!("Fires on an entry{at}."),
        Condition::Count { at_least, window } => {
            format!("Fires on {at_least} or more entries within {}{same}{all}.", duration(window))
        }
        Condition::Distinct { field, at_least, window } => format!(
            "Fires on {at_least} or more different values of {} within {}{same}{among}.",
            noun(field),
            duration(window)
        ),
        Condition::New { field } => {
            let whose = by.map(|by| format!("the {}", noun(by)));
            let never = whose.map_or("that never occurred before".to_owned(), |whose| {
                format!("that {whose} never had before")
            });
            format!("Fires on {} {never}{among}.", one(&noun(field)))
        }
        Condition::UnusualHour {} => {
            let whose = noun(by.unwrap_or(Field::Actor));
            let such = if words.is_empty() { "entry" } else { "such entry" };
            format!(
                "Fires on an entry{at}, at an hour at which its {whose} is not usually seen: an hour of the day (UTC) \
                 without any {such} of the {whose} in the {HOURS_DAYS} days before, as are those before and after \
                 it. Hours are known once there were entries on {HOURS_LEARNED} of these days."
            )
        }
        Condition::Absence { window } => {
            format!("Fires when entries{at} stop coming for {}.", duration(window))
        }
    };
    match quiet.max(condition.window().unwrap_or_default()) {
        _ if matches!(condition, Condition::Absence { .. }) => fires,
        0 => format!("{fires} Each is an alert by itself."),
        quiet => {
            format!("{fires} Repeats{same} within {} belong to the same alert.", duration(quiet))
        }
    }
}

/// A number of seconds in the largest unit in which it is whole.
pub fn duration(seconds: u32) -> String {
    const UNITS: [(u32, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let unit = UNITS.iter().find(|(length, _)| seconds > 0 && seconds.is_multiple_of(*length));
    let (length, unit) = unit.copied().unwrap_or((1, "second"));
    match seconds / length {
        1 => format!("1 {unit}"),
        number => format!("{number} {unit}s"),
    }
}

/// What a filter asks for, in words, its range and moment aside: `outcome is Failure and method is not GET`.
/// Empty where it asks for nothing.
pub fn filter_words(filter: &Filter) -> String {
    let mut parts = Vec::new();
    for (&field, choice) in &filter.choices {
        let Choice { include, exclude } = choice;
        if !include.is_empty() {
            parts.push(said(field, include.iter(), false));
        }
        if !exclude.is_empty() {
            parts.push(said(field, exclude.iter(), true));
        }
    }
    if let Some(search) = &filter.search {
        parts.push(format!("“{search}” is found"));
    }
    parts.join(" and ")
}

fn said<'t>(field: Field, terms: impl Iterator<Item = &'t Term>, not: bool) -> String {
    let noun = noun(field);
    let all: Vec<_> = terms.collect();
    let verb = match (field, not) {
        (Field::Path, false) => "contains",
        (Field::Path, true) => "does not contain",
        (_, false) => "is",
        (_, true) => "is not",
    };
    let mut values: Vec<_> = all.iter().take(NAMED).map(|term| value(field, term)).collect();
    match all.len().saturating_sub(NAMED) {
        0 => {}
        1 => values.push("1 other".into()),
        more => values.push(format!("{more} others")),
    }
    format!("{noun} {verb} {}", any_of(&values))
}

/// `A`, `A or B`, `A, B or C`.
fn any_of(values: &[String]) -> String {
    match values {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => values.concat(),
    }
}

/// A value as people read it, and as the log shows it.
fn value(field: Field, term: &Term) -> String {
    let text = match term {
        Term::Absent => return "absent".into(),
        Term::Present => return "present".into(),
        Term::Is(value) => value.as_str(),
    };
    let label = match field {
        Field::Operation => text.parse::<Operation>().ok().map(Operation::label),
        Field::Outcome => text.parse::<Outcome>().ok().map(Outcome::label),
        Field::ActorType => text.parse::<ActorType>().ok().map(ActorType::label),
        Field::Action => return vocabulary::action_label(text),
        Field::ResourceType => return vocabulary::resource_type_label(text),
        Field::Source => return vocabulary::source_label(text),
        _ => None,
    };
    label.unwrap_or(text).to_owned()
}

/// `an actor`, `a method`, `a user agent`.
fn one(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'I']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// A field as it stands in a sentence: `actor type`, `IP address`.
fn noun(field: Field) -> String {
    let label = field.label();
    let mut letters = label.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain([second]).chain(letters).collect()
        }
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(filter: &str, condition: Condition, by: Option<Field>, quiet: u32) -> String {
        sentence(&filter.parse().expect(filter), &condition, by, quiet)
    }

    #[test]
    fn a_rule_is_said_in_words() {
        let count = Condition::Count { at_least: 5, window: 600 };
        assert_eq!(
            of("operation=login&outcome=failure", count, Some(Field::Ip), 3_600),
            "Fires on 5 or more entries within 10 minutes with the same IP address, where outcome is Failure and \
             operation is Sign-in. Repeats with the same IP address within 1 hour belong to the same alert."
        );
        assert_eq!(
            of("method=DELETE", count, None, 0),
            "Fires on 5 or more entries within 10 minutes where method is DELETE. Repeats within 10 minutes belong \
             to the same alert."
        );
        assert_eq!(
            of("", Condition::Any {}, None, 0),
            "Fires on every entry. Each is an alert by itself."
        );
        assert_eq!(
            of("actor_type=api_token", Condition::New { field: Field::Ip }, Some(Field::Actor), 90),
            "Fires on an IP address that the actor never had before, in entries where actor type is API token. \
             Repeats with the same actor within 90 seconds belong to the same alert."
        );
        assert_eq!(
            of("", Condition::New { field: Field::Method }, None, 0),
            "Fires on a method that never occurred before. Each is an alert by itself."
        );
        assert_eq!(
            of("method.not=GET", Condition::Absence { window: 86_400 }, None, 60),
            "Fires when entries where method is not GET stop coming for 1 day."
        );
        let hours = of("operation=delete", Condition::UnusualHour {}, Some(Field::Actor), 0);
        assert!(
            hours.starts_with(
                "Fires on an entry where operation is Delete, at an hour at which its actor is not usually seen: an \
                 hour of the day (UTC) without any such entry of the actor in the 28 days before"
            ),
            "{hours}"
        );
        let distinct = Condition::Distinct { field: Field::Resource, at_least: 2, window: 60 };
        assert!(
            of("status=&q=pay", distinct, None, 0).contains("where status is absent and “pay”")
        );
    }

    #[test]
    fn many_values_are_counted() {
        let words = filter_words(
            &"action=A&action=B&action=C&action=D&action=E&action=F".parse().expect("a filter"),
        );
        assert_eq!(words, "action is A, B, C, D or 2 others");
        let words =
            filter_words(&"action=ChangeRetention&source.not=daybook".parse().expect("a filter"));
        assert!(words.starts_with("source is not "), "{words}");
        assert!(words.ends_with(" and action is Change retention"), "{words}");
    }

    #[test]
    fn durations_are_whole() {
        for (seconds, words) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (60, "1 minute"),
            (90, "90 seconds"),
            (5_400, "90 minutes"),
            (86_400, "1 day"),
            (604_800, "7 days"),
        ] {
            assert_eq!(duration(seconds), words);
        }
    }
}
