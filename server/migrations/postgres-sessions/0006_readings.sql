-- What was read, until its minute is over and it becomes an entry of the log.
CREATE TABLE reading (
    project  BIGINT NOT NULL,
    reader   TEXT COLLATE "C"    NOT NULL,              -- as filtered by: `user:maya@acme.dev`
    view     TEXT COLLATE "C"    NOT NULL,              -- what was looked at, whatever its page and moment
    began_at BIGINT NOT NULL,              -- milliseconds since 1970
    times    BIGINT NOT NULL,              -- how often it was asked for
    rows     BIGINT NOT NULL,              -- how many rows were sent, in all
    matched  BIGINT,                       -- how many matched when it was counted last
    event    TEXT COLLATE "C"    NOT NULL,              -- JSON of the entry to be
    PRIMARY KEY (project, reader, view, began_at)
);

CREATE INDEX reading_began ON reading (began_at);
