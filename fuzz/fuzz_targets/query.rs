//! The query string of the API and of the address bar: what is understood is written so that it is
//! understood the same.

#![no_main]

use daybook_model::{ApiQuery, Filter, View};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(filter) = text.parse::<Filter>() {
        let written = filter.to_string();
        assert_eq!(written.parse::<Filter>().as_ref(), Ok(&filter), "{written}");
    }
    let (view, _) = View::read(text);
    let written = view.to_string();
    let (again, wrong) = View::read(&written);
    assert!(wrong.is_empty(), "{written}: {wrong:?}");
    assert_eq!(again, view, "{written}");
    // Whatever the page holds, the API understands.
    let asked = view.to_api_query();
    assert!(ApiQuery::read(&asked).is_ok(), "{asked}");
    let _ = ApiQuery::read(text);
});
