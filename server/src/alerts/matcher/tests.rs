use daybook_model::{Entry, Span, Timestamp};
use proptest::prelude::*;

use super::*;

#[path = "../../../tests/store/events.rs"]
#[expect(dead_code, reason = "the tests of stores use more of it")]
mod events;

fn asked() -> impl Strategy<Value = (Event, Filter)> {
    let filter = |event: Event| {
        let filter = events::filter(std::slice::from_ref(&event));
        (Just(event), filter)
    };
    events::event().prop_flat_map(filter)
}

proptest! {
    /// A rule means what its filter means everywhere else.
    #[test]
    fn a_matcher_means_what_the_filter_means((event, filter) in asked()) {
        let filter = Filter { as_of: None, ..filter };
        let entry = Entry {
            seq: 1,
            received_at: Timestamp::MIN,
            event: event.clone(),
            omitted: Vec::new(),
        };
        let facts = Facts::of(&event);
        prop_assert_eq!(Matcher::of(&filter).matches(&facts), filter.matches(&entry, Span::ALL));
        for field in Field::ALL {
            let value = field.value_of(&event);
            prop_assert_eq!(facts.value(*field), value.as_deref());
        }
    }
}
