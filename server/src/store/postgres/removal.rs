//! How entries are taken out; see [`crate::store::engine::Removal`].

use crate::store::engine::Removal;

/// The places that are meant.
macro_rules! meant {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM json_array_elements_text(CAST($2 AS json)) AS wanted (at) \
             JOIN place ON place.project = $1 AND place.seq = CAST(wanted.at AS bigint) \
             AND place.received_at < $3"
        )
    };
}

/// The wide rows that are meant.
macro_rules! rows {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM json_array_elements_text(CAST($2 AS json)) AS wanted (at) \
             JOIN place ON place.project = $1 AND place.seq = CAST(wanted.at AS bigint) \
             AND place.received_at < $3 \
             JOIN detail ON detail.project = $1 AND detail.occurred_at = place.occurred_at \
             AND detail.seq = place.seq"
        )
    };
}

/// Takes out what refers by one kind of reference.
macro_rules! references {
    ($kind:literal, $column:literal) => {
        concat!(
            "DELETE FROM reference USING (SELECT detail.seq, sought(detail.",
            $column,
            ") AS value FROM json_array_elements_text(CAST($2 AS json)) AS wanted (at) \
             JOIN place ON place.project = $1 AND place.seq = CAST(wanted.at AS bigint) \
             AND place.received_at < $3 \
             JOIN detail ON detail.project = $1 AND detail.occurred_at = place.occurred_at \
             AND detail.seq = place.seq WHERE detail.",
            $column,
            " IS NOT NULL) AS gone WHERE reference.project = $1 AND reference.kind = ",
            $kind,
            " AND reference.value = gone.value AND reference.seq = gone.seq"
        )
    };
}

pub(super) const REMOVAL: Removal = Removal {
    sum: meant!(
        "COUNT(*), MIN(place.occurred_at), MAX(place.occurred_at), MIN(place.seq), MAX(place.seq)"
    ),
    deletes: &[
        references!("1", "request"),
        references!("2", "session"),
        references!("3", "run"),
        references!("4", "webhook"),
        references!("5", "webhook_event"),
        concat!(
            "DELETE FROM event_id WHERE project = $1 AND id IN (",
            rows!("sought(detail.id)"),
            " WHERE detail.id IS NOT NULL)"
        ),
        concat!(
            "DELETE FROM entry USING (",
            meant!("place.occurred_at, place.seq"),
            ") AS gone WHERE entry.project = $1 AND entry.occurred_at = gone.occurred_at \
             AND entry.seq = gone.seq"
        ),
        concat!(
            "DELETE FROM detail USING (",
            meant!("place.occurred_at, place.seq"),
            ") AS gone WHERE detail.project = $1 AND detail.occurred_at = gone.occurred_at \
             AND detail.seq = gone.seq"
        ),
        concat!("DELETE FROM place WHERE project = $1 AND seq IN (", meant!("place.seq"), ")"),
    ],
};
