CREATE TABLE kiosk_orders (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kiosk TEXT NOT NULL REFERENCES kiosks (id),
    staff TEXT NOT NULL,
    action TEXT NOT NULL,
    given_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    taken_at_ms BIGINT,
    withdrawn_at_ms BIGINT
);
CREATE INDEX kiosk_orders_by_kiosk ON kiosk_orders (kiosk, number);
