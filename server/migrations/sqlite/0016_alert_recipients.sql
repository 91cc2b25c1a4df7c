-- Who is told.
CREATE TABLE alert_recipient (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    project      INTEGER NOT NULL REFERENCES project (number),
    name         TEXT    NOT NULL,
    channel      TEXT    NOT NULL,            -- JSON
    secret       TEXT,                        -- what a webhook is signed with; shown once
    paused       INTEGER NOT NULL DEFAULT 0,
    delivered_at INTEGER,
    error        TEXT,                        -- what went wrong last; NULL: it went well
    created_at   INTEGER NOT NULL,            -- milliseconds since 1970
    UNIQUE (project, name)
) STRICT;

-- That somebody is to be told, or was.
CREATE TABLE alert_delivery (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    project    INTEGER NOT NULL REFERENCES project (number),
    message    TEXT    NOT NULL,              -- what the recipient knows it by
    recipient  INTEGER NOT NULL,              -- who may be gone
    name       TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    firing     INTEGER REFERENCES alert_firing (id) ON DELETE CASCADE,
    body       TEXT    NOT NULL,              -- what is told, as JSON
    state      TEXT    NOT NULL DEFAULT 'waiting',
    attempts   INTEGER NOT NULL DEFAULT 0,
    since      INTEGER NOT NULL DEFAULT 0,    -- how many of them were before it was to be tried anew
    tried_at   INTEGER,
    again_at   INTEGER,
    status     INTEGER,
    error      TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (firing, recipient)
) STRICT;

CREATE INDEX alert_delivery_waiting ON alert_delivery (again_at) WHERE state = 'waiting';
CREATE INDEX alert_delivery_project ON alert_delivery (project, id);
