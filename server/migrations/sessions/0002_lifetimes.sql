-- Sessions that can be shown and that end when they are not used; whoever was signed in signs in again.
DROP TABLE session;
CREATE TABLE session (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- to revoke it by; says nothing of the cookie
    hash       BLOB    NOT NULL UNIQUE,           -- SHA-256 of the cookie's value
    person     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,                  -- milliseconds since 1970, like all times here
    seen_at    INTEGER NOT NULL,                  -- to the minute
    expires_at INTEGER NOT NULL,                  -- at the latest
    user_agent TEXT    NOT NULL,
    address    TEXT    NOT NULL
) STRICT;
CREATE INDEX session_person ON session (person);

-- Browsers in which somebody signed in before: their attempts are counted apart from strangers'.
CREATE TABLE device (
    hash       BLOB    PRIMARY KEY,
    person     INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When tokens were used last, to the minute.
CREATE TABLE token_use (
    token   INTEGER PRIMARY KEY,
    used_at INTEGER NOT NULL
) STRICT;
