-- Who is signed in right now. Deleting this file signs everybody out and loses nothing else.
CREATE TABLE session (
    hash       BYTEA    PRIMARY KEY,          -- SHA-256 of the cookie's value
    person     BIGINT NOT NULL,
    expires_at BIGINT NOT NULL              -- milliseconds since 1970
);
