-- Who may do what. Whoever was there before roles were did everything, and goes on doing so.
ALTER TABLE person ADD COLUMN instance_admin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN disabled_at INTEGER;            -- NULL: may come in
ALTER TABLE person ADD COLUMN invitation BLOB;                -- SHA-256 of the secret that sets the first password
ALTER TABLE person ADD COLUMN invitation_until INTEGER;
UPDATE person SET instance_admin = 1;

-- One that was given by hand and one that comes from groups at sign-in may stand side by side.
CREATE TABLE person_grant (
    person     INTEGER NOT NULL REFERENCES person (id),
    project    INTEGER NOT NULL REFERENCES project (number),
    from_group INTEGER NOT NULL,
    role       TEXT    NOT NULL,            -- member, auditor, admin
    filter     TEXT    NOT NULL DEFAULT '', -- as in the address; limits what there is
    until      INTEGER,                     -- worth nothing from then on
    PRIMARY KEY (person, project, from_group)
) STRICT, WITHOUT ROWID;

-- The actors that a person is in events, beside those with the same e-mail address.
CREATE TABLE person_actor (
    person INTEGER NOT NULL REFERENCES person (id),
    actor  TEXT    NOT NULL, -- as filtered by: user:58392
    PRIMARY KEY (person, actor)
) STRICT, WITHOUT ROWID;

ALTER TABLE token ADD COLUMN prefix TEXT;                     -- how its text begins; NULL: older than this column
ALTER TABLE token ADD COLUMN filter TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN until INTEGER;
ALTER TABLE token ADD COLUMN revoked_at INTEGER;
CREATE INDEX token_project ON token (project);
