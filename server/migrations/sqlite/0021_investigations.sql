-- Entries that somebody pinned together, with what they found.
CREATE TABLE investigation (
    project      INTEGER NOT NULL REFERENCES project (number),
    number       INTEGER NOT NULL,            -- 1, 2, 3, … in the project; never given twice
    title        TEXT    NOT NULL,
    status       TEXT    NOT NULL,            -- open, closed
    person       INTEGER NOT NULL REFERENCES person (id), -- who opened it
    opened_at    INTEGER NOT NULL,            -- milliseconds since 1970
    changed_at   INTEGER NOT NULL,
    last_comment INTEGER NOT NULL DEFAULT 0,  -- the last number that was given to a comment
    PRIMARY KEY (project, number)
) STRICT, WITHOUT ROWID;

-- The entries of one, by their place in the log: what is removed from the log later stays named here.
CREATE TABLE investigation_pin (
    project       INTEGER NOT NULL,
    investigation INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    place         INTEGER NOT NULL,           -- 1, 2, 3, … in the order of the investigation
    person        INTEGER NOT NULL REFERENCES person (id),
    pinned_at     INTEGER NOT NULL,
    PRIMARY KEY (project, investigation, seq),
    FOREIGN KEY (project, investigation) REFERENCES investigation (project, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX investigation_pin_entry ON investigation_pin (project, seq);

-- What was said, of one of its entries or of all of it.
CREATE TABLE investigation_comment (
    project       INTEGER NOT NULL,
    investigation INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    seq           INTEGER,                    -- NULL: of all of it
    person        INTEGER NOT NULL REFERENCES person (id),
    said_at       INTEGER NOT NULL,
    text          TEXT    NOT NULL,
    PRIMARY KEY (project, investigation, number),
    FOREIGN KEY (project, investigation) REFERENCES investigation (project, number)
) STRICT, WITHOUT ROWID;
