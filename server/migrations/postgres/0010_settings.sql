-- What a person prefers, as the page keeps it for them: layouts, the zone, the facets in view.
CREATE TABLE setting (
    person BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    key    TEXT COLLATE "C"    NOT NULL,
    value  TEXT COLLATE "C"    NOT NULL,
    PRIMARY KEY (person, key)
);
