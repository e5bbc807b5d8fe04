CREATE TABLE kiosk_certificates (
    hash TEXT PRIMARY KEY,
    kiosk TEXT NOT NULL REFERENCES kiosks (id)
);
CREATE INDEX kiosk_certificates_by_kiosk ON kiosk_certificates (kiosk);
UPDATE kiosks SET token_hash = NULL;
