CREATE TABLE kiosk_status (
    kiosk TEXT PRIMARY KEY REFERENCES kiosks (id),
    seen_at_ms BIGINT NOT NULL,
    told_at_ms BIGINT NOT NULL,
    status TEXT NOT NULL,
    begun TEXT NOT NULL,
    versions_since_ms BIGINT NOT NULL
);
ALTER TABLE kiosks ADD COLUMN record_set_aside_at_ms BIGINT;
