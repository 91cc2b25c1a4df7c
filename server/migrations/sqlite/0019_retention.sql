-- How long a project's entries are kept, where somebody said so.
CREATE TABLE retention (
    project INTEGER PRIMARY KEY REFERENCES project (number),
    wanted  TEXT NOT NULL                    -- JSON
) STRICT;

-- When it is applied next, and why it could not be.
CREATE TABLE retention_turn (
    project       INTEGER PRIMARY KEY REFERENCES project (number),
    next_at       INTEGER NOT NULL,          -- milliseconds since 1970, like all times here
    problem       TEXT,
    problem_since INTEGER
) STRICT;

-- What it did. What one run goes by is settled when it begins, however often it is begun again.
CREATE TABLE retention_run (
    project  INTEGER NOT NULL REFERENCES project (number),
    run      INTEGER NOT NULL,
    plan     TEXT    NOT NULL,               -- JSON
    began_at INTEGER NOT NULL,
    stopped  INTEGER NOT NULL DEFAULT 0,     -- the rules were changed meanwhile
    ended_at INTEGER,                        -- NULL: not over yet
    told     INTEGER NOT NULL DEFAULT 0,     -- the log tells of it
    PRIMARY KEY (project, run)
) STRICT, WITHOUT ROWID;

-- Matches are kept, whatever the rules say.
CREATE TABLE legal_hold (
    project    INTEGER NOT NULL REFERENCES project (number),
    hold       INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    filter     TEXT    NOT NULL,             -- as in the address
    reason     TEXT    NOT NULL,
    made_by    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    lifted_at  INTEGER,                      -- NULL: it holds
    PRIMARY KEY (project, hold)
) STRICT, WITHOUT ROWID;

-- Files that entries went into before they were taken out.
CREATE TABLE archive_file (
    project    INTEGER NOT NULL REFERENCES project (number),
    run        INTEGER NOT NULL,
    day        INTEGER NOT NULL,             -- days since 1970, in UTC
    part       INTEGER NOT NULL,
    path       TEXT    NOT NULL,             -- below the archive
    name       TEXT    NOT NULL,
    place      TEXT    NOT NULL,             -- where it was written to, in full
    row_count  INTEGER NOT NULL,
    first_at   INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    last_seq   INTEGER NOT NULL,             -- the place of the last entry, in the order of time
    bytes      INTEGER NOT NULL,
    sha256     TEXT    NOT NULL,
    written_at INTEGER NOT NULL,
    settled    INTEGER NOT NULL DEFAULT 0,   -- what is in it is out of the log
    PRIMARY KEY (project, run, day, part)
) STRICT, WITHOUT ROWID;

-- The clock, as it was last seen: one that jumped must not make everything old at once.
CREATE TABLE retention_clock (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    seen_at   INTEGER NOT NULL,
    doubted   INTEGER                        -- what it said after a jump that nobody has confirmed
) STRICT;
