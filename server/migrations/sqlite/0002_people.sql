-- People and tokens. Sessions are not evidence and live in a file of their own.
CREATE TABLE person (
    id            INTEGER PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE,   -- as typed, lower case
    password_hash TEXT,                      -- argon2id, PHC form; NULL: signs in by link alone
    created_at    INTEGER NOT NULL           -- milliseconds since 1970, like all times here
) STRICT;

CREATE TABLE token (
    id         INTEGER PRIMARY KEY,
    project    INTEGER NOT NULL REFERENCES project (number),
    name       TEXT    NOT NULL,
    hash       BLOB    NOT NULL UNIQUE,      -- SHA-256 of the token
    scopes     TEXT    NOT NULL,             -- words, separated by commas
    created_at INTEGER NOT NULL
) STRICT;
