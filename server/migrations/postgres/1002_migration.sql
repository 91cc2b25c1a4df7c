-- Whether a log is being moved here from a file: until it is whole, no server opens it.
CREATE TABLE migration (
    source      TEXT COLLATE "C" PRIMARY KEY, -- the file
    finished_at BIGINT                        -- milliseconds since 1970
);
