//! Logs of other systems, in every format; the first byte says which. What is read is an event as we keep it.

#![no_main]

use std::io::Cursor;

use daybook::{
    import::{Format, Importer},
    intake::check,
};
use daybook_model::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, log)) = bytes.split_first() else { return };
    let format = Format::ALL[usize::from(*first) % Format::ALL.len()];
    for line in Importer::new(format, Cursor::new(log)).take(1_000) {
        let Ok(line) = line else { return };
        if let Ok(event) = line.result {
            assert!(check(&event, Timestamp::END).is_ok(), "{event:?}");
        }
    }
});
