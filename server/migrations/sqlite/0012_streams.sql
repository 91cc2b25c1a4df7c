-- Entries of a project, sent to another system as they arrive.
CREATE TABLE stream (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    project       INTEGER NOT NULL REFERENCES project (number),
    name          TEXT    NOT NULL,
    target        TEXT    NOT NULL,            -- https://…, syslogs://…
    format        TEXT    NOT NULL,
    filter        TEXT    NOT NULL DEFAULT '', -- as in the address
    header_name   TEXT,
    header_value  TEXT,                        -- never shown again
    paused        INTEGER NOT NULL DEFAULT 0,
    upto          INTEGER NOT NULL,            -- up to this place in the log everything is settled
    sent          INTEGER NOT NULL DEFAULT 0,
    sent_at       INTEGER,
    error         TEXT,                        -- why it does not get on; NULL: it does
    failing_since INTEGER,
    again_at      INTEGER,
    created_at    INTEGER NOT NULL,            -- milliseconds since 1970
    UNIQUE (project, name)
) STRICT;

-- What a target refused for good. The entry itself is in the log.
CREATE TABLE dead_letter (
    stream INTEGER NOT NULL REFERENCES stream (id) ON DELETE CASCADE,
    seq    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    error  TEXT    NOT NULL,
    again  INTEGER NOT NULL DEFAULT 0,         -- waits to be sent again
    PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;
