-- Entries that were taken out of a project's log, in all: what is kept elsewhere of the log, such as the
-- column index, can tell by it whether it may have missed something.
ALTER TABLE project ADD COLUMN removed BIGINT NOT NULL DEFAULT 0;

-- What was taken out, by run and by the rule that said so. Kept for good: it is all that is left.
CREATE TABLE removal (
    project    BIGINT NOT NULL REFERENCES project (number),
    run        BIGINT NOT NULL,
    rule       TEXT COLLATE "C"    NOT NULL,
    row_count  BIGINT NOT NULL,
    first_at   BIGINT NOT NULL, -- the times of the earliest and the latest of them, milliseconds since 1970
    last_at    BIGINT NOT NULL,
    first_seq  BIGINT NOT NULL, -- and the smallest and the largest place in the log
    last_seq   BIGINT NOT NULL,
    PRIMARY KEY (project, run, rule)
);
