//! Random events from small vocabularies, so that filters hit; and random filters on them.

use daybook_model::{
    Actor, ActorType, Change, Choice, Column, Event, Field, Filter, Named, Operation, Outcome,
    Request, Resource, Sort, Term, Timestamp,
};
use proptest::{collection, option, prelude::*, sample::select};
use serde_json::{Value, json};

/// Where the events' time begins.
pub(crate) const START: i64 = 1_790_000_000_000;
/// How long it lasts: short, so that instants repeat.
pub(crate) const LENGTH: i64 = 40;

/// Texts that a careless store would trip over.
pub(crate) const TEXTS: &[&str] = &[
    "a",
    "A",
    "b",
    "*",
    "\\",
    "\\*",
    "%",
    "_",
    "'",
    "\"",
    "a_b",
    "ab",
    "ÅB",
    "åb",
    "ΟΔΟΣ",
    "ςς",
    "İ",
    "ß",
    " ",
    "a'; DROP TABLE entry; --",
    "1",
    "x\u{1f}y",
    "日本",
];

const UUIDS: &[&str] = &[
    "0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
    "0199A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B",
    "0199a1b2c3d47e5f8a9b0c1d2e3f4a5b",
    "{0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![9 => select(TEXTS).prop_map(str::to_owned), 1 => Just(String::new())]
}

fn some(
    likely: f64,
    strategy: impl Strategy<Value = String>,
) -> impl Strategy<Value = Option<String>> {
    option::weighted(likely, strategy)
}

fn reference() -> impl Strategy<Value = Option<String>> {
    some(0.3, select([UUIDS, &["r1", "r2", ""]].concat()).prop_map(str::to_owned))
}

fn named() -> impl Strategy<Value = Option<Named>> {
    option::weighted(
        0.6,
        (select(vec!["app_1", "app_2", "A", ""]), some(0.7, text()))
            .prop_map(|(id, name)| Named { id: id.into(), name }),
    )
}

fn actor() -> impl Strategy<Value = Actor> {
    let kind = select(vec![ActorType::User, ActorType::ApiToken, ActorType::System]);
    let id = some(0.8, select(vec!["1", "2", "user:1", ""]).prop_map(str::to_owned));
    (
        kind,
        id,
        some(0.7, text()),
        some(0.4, select(vec!["Maya@acme.dev", "x@y"]).prop_map(str::to_owned)),
    )
        .prop_map(|(kind, id, name, email)| Actor { kind, id, name, email })
}

fn resource() -> impl Strategy<Value = Option<Resource>> {
    let kind = select(vec!["application", "a:b", "cluster", ""]).prop_map(str::to_owned);
    option::weighted(
        0.7,
        (kind, some(0.7, text()), some(0.5, text())).prop_map(|(kind, id, name)| Resource {
            kind,
            id,
            name,
        }),
    )
}

fn request() -> impl Strategy<Value = Request> {
    let method = some(0.8, select(vec!["GET", "POST", "DELETE", "get"]).prop_map(str::to_owned));
    let path = some(
        0.8,
        prop_oneof![
            select(vec!["/api/v2/Apps", "/api/v2/apps/1?x=%25", "/"]).prop_map(str::to_owned),
            text()
        ],
    );
    let status =
        option::weighted(0.8, select(vec![200_u16, 204, 301, 403, 404, 499, 500, 503, 100, 599]));
    let agent = some(0.5, select(vec!["porter-cli/1.4", "Mozilla", ""]).prop_map(str::to_owned));
    (method, path, status, some(0.5, text()), agent, reference(), reference()).prop_map(
        |(method, path, status_code, remote_ip, user_agent, request_id, session_id)| Request {
            method,
            path,
            status_code,
            remote_ip,
            user_agent,
            request_id,
            session_id,
        },
    )
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has no other numbers", |f| f.is_finite())
            .prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            collection::btree_map(text(), inner, 0..3).prop_map(|m| json!(m))
        ]
    })
}

/// The id of an event of a test's.
pub(crate) fn id() -> impl Strategy<Value = Option<String>> {
    some(
        0.5,
        prop_oneof![
            any::<u64>().prop_map(|n| format!("0199a1b2-c3d4-7e5f-8a9b-{:012x}", n >> 16)),
            any::<u64>().prop_map(|n| format!("evt_{n}")),
            select(UUIDS).prop_map(str::to_owned),
            text(),
        ],
    )
}

/// Any event that the log takes.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    let head = (id(), START..START + LENGTH, actor(), some(0.8, text()), text());
    let kind = (
        option::weighted(0.8, select(vec![Operation::Create, Operation::Delete, Operation::Login])),
        option::weighted(0.7, select(vec![Outcome::Success, Outcome::Failure])),
        some(0.2, text()),
        request(),
        resource(),
    );
    let places = (named(), named(), named(), reference(), reference(), reference());
    let catalogue = (some(0.3, text()), some(0.3, text()), some(0.3, text()));
    let change = option::weighted(
        0.2,
        (json(), json()).prop_map(|(before, after)| Change { before, after }),
    );
    let context = option::weighted(0.2, json().prop_filter("null is none", |v| !v.is_null()));
    (head, kind, places, catalogue, (change, context, some(0.2, text()))).prop_map(
        |(
            (id, at, actor, source, action),
            (operation, outcome, error, request, resource),
            places,
            catalogue,
            (change, context, message),
        )| {
            let (application, cluster, environment, run_id, webhook_id, webhook_event_id) = places;
            let (installation_id, blueprint, entity) = catalogue;
            Event {
                id,
                occurred_at: Timestamp::saturating(at),
                actor,
                source,
                action,
                operation,
                outcome,
                error,
                request,
                resource,
                application,
                cluster,
                environment,
                run_id,
                webhook_id,
                webhook_event_id,
                installation_id,
                blueprint,
                entity,
                change,
                context,
                message,
            }
        },
    )
}

/// A term that is likely to hold: a value from one of the events, or one like it.
fn term(events: Vec<Event>) -> impl Strategy<Value = (Field, Term)> {
    let field = select(Field::ALL);
    (field, 0..10_u8, any::<prop::sample::Index>(), text()).prop_filter_map(
        "not a value of this field",
        move |(field, what, index, text)| {
            let term = match what {
                0 => Term::Absent,
                1 => Term::Present,
                2 if field == Field::Status => Term::Is(field.value("4xx").ok()?),
                2 => Term::Is(field.value(&text).ok()?),
                _ if events.is_empty() => return None,
                _ => {
                    let value = field.value_of(index.get(&events))?;
                    // Part of a path will do.
                    let value = if field == Field::Path {
                        value.chars().skip(usize::from(what) / 4).collect()
                    } else {
                        value.into_owned()
                    };
                    Term::Is(field.value(&value).ok()?)
                }
            };
            Some((field, term))
        },
    )
}

/// A filter that some of the events may pass. Range and moment are left to the scope.
pub(crate) fn filter(events: &[Event]) -> impl Strategy<Value = Filter> + use<> {
    let search = option::weighted(
        0.3,
        prop_oneof![
            select(vec!["a", "APP", "api/V2", "maya", "ß", "δος", "i\u{307}", "%", "_", "y", "1"])
                .prop_map(str::to_owned),
        ],
    );
    let terms = collection::vec((term(events.to_vec()), prop::bool::weighted(0.35)), 0..4);
    (search, terms).prop_map(|(search, terms)| {
        let mut filter = Filter { search, ..Filter::default() };
        for ((field, term), exclude) in terms {
            filter.add(field, exclude, term);
        }
        filter.choices.retain(|_, c: &mut Choice| !c.is_empty());
        filter
    })
}

/// What a question may be bounded by beforehand.
pub(crate) fn bounds(events: &[Event]) -> impl Strategy<Value = Vec<Filter>> + use<> {
    collection::vec(filter(events), 0..2)
}

/// Any order.
pub(crate) fn sort() -> impl Strategy<Value = Sort> {
    (select(Column::ALL), any::<bool>())
        .prop_map(|(column, descending)| Sort { column, descending })
}
