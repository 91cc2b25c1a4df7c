-- Entries that somebody pinned together, with what they found.
CREATE TABLE investigation (
    project      BIGINT NOT NULL REFERENCES project (number),
    number       BIGINT NOT NULL,            -- 1, 2, 3, … in the project; never given twice
    title        TEXT COLLATE "C"    NOT NULL,
    status       TEXT COLLATE "C"    NOT NULL,            -- open, closed
    person       BIGINT NOT NULL REFERENCES person (id), -- who opened it
    opened_at    BIGINT NOT NULL,            -- milliseconds since 1970
    changed_at   BIGINT NOT NULL,
    last_comment BIGINT NOT NULL DEFAULT 0,  -- the last number that was given to a comment
    PRIMARY KEY (project, number)
);

-- The entries of one, by their place in the log: what is removed from the log later stays named here.
CREATE TABLE investigation_pin (
    project       BIGINT NOT NULL,
    investigation BIGINT NOT NULL,
    seq           BIGINT NOT NULL,
    place         BIGINT NOT NULL,           -- 1, 2, 3, … in the order of the investigation
    person        BIGINT NOT NULL REFERENCES person (id),
    pinned_at     BIGINT NOT NULL,
    PRIMARY KEY (project, investigation, seq),
    FOREIGN KEY (project, investigation) REFERENCES investigation (project, number)
);

CREATE INDEX investigation_pin_entry ON investigation_pin (project, seq);

-- What was said, of one of its entries or of all of it.
CREATE TABLE investigation_comment (
    project       BIGINT NOT NULL,
    investigation BIGINT NOT NULL,
    number        BIGINT NOT NULL,
    seq           BIGINT,                    -- NULL: of all of it
    person        BIGINT NOT NULL REFERENCES person (id),
    said_at       BIGINT NOT NULL,
    text          TEXT COLLATE "C"    NOT NULL,
    PRIMARY KEY (project, investigation, number),
    FOREIGN KEY (project, investigation) REFERENCES investigation (project, number)
);
