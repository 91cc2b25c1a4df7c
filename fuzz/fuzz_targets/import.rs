//! Logs of other systems, in every format; the first byte says which. What is read is an event as we keep it.

#![no_main]

use std::{io::Cursor, panic};

use daybook::{
    import::{Format, Importer},
    intake::check,
};
use daybook_model::Timestamp;
use libfuzzer_sys::fuzz_target;

/// What the reader of Parquet says of a damaged file by a panic is caught by ours.
fn let_parquet_panic() {
    let abort = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !info.location().is_some_and(|at| at.file().contains("/parquet-")) {
            abort(info);
        }
    }));
}

fuzz_target!(init: let_parquet_panic(), |bytes: &[u8]| {
    let Some((first, log)) = bytes.split_first() else { return };
    let format = Format::ALL[usize::from(*first) % Format::ALL.len()];
    for line in Importer::new(format, Cursor::new(log)).take(1_000) {
        let Ok(line) = line else { return };
        if let Ok(event) = line.result {
            assert!(check(&event, Timestamp::END).is_ok(), "{event:?}");
        }
    }
});
