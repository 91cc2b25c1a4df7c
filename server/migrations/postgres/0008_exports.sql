-- Exports that have begun and are not over. What is left here when the server starts broke off with
-- it, and the log is told so.
CREATE TABLE open_export (
    id         TEXT COLLATE "C"    PRIMARY KEY,
    project    BIGINT NOT NULL REFERENCES project (number),
    entry      TEXT COLLATE "C"    NOT NULL             -- JSON of the event that tells of its end, should none follow
);

-- Whether a project's log may be exported, and how much of it at once.
CREATE TABLE export_settings (
    project    BIGINT PRIMARY KEY REFERENCES project (number),
    enabled    BOOLEAN NOT NULL,
    max_rows   BIGINT
);
