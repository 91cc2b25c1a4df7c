-- Who sees pseudonyms in place of addresses. The key never changes, so that pseudonyms do not.
CREATE TABLE privacy (
    project INTEGER PRIMARY KEY REFERENCES project (number),
    key     BLOB NOT NULL, -- 32 random bytes, of the project alone
    masked  TEXT NOT NULL  -- JSON: the roles that see masks, by kind of address
) STRICT;
