//! How entries are taken out; see [`crate::store::engine::Removal`].

use crate::store::engine::Removal;

/// The wide rows that are meant. By place, so that each is one seek.
macro_rules! meant {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM json_each($2) CROSS JOIN detail ON detail.key = ($1 << 40) + json_each.value \
             AND detail.received_at < $3"
        )
    };
}

/// Takes out what refers by one kind of reference.
macro_rules! references {
    ($kind:literal, $column:literal) => {
        concat!(
            "DELETE FROM reference WHERE project = $1 AND kind = ",
            $kind,
            " AND (value, seq) IN (SELECT detail.",
            $column,
            ", detail.key - ($1 << 40) FROM json_each($2) \
             CROSS JOIN detail ON detail.key = ($1 << 40) + json_each.value AND detail.received_at < $3 \
             WHERE detail.",
            $column,
            " IS NOT NULL)"
        )
    };
}

pub(super) const REMOVAL: Removal = Removal {
    sum: meant!(
        "COUNT(*), MIN(detail.occurred_at), MAX(detail.occurred_at), \
         MIN(detail.key) - ($1 << 40), MAX(detail.key) - ($1 << 40)"
    ),
    deletes: &[
        references!("1", "request"),
        references!("2", "session"),
        references!("3", "run"),
        references!("4", "webhook"),
        references!("5", "webhook_event"),
        concat!(
            "DELETE FROM event_id WHERE project = $1 AND id IN (",
            meant!("detail.id"),
            " WHERE detail.id IS NOT NULL)"
        ),
        concat!(
            "DELETE FROM entry WHERE project = $1 AND (occurred_at, seq) IN (",
            meant!("detail.occurred_at, detail.key - ($1 << 40)"),
            ")"
        ),
        concat!("DELETE FROM detail WHERE key IN (", meant!("detail.key"), ")"),
    ],
};
