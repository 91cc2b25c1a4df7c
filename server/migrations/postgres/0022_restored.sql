-- Where entries came back from an archive: from a place in the log to another. What watches the log has seen
-- them before.
CREATE TABLE restored (
    project BIGINT NOT NULL REFERENCES project (number),
    first   BIGINT NOT NULL,
    last    BIGINT NOT NULL,
    PRIMARY KEY (project, first)
);
