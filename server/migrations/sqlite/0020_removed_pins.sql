-- Pinned entries that retention took out of the log, and the run that did.
CREATE TABLE removed_pin (
    project INTEGER NOT NULL REFERENCES project (number),
    seq     INTEGER NOT NULL,
    run     INTEGER NOT NULL,
    PRIMARY KEY (project, seq)
) STRICT, WITHOUT ROWID;
