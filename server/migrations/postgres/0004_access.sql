-- Who may do what. Whoever was there before roles were did everything, and goes on doing so.
ALTER TABLE person ADD COLUMN instance_admin BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE person ADD COLUMN disabled_at BIGINT;            -- NULL: may come in
ALTER TABLE person ADD COLUMN invitation BYTEA;                -- SHA-256 of the secret that sets the first password
ALTER TABLE person ADD COLUMN invitation_until BIGINT;
UPDATE person SET instance_admin = TRUE;

-- One that was given by hand and one that comes from groups at sign-in may stand side by side.
CREATE TABLE person_grant (
    person     BIGINT NOT NULL REFERENCES person (id),
    project    BIGINT NOT NULL REFERENCES project (number),
    from_group BOOLEAN NOT NULL,
    role       TEXT COLLATE "C"    NOT NULL,            -- member, auditor, admin
    filter     TEXT COLLATE "C"    NOT NULL DEFAULT '', -- as in the address; limits what there is
    until      BIGINT,                     -- worth nothing from then on
    PRIMARY KEY (person, project, from_group)
);

-- The actors that a person is in events, beside those with the same e-mail address.
CREATE TABLE person_actor (
    person BIGINT NOT NULL REFERENCES person (id),
    actor  TEXT COLLATE "C"    NOT NULL, -- as filtered by: user:58392
    PRIMARY KEY (person, actor)
);

ALTER TABLE token ADD COLUMN prefix TEXT COLLATE "C";                     -- how its text begins; NULL: older than this column
ALTER TABLE token ADD COLUMN filter TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN until BIGINT;
ALTER TABLE token ADD COLUMN revoked_at BIGINT;
CREATE INDEX token_project ON token (project);
