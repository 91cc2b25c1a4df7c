-- The log. What is repeated is kept once, in `word`; what is listed, counted and filtered is in
-- `entry`, narrow and in the order of time; the rest of an event is in `detail`, read by key.

CREATE TABLE project (
    number     INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
    slug       TEXT NOT NULL UNIQUE,
    head       INTEGER NOT NULL DEFAULT 0,        -- the last `seq` given; raised with each insert
    created_at INTEGER NOT NULL
) STRICT;

-- The dictionary. Numbered by project and kind, from 1, so that the numbers in `entry` stay small.
-- A word never changes: an actor under a new name is a new word with the same value.
CREATE TABLE word (
    project INTEGER NOT NULL REFERENCES project,
    kind    INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    hash    INTEGER NOT NULL, -- of the value, to find it by
    value   TEXT NOT NULL,    -- as filtered by: `user:58392`
    type    TEXT,             -- of an actor or a resource
    id      TEXT,
    name    TEXT,
    email   TEXT,
    sort    TEXT,             -- as sorted by, where that is not the value
    folded  TEXT,             -- as searched, where that is not the value; parted by U+001F
    PRIMARY KEY (project, kind, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX word_hash ON word (project, kind, hash);

-- One row an entry, clustered by time: a span is one sequential read. Numbers are words of the kind
-- that the column is named after. What is filtered most stands first.
CREATE TABLE entry (
    project     INTEGER NOT NULL REFERENCES project,
    occurred_at INTEGER NOT NULL, -- milliseconds since 1970
    seq         INTEGER NOT NULL,
    severity    INTEGER NOT NULL, -- 0 quiet, 1 failure, 2 server error
    status      INTEGER,
    outcome     INTEGER,          -- 0 failure, 1 success
    method      INTEGER,
    actor       INTEGER NOT NULL,
    operation   INTEGER,
    source      INTEGER,
    action      INTEGER NOT NULL,
    resource    INTEGER,
    application INTEGER,
    cluster     INTEGER,
    environment INTEGER,
    ip          INTEGER,
    path        INTEGER,
    blueprint   INTEGER,
    entity      INTEGER,
    integration INTEGER,
    user_agent  INTEGER,
    has         INTEGER NOT NULL, -- bits: which columns of `detail` have a value
    PRIMARY KEY (project, occurred_at, seq)
) STRICT, WITHOUT ROWID;

-- Whatever is only shown. The key is `project << 40 | seq`: a plain rowid, because rows with
-- snapshots are large and tables without rowid keep little of a large row in place.
-- Ids are 16 bytes where they are UUIDs, else text.
CREATE TABLE detail (
    key           INTEGER PRIMARY KEY,
    occurred_at   INTEGER NOT NULL,
    received_at   INTEGER NOT NULL,
    id            ANY,
    request       ANY,
    session       ANY,
    run           ANY,
    webhook       ANY,
    webhook_event ANY,
    rest          TEXT, -- JSON of what has no column
    context       TEXT, -- JSON
    change        TEXT  -- JSON
) STRICT;

-- The producer's ids, each once.
CREATE TABLE event_id (
    project INTEGER NOT NULL REFERENCES project,
    id      ANY NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (project, id)
) STRICT, WITHOUT ROWID;

-- Entries by what they refer to: one row for each reference.
CREATE TABLE reference (
    project INTEGER NOT NULL REFERENCES project,
    kind    INTEGER NOT NULL, -- 1 request, 2 session, 3 run, 4 webhook, 5 webhook event
    value   ANY NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (project, kind, value, seq)
) STRICT, WITHOUT ROWID;
