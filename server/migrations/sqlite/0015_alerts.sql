-- What is watched for.
CREATE TABLE alert_rule (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    project    INTEGER NOT NULL REFERENCES project (number),
    name       TEXT    NOT NULL,
    filter     TEXT    NOT NULL,            -- as in the address
    condition  TEXT    NOT NULL,            -- JSON
    by_field   TEXT,                        -- asked of each value of this facet by itself
    severity   TEXT    NOT NULL,
    quiet      INTEGER NOT NULL,            -- seconds
    recipients TEXT    NOT NULL,            -- JSON: their ids
    enabled    INTEGER NOT NULL,
    built_in   TEXT,
    revision   INTEGER NOT NULL DEFAULT 0,  -- another one watches for something else, and begins anew
    upto       INTEGER NOT NULL,            -- begins behind this place in the log
    problem    TEXT,                        -- why it does not see everything
    problem_at INTEGER,
    created_at INTEGER NOT NULL,            -- milliseconds since 1970
    UNIQUE (project, name)
) STRICT;

-- Up to where a project's log was looked at. What was found until then is written with it.
CREATE TABLE alert_place (
    project INTEGER NOT NULL PRIMARY KEY REFERENCES project (number),
    place   INTEGER NOT NULL
) STRICT;

-- What a rule has in mind at that place.
CREATE TABLE alert_state (
    project  INTEGER NOT NULL REFERENCES project (number),
    rule     INTEGER NOT NULL REFERENCES alert_rule (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    state    BLOB    NOT NULL,
    PRIMARY KEY (project, rule)
) STRICT, WITHOUT ROWID;

-- What was found. The entries are in the log.
CREATE TABLE alert_firing (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    project     INTEGER NOT NULL REFERENCES project (number),
    rule        INTEGER NOT NULL,           -- which may be gone
    grouping    INTEGER NOT NULL,           -- the hash of the group's value
    cause       INTEGER NOT NULL,           -- the place of the entry that met the condition
    name        TEXT    NOT NULL,
    sentence    TEXT    NOT NULL,
    severity    INTEGER NOT NULL,           -- 0 is the least
    state       TEXT    NOT NULL,
    group_field TEXT,
    group_value TEXT,
    group_label TEXT,
    value_field TEXT,
    value       TEXT,
    value_label TEXT,
    from_at     INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    fired_at    INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    seqs        TEXT    NOT NULL,           -- JSON
    query       TEXT    NOT NULL,
    told        INTEGER NOT NULL DEFAULT 0, -- the log has an entry of it
    UNIQUE (project, rule, grouping, cause)
) STRICT;

CREATE INDEX alert_firing_state ON alert_firing (project, state, id);
CREATE INDEX alert_firing_untold ON alert_firing (id) WHERE told = 0;

-- What people did with it and said about it.
CREATE TABLE alert_note (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL REFERENCES project (number),
    firing  INTEGER NOT NULL REFERENCES alert_firing (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    author  TEXT    NOT NULL,
    state   TEXT,
    note    TEXT
) STRICT;

CREATE INDEX alert_note_firing ON alert_note (firing, id);
