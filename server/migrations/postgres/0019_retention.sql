-- How long a project's entries are kept, where somebody said so.
CREATE TABLE retention (
    project BIGINT PRIMARY KEY REFERENCES project (number),
    wanted  TEXT COLLATE "C" NOT NULL                    -- JSON
);

-- When it is applied next, and why it could not be.
CREATE TABLE retention_turn (
    project       BIGINT PRIMARY KEY REFERENCES project (number),
    next_at       BIGINT NOT NULL,          -- milliseconds since 1970, like all times here
    problem       TEXT COLLATE "C",
    problem_since BIGINT
);

-- What it did. What one run goes by is settled when it begins, however often it is begun again.
CREATE TABLE retention_run (
    project  BIGINT NOT NULL REFERENCES project (number),
    run      BIGINT NOT NULL,
    plan     TEXT COLLATE "C"    NOT NULL,               -- JSON
    began_at BIGINT NOT NULL,
    stopped  BIGINT NOT NULL DEFAULT 0,     -- the rules were changed meanwhile
    ended_at BIGINT,                        -- NULL: not over yet
    told     BIGINT NOT NULL DEFAULT 0,     -- the log tells of it
    PRIMARY KEY (project, run)
);

-- Matches are kept, whatever the rules say.
CREATE TABLE legal_hold (
    project    BIGINT NOT NULL REFERENCES project (number),
    hold       BIGINT NOT NULL,
    name       TEXT COLLATE "C"    NOT NULL,
    filter     TEXT COLLATE "C"    NOT NULL,             -- as in the address
    reason     TEXT COLLATE "C"    NOT NULL,
    made_by    TEXT COLLATE "C"    NOT NULL,
    created_at BIGINT NOT NULL,
    lifted_at  BIGINT,                      -- NULL: it holds
    PRIMARY KEY (project, hold)
);

-- Files that entries went into before they were taken out.
CREATE TABLE archive_file (
    project    BIGINT NOT NULL REFERENCES project (number),
    run        BIGINT NOT NULL,
    day        BIGINT NOT NULL,             -- days since 1970, in UTC
    part       BIGINT NOT NULL,
    path       TEXT COLLATE "C"    NOT NULL,             -- below the archive
    name       TEXT COLLATE "C"    NOT NULL,
    place      TEXT COLLATE "C"    NOT NULL,             -- where it was written to, in full
    row_count  BIGINT NOT NULL,
    first_at   BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    last_seq   BIGINT NOT NULL,             -- the place of the last entry, in the order of time
    bytes      BIGINT NOT NULL,
    sha256     TEXT COLLATE "C"    NOT NULL,
    written_at BIGINT NOT NULL,
    settled    BIGINT NOT NULL DEFAULT 0,   -- what is in it is out of the log
    PRIMARY KEY (project, run, day, part)
);

-- The clock, as it was last seen: one that jumped must not make everything old at once.
CREATE TABLE retention_clock (
    id        BIGINT PRIMARY KEY CHECK (id = 1),
    seen_at   BIGINT NOT NULL,
    doubted   BIGINT                        -- what it said after a jump that nobody has confirmed
);
