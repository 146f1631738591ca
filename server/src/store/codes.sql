-- Format 3: codes for guests to type. One a link, for a quarter of an hour, gone once it was handed out.
CREATE TABLE guest_code (
  link   BLOB PRIMARY KEY REFERENCES guest_link (id),
  code   BLOB NOT NULL UNIQUE CHECK (length(code) = 16), -- follows from the code, which the relay does not know
  until  INTEGER NOT NULL, -- Unix seconds
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
