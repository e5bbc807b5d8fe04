CREATE TABLE facilities (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    default_language TEXT NOT NULL,
    join_before_start_seconds BIGINT NOT NULL,
    closes_at_minute BIGINT,
    call_outlives_signalling_seconds BIGINT NOT NULL,
    relay_only BOOLEAN NOT NULL,
    supervised BOOLEAN NOT NULL,
    revoked_at_ms BIGINT
);
CREATE TABLE rooms (
    id TEXT PRIMARY KEY,
    facility TEXT NOT NULL REFERENCES facilities (id),
    name TEXT NOT NULL,
    revoked_at_ms BIGINT
);
CREATE TABLE kiosks (
    id TEXT PRIMARY KEY,
    room TEXT NOT NULL REFERENCES rooms (id),
    token_hash TEXT UNIQUE,
    last_heard_at_ms BIGINT,
    revoked_at_ms BIGINT
);
CREATE TABLE provisioning_codes (
    kiosk TEXT PRIMARY KEY REFERENCES kiosks (id),
    name TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    attempts_left BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    facility TEXT NOT NULL REFERENCES facilities (id),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    pin_verifier TEXT NOT NULL,
    valid_until_ms BIGINT NOT NULL,
    revoked_at_ms BIGINT
);
CREATE TABLE inmates (
    id TEXT PRIMARY KEY,
    facility TEXT NOT NULL REFERENCES facilities (id),
    name TEXT NOT NULL,
    revoked_at_ms BIGINT
);
CREATE TABLE badges (
    id TEXT PRIMARY KEY,
    inmate TEXT REFERENCES inmates (id),
    staff TEXT REFERENCES staff (id),
    printed_number TEXT NOT NULL,
    normalisation_version BIGINT NOT NULL,
    revoked_at_ms BIGINT,
    CHECK ((inmate IS NULL) <> (staff IS NULL))
);
CREATE UNIQUE INDEX badges_name_one_person ON badges (printed_number) WHERE revoked_at_ms IS NULL;
CREATE TABLE connectors (
    name TEXT PRIMARY KEY,
    token_hash TEXT UNIQUE,
    revoked_at_ms BIGINT
);
CREATE TABLE bookings (
    id TEXT PRIMARY KEY,
    connector TEXT NOT NULL REFERENCES connectors (name),
    connector_booking_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    request TEXT NOT NULL,
    change_count BIGINT NOT NULL,
    facility TEXT NOT NULL REFERENCES facilities (id),
    kiosk TEXT NOT NULL REFERENCES kiosks (id),
    inmate TEXT NOT NULL REFERENCES inmates (id),
    visitor TEXT NOT NULL,
    language TEXT NOT NULL,
    privileged BOOLEAN NOT NULL,
    starts_at_ms BIGINT NOT NULL,
    ends_at_ms BIGINT NOT NULL,
    link_generation BIGINT NOT NULL,
    link_hash TEXT NOT NULL UNIQUE,
    cancelled_at_ms BIGINT,
    kiosk_joined_at_ms BIGINT,
    visitor_arrived_at_ms BIGINT,
    outcome TEXT,
    ended_by_kiosk BOOLEAN NOT NULL DEFAULT FALSE,
    UNIQUE (connector, connector_booking_id)
);
CREATE INDEX bookings_by_facility ON bookings (facility, ends_at_ms);
CREATE INDEX bookings_by_inmate ON bookings (inmate, ends_at_ms);
CREATE TABLE outcomes (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    booking TEXT NOT NULL REFERENCES bookings (id),
    connector TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at_ms BIGINT NOT NULL
);
CREATE TABLE kiosk_events (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    kiosk TEXT NOT NULL REFERENCES kiosks (id),
    epoch TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    body TEXT NOT NULL,
    chain TEXT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    UNIQUE (kiosk, epoch, sequence)
);
CREATE TABLE change_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms BIGINT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE TRIGGER change_log_is_kept BEFORE DELETE ON change_log BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
CREATE TRIGGER change_log_stands BEFORE UPDATE ON change_log BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
CREATE TRIGGER kiosk_events_are_kept BEFORE DELETE ON kiosk_events BEGIN SELECT RAISE(ABORT, 'the record of kiosks is append-only'); END;
CREATE TRIGGER kiosk_events_stand BEFORE UPDATE ON kiosk_events BEGIN SELECT RAISE(ABORT, 'the record of kiosks is append-only'); END;
CREATE TRIGGER outcomes_are_kept BEFORE DELETE ON outcomes BEGIN SELECT RAISE(ABORT, 'outcomes are append-only'); END;
CREATE TRIGGER outcomes_stand BEFORE UPDATE ON outcomes BEGIN SELECT RAISE(ABORT, 'outcomes are append-only'); END;
