-- A person's own activity is found by the e-mail address of actors.
CREATE INDEX word_email ON word (project, lower(email)) WHERE email IS NOT NULL;
