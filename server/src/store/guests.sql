-- Format 2: guests' links. When a page was opened, by whom or from where has no place here; an item has no time of arrival, and
-- items have no order but that of their random ids.

-- Guests' links: a digest of the token that proves the link, and the sealed card that the page shows. No card: stopped.
CREATE TABLE guest_link (
  id       BLOB PRIMARY KEY CHECK (length(id) = 16),
  document BLOB NOT NULL REFERENCES document (id),
  verifier BLOB NOT NULL CHECK (length(verifier) = 32),
  expires  INTEGER NOT NULL, -- Unix seconds
  card     BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX guest_link_document ON guest_link (document);

-- What guests sent, sealed to the link's makers, until one of their devices has taken it in.
CREATE TABLE guest_item (
  link   BLOB NOT NULL REFERENCES guest_link (id),
  id     BLOB NOT NULL CHECK (length(id) = 16), -- chosen by the guest
  sealed BLOB NOT NULL,
  PRIMARY KEY (link, id)
) STRICT, WITHOUT ROWID;

-- What link and code word together may read: a window, and how many wrong code words it survives.
CREATE TABLE guest_reading (
  link     BLOB PRIMARY KEY REFERENCES guest_link (id),
  verifier BLOB NOT NULL CHECK (length(verifier) = 32),
  until    INTEGER NOT NULL, -- Unix seconds
  tries    INTEGER NOT NULL CHECK (tries BETWEEN 1 AND 5),
  sealed   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
