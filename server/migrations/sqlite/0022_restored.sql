-- Where entries came back from an archive: from a place in the log to another. What watches the log has seen
-- them before.
CREATE TABLE restored (
    project INTEGER NOT NULL REFERENCES project (number),
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    PRIMARY KEY (project, first)
) STRICT, WITHOUT ROWID;
