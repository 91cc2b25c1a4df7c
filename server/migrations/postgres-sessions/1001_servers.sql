-- Servers that share this database. One of them is on duty: it watches, delivers, exports and removes for all.
CREATE TABLE server (
    id      BIGINT PRIMARY KEY,
    until   BIGINT NOT NULL, -- milliseconds since 1970, by the clock here: who was not heard of by then is gone
    on_duty BOOLEAN NOT NULL
);
