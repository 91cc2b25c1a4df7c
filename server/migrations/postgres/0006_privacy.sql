-- Who sees pseudonyms in place of addresses. The key never changes, so that pseudonyms do not.
CREATE TABLE privacy (
    project BIGINT PRIMARY KEY REFERENCES project (number),
    key     BYTEA NOT NULL, -- 32 random bytes, of the project alone
    masked  TEXT COLLATE "C" NOT NULL  -- JSON: the roles that see masks, by kind of address
);
