-- Exports that have begun and are not over. What is left here when the server starts broke off with
-- it, and the log is told so.
CREATE TABLE open_export (
    id         TEXT    PRIMARY KEY,
    project    INTEGER NOT NULL REFERENCES project (number),
    entry      TEXT    NOT NULL             -- JSON of the event that tells of its end, should none follow
) STRICT;

-- Whether a project's log may be exported, and how much of it at once.
CREATE TABLE export_settings (
    project    INTEGER PRIMARY KEY REFERENCES project (number),
    enabled    INTEGER NOT NULL,
    max_rows   INTEGER
) STRICT;
