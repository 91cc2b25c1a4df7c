-- Who is signed in right now. Deleting this file signs everybody out and loses nothing else.
CREATE TABLE session (
    hash       BLOB    PRIMARY KEY,          -- SHA-256 of the cookie's value
    person     INTEGER NOT NULL,
    expires_at INTEGER NOT NULL              -- milliseconds since 1970
) STRICT, WITHOUT ROWID;
