//! One polite live region for the whole document: what a screen reader is told in passing.

use leptos::prelude::*;

const ID: &str = "announcer";

/// Says the text to a reader who listens. The same text twice is said twice.
pub(crate) fn announce(text: &str) {
    let Some(region) = region() else { return };
    region.set_text_content(None);
    let text = text.to_owned();
    // A region is read out when it changes after it is known: the next frame is soon enough.
    request_animation_frame(move || region.set_text_content(Some(&text)));
}

fn region() -> Option<web_sys::Element> {
    if let Some(region) = document().get_element_by_id(ID) {
        return Some(region);
    }
    let region = document().create_element("div").ok()?;
    region.set_id(ID);
    region.set_class_name("visually-hidden");
    region.set_attribute("role", "status").ok()?;
    document().body()?.append_child(&region).ok()?;
    Some(region)
}
