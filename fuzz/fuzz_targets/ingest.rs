//! A body of events: what is taken is taken again, the same, in the form in which it is kept.

#![no_main]

use daybook::intake::{BodyKind, Redactor, SourceTable, parse_batch, parse_event};
use daybook_model::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let now = Timestamp::saturating(1_763_640_000_000);
    let sources = SourceTable::default();
    for kind in [BodyKind::Json, BodyKind::Ndjson] {
        let Ok(batch) = parse_batch(body, kind, now, &sources) else { continue };
        for (_, mut event) in batch.events {
            let text = serde_json::to_string(&event).expect("an event is JSON");
            let again = parse_event(&text, now, &sources);
            assert!(again.as_ref().is_ok_and(|again| *again == event), "{text}: {again:?}");
            // What it takes out stays out.
            Redactor::default().redact(&mut event);
            let once = event.clone();
            Redactor::default().redact(&mut event);
            assert_eq!(event, once);
        }
    }
});
