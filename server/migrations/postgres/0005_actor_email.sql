-- A person's own activity is found by the e-mail address of actors.
-- Longer ones are nobody's, and longer than an index takes.
CREATE INDEX word_email ON word (project, lower(email)) WHERE octet_length(email) <= 254;
