//! What is masked for somebody is masked in alerts too.

use daybook_model::alert::{Firing, Group};

use crate::privacy::Masks;

/// Puts pseudonyms in place of what is masked. The link has the same entries then: a pseudonym is filtered by
/// like a value.
pub fn veil(masks: &Masks, firing: &mut Firing) {
    if masks.is_none() {
        return;
    }
    let masked = |text: &str| masks.text(text).into_owned();
    let group = |group: Option<Group>| {
        group.map(|Group { field, value, label }| Group {
            value: masks.field(field, &value).into_owned(),
            label: masked(&label),
            field,
        })
    };
    firing.name = masked(&firing.name);
    firing.sentence = masked(&firing.sentence);
    firing.query = masked(&firing.query);
    firing.group = group(firing.group.take());
    firing.value = group(firing.value.take());
    for note in &mut firing.notes {
        note.by = masked(&note.by);
        note.note = note.note.as_deref().map(|note| masks.free(note).into_owned());
    }
}
