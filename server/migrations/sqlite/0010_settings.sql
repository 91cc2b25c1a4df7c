-- What a person prefers, as the page keeps it for them: layouts, the zone, the facets in view.
CREATE TABLE setting (
    person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    key    TEXT    NOT NULL,
    value  TEXT    NOT NULL,
    PRIMARY KEY (person, key)
) STRICT, WITHOUT ROWID;
