-- Which server has the export: what it left open is closed once it is gone.
ALTER TABLE open_export ADD COLUMN server BIGINT NOT NULL
    DEFAULT COALESCE(current_setting('daybook.server', true), '0')::bigint;
