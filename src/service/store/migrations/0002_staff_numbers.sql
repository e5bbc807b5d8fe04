ALTER TABLE facilities ADD COLUMN staff_number_without_reader BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE staff ADD COLUMN number TEXT;
CREATE UNIQUE INDEX staff_numbers_name_one_person ON staff (facility, number) WHERE number IS NOT NULL AND revoked_at_ms IS NULL;
