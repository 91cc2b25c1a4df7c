//! Query strings: what is printed is read back as it was, and whatever is wrong is named.

#![allow(clippy::unwrap_used, reason = "a failing test says enough")]

use std::collections::{BTreeMap, BTreeSet};

use daybook_model::{
    ApiQuery, Chart, Choice, Column, Compare, Cursor, Field, Filter, Preset, QueryError, Range,
    Scale, Sort, Span, StackBy, Term, Timestamp, View,
    page::Direction,
    query::{MAX_BYTES, MAX_VALUES},
    sort::SortKey,
    view::{MAX_OPEN, Part},
};
use proptest::{collection, option, prelude::*, sample::select};

fn text() -> impl Strategy<Value = String> {
    let odd = select(vec![
        "*", "\\", "\\*", "\\\\", "", " ", "+", "%", "%00", "&", "=", "a=b&c", "user:*", "é",
        "日本", "\u{1f}", "\n", "#", "?", "'", "\"", "<x>", "4xx",
    ]);
    prop_oneof![odd.prop_map(str::to_owned), "[^\0]{0,12}".prop_map(String::from)]
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.millis()..=Timestamp::END.millis()).prop_map(Timestamp::saturating)
}

fn span() -> impl Strategy<Value = Span> {
    (timestamp(), timestamp()).prop_filter_map("empty", |(a, b)| Span::new(a.min(b), a.max(b)))
}

fn term() -> impl Strategy<Value = (Field, Term)> {
    (select(Field::ALL), 0..8_u8, text()).prop_map(|(field, what, text)| {
        let value = match field {
            Field::Status => ["404", "5xx", "100", "599"][text.len() % 4].to_owned(),
            Field::Outcome => ["success", "failure"][text.len() % 2].to_owned(),
            Field::Operation => ["login", "timer_expired"][text.len() % 2].to_owned(),
            Field::ActorType => ["user", "system"][text.len() % 2].to_owned(),
            Field::Actor => format!("user:{text}"),
            Field::Resource => format!("{text}:{text}"),
            _ => text,
        };
        let term = match what {
            0 => Term::Absent,
            1 => Term::Present,
            _ => Term::Is(field.value(&value).unwrap()),
        };
        (field, term)
    })
}

fn choices() -> impl Strategy<Value = BTreeMap<Field, Choice>> {
    collection::vec((term(), any::<bool>()), 0..6).prop_map(|terms| {
        let mut choices = BTreeMap::<Field, Choice>::new();
        for ((field, term), exclude) in terms {
            let choice = choices.entry(field).or_default();
            if exclude {
                choice.exclude.insert(term)
            } else {
                choice.include.insert(term)
            };
        }
        choices
    })
}

fn filter() -> impl Strategy<Value = Filter> {
    let range =
        prop_oneof![select(Preset::ALL).prop_map(Range::Last), span().prop_map(Range::Between)];
    // As `q` is read: runs of white space are one space.
    let search = option::of("[a-z%&+=é日*\\\\]{1,5}( [A-Z#?<]{1,4}){0,2}");
    (range, search, choices(), option::of(0..=i64::MAX.unsigned_abs()))
        .prop_map(|(range, search, choices, as_of)| Filter { range, search, choices, as_of })
}

fn chart() -> impl Strategy<Value = Chart> {
    (select(StackBy::ALL), select(Scale::ALL), option::of(select(Compare::ALL)))
        .prop_map(|(stack, scale, compare)| Chart { stack, scale, compare })
}

fn sort() -> impl Strategy<Value = Sort> {
    (select(Column::ALL), any::<bool>())
        .prop_map(|(column, descending)| Sort { column, descending })
}

fn cursor() -> impl Strategy<Value = Cursor> {
    let key = prop_oneof![
        any::<i64>().prop_map(SortKey::Number),
        text().prop_map(SortKey::Text),
        Just(SortKey::Absent)
    ];
    let place = || 0..=i64::MAX.unsigned_abs();
    let direction = select(vec![Direction::Next, Direction::Previous]);
    (direction, span(), place(), key, timestamp(), place(), place(), any::<u64>()).prop_map(
        |(direction, span, as_of, key, time, seq, ordinal, mark)| Cursor {
            direction,
            span,
            as_of,
            key,
            time,
            seq,
            ordinal,
            mark: mark >> 11,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_filter_is_read_as_it_was_printed(filter in filter()) {
        let printed = filter.to_string();
        prop_assert_eq!(printed.parse::<Filter>(), Ok(filter), "{}", printed);
    }

    #[test]
    fn a_view_is_read_as_it_was_printed(
        (filter, sort, off) in (filter(), sort(), choices()),
        cursor in option::of(cursor()),
        event in option::of(any::<u64>()),
        part in option::of(select(Part::ALL.as_slice())),
        open in collection::btree_set(any::<u64>(), 0..=MAX_OPEN),
        (tab, hidden, chart) in (option::of(text()), any::<bool>(), chart()),
    ) {
        let view = View { filter, sort, cursor: cursor.map(|c| c.to_string()), event, part, open, off, tab, hidden, chart };
        let printed = view.to_string();
        prop_assert_eq!(View::read(&printed), (view.clone(), vec![]), "{}", printed);
        // The same address is a query for the API.
        let query = ApiQuery::read(&printed);
        prop_assert!(query.is_ok(), "{:?}", query);
        let query = query.unwrap();
        prop_assert_eq!((&query.filter, query.sort, &query.cursor), (&view.filter, view.sort, &view.cursor));
        prop_assert_eq!(query.stack, view.chart.stack);
        // The rows do not depend on how the chart is drawn.
        prop_assert_eq!(ApiQuery::read(&view.to_api_query()), Ok(ApiQuery { stack: StackBy::default(), ..query }));
    }

    #[test]
    fn a_cursor_is_read_as_it_was_printed(cursor in cursor()) {
        prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn an_order_is_read_as_it_was_printed(sort in sort()) {
        prop_assert_eq!(sort.to_string().parse(), Ok(sort));
    }

    #[test]
    fn a_term_is_read_as_it_was_printed((field, term) in term()) {
        prop_assert_eq!(Term::parse(field, &term.to_query()), Ok(term));
    }

    /// Whatever is thrown at it, reading ends with an answer, and a filter that is read prints one
    /// that reads the same.
    #[test]
    fn anything_can_be_read(raw in "(([a-z_.]{0,8}|actor|status|q|range|from|off.ip)=[^&]{0,9}&?){0,5}|\\PC{0,40}") {
        let (view, errors) = View::read(&raw);
        prop_assert_eq!(ApiQuery::read(&raw).is_ok() || !errors.is_empty(), true);
        let printed = view.to_string();
        prop_assert_eq!(View::read(&printed), (view, vec![]), "{}", printed);
    }

    #[test]
    fn a_key_that_means_nothing_is_named(filter in filter(), key in "[a-z]{3,9}(\\.not)?", value in "[a-z]{0,5}") {
        let name = key.trim_end_matches(".not");
        let ours = ["range", "from", "sort", "cursor", "tab", "event", "stack", "scale", "compare", "buckets", "facets", "limit", "after"];
        prop_assume!(Field::from_key(name).is_none() && !ours.contains(&name));
        let raw = format!("{filter}&{key}={value}");
        prop_assert_eq!(raw.parse::<Filter>().unwrap_err().key, key.clone());
        prop_assert_eq!(ApiQuery::read(&raw).unwrap_err().key, key.clone());
        let (view, errors) = View::read(&raw);
        prop_assert_eq!(errors.into_iter().map(|e| e.key).collect::<Vec<_>>(), [key]);
        // The rest keeps working.
        prop_assert_eq!(view.filter, filter);
    }

    #[test]
    fn a_cursor_that_is_damaged_is_refused(cursor in cursor(), at in any::<prop::sample::Index>(), with in select(vec!['!', ' ', 'é'])) {
        let mut damaged: Vec<char> = cursor.to_string().chars().collect();
        let at = at.index(damaged.len());
        damaged[at] = with;
        let damaged: String = damaged.into_iter().collect();
        prop_assert_eq!(damaged.parse::<Cursor>().unwrap_err().key, "cursor");
    }
}

/// The keys that the errors of a query name, as the page sees them; the API reports the first.
fn blamed(raw: &str) -> BTreeSet<String> {
    let (_, errors) = View::read(raw);
    let first = ApiQuery::read(raw).err().map(|e: QueryError| e.key);
    assert_eq!(first.as_ref(), errors.first().map(|e| &e.key), "{raw:.80}");
    for e in &errors {
        assert!(!e.problem.is_empty() && !e.problem.contains('\0'), "{e:?}");
    }
    errors.into_iter().map(|e| e.key).collect()
}

#[test]
fn whatever_is_wrong_is_named() {
    let long = "x".repeat(9_000);
    let search = "q".repeat(256);
    for (raw, key) in [
        ("colour=red", "colour"),
        ("colour.not=red", "colour.not"),
        ("Status=403", "Status"),
        ("off.colour=red", "off.colour"),
        ("off.status=700", "off.status"),
        ("range=24h&range=7d", "range"),
        ("range=24h&from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z", "range"),
        ("range=2h", "range"),
        ("range=", "range"),
        ("from=2026-11-20T00:00:00Z", "from"),
        ("to=2026-11-20T00:00:00Z", "to"),
        ("from=2026-11-20T00:00:00Z&to=2026-11-20T00:00:00Z", "from"),
        ("from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z", "from"),
        ("from=yesterday&to=2026-11-20T00:00:00Z", "from"),
        ("from=1601-01-01T00:00:00Z&to=2026-11-20T00:00:00Z", "from"),
        ("from=2026-11-20T00:00:00Z&to=9999-11-20T00:00:00Z", "to"),
        ("q=a&q=b", "q"),
        (&format!("q={search}"), "q"),
        ("q=a%1Fb", "q"),
        ("as_of=-1", "as_of"),
        ("as_of=9223372036854775808", "as_of"),
        ("as_of=1&as_of=1", "as_of"),
        ("status=42", "status"),
        ("status=600", "status"),
        ("status=-1", "status"),
        ("status=6xx", "status"),
        ("status.not=0xx", "status.not"),
        ("actor=58392", "actor"),
        ("actor=robot:1", "actor"),
        ("actor_type=robot", "actor_type"),
        ("operation=sudo", "operation"),
        ("operation.not=Create", "operation.not"),
        ("outcome=maybe", "outcome"),
        ("resource=app_3", "resource"),
        (&format!("path={long}"), "path"),
        ("ip=%00", "ip"),
        ("ip=a%00b", "ip"),
        ("ip=%FF", "ip"),
        ("%FF=1", "%FF"),
        ("sort=colour", "sort"),
        ("sort=--time", "sort"),
        ("sort=time&sort=actor", "sort"),
        ("cursor=a&cursor=b", "cursor"),
        ("event=first", "event"),
        ("event=1&event=2", "event"),
        ("part=everything", "part"),
        ("open=1,first", "open"),
        (&format!("open={}", "1234567890123456789".repeat(2)), "open"),
        (
            &format!(
                "open={}",
                (0..=MAX_OPEN).map(|n| n.to_string()).collect::<Vec<_>>().join(",")
            ),
            "open",
        ),
        ("open=1&open=2", "open"),
        ("tab=a&tab=b", "tab"),
        ("stack=actor", "stack"),
        ("stack=method&stack=source", "stack"),
        ("scale=log10", "scale"),
        ("compare=last_year", "compare"),
    ] {
        // A key of the page's own is only checked for being given once by the API.
        if ["event=first", "part=", "open="].iter().any(|page| raw.starts_with(page))
            && !raw.contains('&')
        {
            assert_eq!(View::read(raw).1[0].key, key);
            continue;
        }
        assert_eq!(blamed(raw), BTreeSet::from([key.to_owned()]), "{raw:.80}");
    }
}

#[test]
fn what_only_the_api_takes_is_named_as_well() {
    for (raw, key) in [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=-1", "limit"),
        ("limit=1&limit=2", "limit"),
        ("buckets=0", "buckets"),
        ("buckets=many", "buckets"),
        ("facets=actor,path", "facets"),
        ("facets=colour", "facets"),
        ("tz=UTC&tz=UTC", "tz"),
    ] {
        assert_eq!(ApiQuery::read(raw).unwrap_err().key, key, "{raw}");
    }
    assert!(ApiQuery::read("limit=500&buckets=120&facets=actor,status&tz=Europe/Berlin").is_ok());
}

#[test]
fn too_many_values_are_refused_and_the_rest_stands() {
    let values = |n: usize| (0..n).map(|i| format!("ip=10.0.0.{i}")).collect::<Vec<_>>().join("&");
    assert!(ApiQuery::read(&values(MAX_VALUES)).is_ok());
    assert_eq!(blamed(&values(MAX_VALUES + 1)), BTreeSet::from(["ip".to_owned()]));
    let (view, _) = View::read(&values(MAX_VALUES + 1));
    assert_eq!(view.filter.choice(Field::Ip).unwrap().include.len(), MAX_VALUES);
}

#[test]
fn too_long_an_address_is_refused() {
    let long = |bytes: usize| {
        let mut raw = format!("ip={}&", "a".repeat(bytes / 2 - 10)).repeat(2);
        raw.push_str(&"&".repeat(bytes - raw.len()));
        raw
    };
    assert_eq!(ApiQuery::read(&long(MAX_BYTES)).map(drop), Ok(()));
    assert!(ApiQuery::read(&long(MAX_BYTES + 1)).is_err());
}

#[test]
fn a_cursor_belongs_to_its_order() {
    let at = Timestamp::saturating(1_790_000_000_000);
    let key = SortKey::Number(at.millis());
    let cursor = Cursor {
        direction: Direction::Next,
        span: Span::ALL,
        as_of: 9,
        key,
        time: at,
        seq: 3,
        ordinal: 0,
        mark: 1,
    };
    assert!(cursor.is_in(Sort::default()));
    assert!(!cursor.is_in("actor".parse().unwrap()));
    assert!(!cursor.is_in("status".parse().unwrap()));
    assert!(!Cursor { time: Timestamp::MIN, ..cursor.clone() }.is_in(Sort::default()));
    assert!(Cursor { key: SortKey::Absent, ..cursor.clone() }.is_in("status".parse().unwrap()));
    assert!(!Cursor { key: SortKey::Absent, ..cursor }.is_in("-action".parse().unwrap()));
}
