-- Ways to look at the log that have a name.
CREATE TABLE saved_view (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: addresses hold it
    project    INTEGER NOT NULL REFERENCES project (number),
    person     INTEGER NOT NULL REFERENCES person (id), -- who saved it
    shared     INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    query      TEXT    NOT NULL,
    columns    TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX saved_view_project ON saved_view (project, person);

-- What a person made of them.
CREATE TABLE view_mark (
    person     INTEGER NOT NULL REFERENCES person (id),
    view       INTEGER NOT NULL REFERENCES saved_view (id) ON DELETE CASCADE,
    starred    INTEGER NOT NULL DEFAULT 0,
    is_default INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (person, view)
) STRICT, WITHOUT ROWID;
