-- PostgreSQL keeps its statistics by itself: there is nothing to be told.
SELECT 1;
