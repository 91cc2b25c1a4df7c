-- What was read, until its minute is over and it becomes an entry of the log.
CREATE TABLE reading (
    project  INTEGER NOT NULL,
    reader   TEXT    NOT NULL,              -- as filtered by: `user:maya@acme.dev`
    view     TEXT    NOT NULL,              -- what was looked at, whatever its page and moment
    began_at INTEGER NOT NULL,              -- milliseconds since 1970
    times    INTEGER NOT NULL,              -- how often it was asked for
    rows     INTEGER NOT NULL,              -- how many rows were sent, in all
    matched  INTEGER,                       -- how many matched when it was counted last
    event    TEXT    NOT NULL,              -- JSON of the entry to be
    PRIMARY KEY (project, reader, view, began_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX reading_began ON reading (began_at);
