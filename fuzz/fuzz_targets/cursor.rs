//! Cursors: those that we gave out, and those that somebody made up. Bytes are tried as they are and as what
//! a cursor wraps.

#![no_main]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use daybook_model::{Cursor, Sort};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let plain = std::str::from_utf8(bytes).unwrap_or_default().to_owned();
    for text in [plain, URL_SAFE_NO_PAD.encode(bytes)] {
        let Ok(cursor) = text.parse::<Cursor>() else { continue };
        let written = cursor.to_string();
        assert_eq!(written.parse::<Cursor>().as_ref(), Ok(&cursor), "{written}");
        let _ = cursor.is_in(Sort::default());
    }
});
