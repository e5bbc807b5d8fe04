CREATE TABLE kiosk_introductions (
    short_code TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    certificate_request TEXT NOT NULL,
    address TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    kiosk TEXT REFERENCES kiosks (id),
    refused_at_ms BIGINT
);
