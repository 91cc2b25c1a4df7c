-- JSON: the addresses of mail that took a delivery, and are told no more when it is tried again.
ALTER TABLE alert_delivery ADD COLUMN taken TEXT NOT NULL DEFAULT '[]';
