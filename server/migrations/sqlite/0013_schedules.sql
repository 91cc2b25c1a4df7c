-- Views that are exported or summarised by themselves.
CREATE TABLE schedule (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: names of files hold it
    project    INTEGER NOT NULL REFERENCES project (number),
    person     INTEGER NOT NULL REFERENCES person (id), -- with whose rights it runs
    wanted     TEXT    NOT NULL,            -- JSON: name, query, what, when and where, as it was asked for
    paused     INTEGER NOT NULL DEFAULT 0,
    urged      INTEGER NOT NULL DEFAULT 0,  -- to be run now, whenever it is due
    next_at    INTEGER NOT NULL,            -- when the next run is due
    covered    INTEGER NOT NULL,            -- the last place in the log that a run has
    covered_at INTEGER NOT NULL,            -- when that was
    before     INTEGER NOT NULL,            -- where the time begins that the next run is compared with
    before_at  INTEGER NOT NULL,
    problem    TEXT,                        -- why it does not run
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX schedule_project ON schedule (project);

-- Its runs. What one has is settled when it begins, and does not change however often it is tried.
CREATE TABLE schedule_run (
    schedule   INTEGER NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    after      INTEGER NOT NULL,            -- places in the log: behind this one
    upto       INTEGER NOT NULL,            -- up to this one
    from_at    INTEGER NOT NULL,
    to_at      INTEGER NOT NULL,
    before     INTEGER NOT NULL,            -- what it is compared with begins behind this place
    before_at  INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    retry_at   INTEGER NOT NULL,            -- when it is tried (again)
    delivered  TEXT    NOT NULL DEFAULT '[]', -- JSON: the addresses that have their mail
    problem    TEXT,
    row_count  INTEGER,
    bytes      INTEGER,
    sha256     TEXT,
    place      TEXT,
    ended_at   INTEGER,                     -- NULL: not done yet
    PRIMARY KEY (schedule, number)
) STRICT, WITHOUT ROWID;

-- One at a time.
CREATE UNIQUE INDEX schedule_run_open ON schedule_run (schedule) WHERE ended_at IS NULL;
