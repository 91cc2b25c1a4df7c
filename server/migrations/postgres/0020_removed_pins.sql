-- Pinned entries that retention took out of the log, and the run that did.
CREATE TABLE removed_pin (
    project BIGINT NOT NULL REFERENCES project (number),
    seq     BIGINT NOT NULL,
    run     BIGINT NOT NULL,
    PRIMARY KEY (project, seq)
);
