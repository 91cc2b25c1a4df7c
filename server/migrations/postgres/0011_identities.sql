-- Who people are to a provider of single sign-on. One account of a provider comes in as one person,
-- so that an address that is given to somebody else does not come with its earlier owner's access.
CREATE TABLE person_identity (
    issuer     TEXT COLLATE "C"    NOT NULL,
    subject    TEXT COLLATE "C"    NOT NULL,             -- the provider's own name for the account; never reused
    person     BIGINT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,             -- milliseconds since 1970
    PRIMARY KEY (issuer, subject),
    UNIQUE (person, issuer)
);
