-- Whether the account's signature was given with a second factor.
ALTER TABLE pledge ADD COLUMN account_second_factor INTEGER NOT NULL DEFAULT 0;
