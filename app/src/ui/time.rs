//! Time as people read it, in the reader's zone or in UTC.
//!
//! The browser is asked for one thing only, the distance from UTC at an instant; everything else is
//! calendar arithmetic. That keeps zone tables and formatters out of the page, a row costs no call
//! of `Intl`, and all of it is tested without a browser.

mod civil;
mod format;
mod week;

use daybook_model::Timestamp;

pub(crate) use civil::Zone;
pub(crate) use format::{
    brief, clock, day, day_heading, day_time, from_input, length_text, long, millis, minute,
    month_name, relative, span_text, span_with_year, to_input, weekday_name,
};
pub(crate) use week::first_weekday;

/// The name of the browser's zone, such as `Europe/Prague`.
pub(crate) fn local_zone_name() -> String {
    browser_zone().unwrap_or_else(|| "local time".into())
}

/// The IANA name of a zone, as the server wants to know it.
pub(crate) fn zone_name(zone: Zone) -> String {
    match zone {
        Zone::Local => browser_zone().unwrap_or_else(|| "UTC".into()),
        Zone::Utc => "UTC".into(),
    }
}

fn browser_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::default();
    let name = js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?;
    name.as_string()
}

/// The browser's clock. The server's is the one to go by; this is for what lies at hand, such as
/// whether a year needs to be said.
pub(crate) fn browser_now() -> Timestamp {
    Timestamp::saturating(super::number::whole(js_sys::Date::now()))
}
