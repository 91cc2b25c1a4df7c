-- Without being told, SQLite believes that a kind has a handful of words, and reads all of them to find
-- one by its hash: among millions, each batch of events would take seconds.
ANALYZE sqlite_schema; -- makes the table
DELETE FROM sqlite_stat1 WHERE tbl = 'word';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('word', 'word', '1000000 1000000 50000 1'),
    ('word', 'word_hash', '1000000 1000000 50000 1'),
    ('word', 'word_email', '1000000 1000000 2');
ANALYZE sqlite_schema; -- reads it
