-- How many entries came back, and of which time: what is told of a time that was removed tells this as well.
-- Of what came back before, nothing of the kind is known.
ALTER TABLE restored ADD COLUMN row_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE restored ADD COLUMN first_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE restored ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0;
