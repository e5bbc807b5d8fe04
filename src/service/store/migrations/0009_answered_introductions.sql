-- What the machine was answered, to be told again until its introduction expires.
ALTER TABLE kiosk_introductions ADD COLUMN certificate TEXT;
