-- What a relay keeps. Ids are random or derived from keys; every longer value arrived sealed, is a public key, a signature
-- or a hash, or is group state without names. No table has a place for a person's name, an agency or a title.

-- One row: this relay. The id is random and signed into every challenge, so that a signature made for another relay is
-- worth nothing here.
CREATE TABLE relay (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id  BLOB NOT NULL CHECK (length(id) = 16)
) STRICT;

-- Enrolment keys that may use this relay. `account` is the key against whose quota it counts: itself, or, if a voucher in
-- an invitation brought it, the account of whoever invited.
CREATE TABLE enrolment (
  key     BLOB PRIMARY KEY CHECK (length(key) = 32),
  account BLOB NOT NULL CHECK (length(account) = 32)
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolment_account ON enrolment (account);

-- Tokens: the digest of the secret and how many devices may still enrol with it. Which agency has it is written down by a
-- person, outside of the relay.
CREATE TABLE token (
  digest       BLOB PRIMARY KEY CHECK (length(digest) = 32),
  devices_left INTEGER NOT NULL CHECK (devices_left >= 0)
) STRICT, WITHOUT ROWID;

-- Documents: where each log ends. An append is conditional on the whole of it.
CREATE TABLE document (
  id           BLOB PRIMARY KEY CHECK (length(id) = 16),
  generation   INTEGER NOT NULL, -- of the MLS group
  epoch        INTEGER NOT NULL, -- of that generation
  seq          INTEGER NOT NULL, -- number of the last record; 0 for none
  hash         BLOB NOT NULL CHECK (length(hash) = 32), -- the chain there
  creation     BLOB NOT NULL CHECK (length(creation) = 32), -- SHA-256 of the GroupInfo that opened it
  account      BLOB NOT NULL CHECK (length(account) = 32), -- against whose quota it counts
  committed_ms INTEGER NOT NULL, -- Unix milliseconds of the last commit
  bytes        INTEGER NOT NULL -- of all records ever appended
) STRICT, WITHOUT ROWID;
CREATE INDEX document_account ON document (account);

-- The public state of each document's MLS group; apart from `document`, whose row changes with every append.
CREATE TABLE document_group (
  document BLOB PRIMARY KEY REFERENCES document (id),
  state    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The logs. A record is either numbered by its sender (k, without gaps) or a commit, which consumes one epoch.
CREATE TABLE record (
  document    BLOB NOT NULL REFERENCES document (id),
  seq         INTEGER NOT NULL CHECK (seq > 0),
  sender      BLOB NOT NULL CHECK (length(sender) = 16), -- device
  k           INTEGER, -- the sender's own number; NULL for a commit
  generation  INTEGER NOT NULL, -- under which it was accepted
  epoch       INTEGER NOT NULL, -- under which it was accepted
  received_ms INTEGER NOT NULL, -- Unix milliseconds
  hash        BLOB NOT NULL CHECK (length(hash) = 32), -- the chain after this record
  bytes       BLOB NOT NULL, -- as stored, chained and passed on
  PRIMARY KEY (document, seq)
) STRICT;
CREATE UNIQUE INDEX record_number ON record (document, sender, k) WHERE k IS NOT NULL;
CREATE UNIQUE INDEX record_commit ON record (document, generation, epoch) WHERE k IS NULL;

-- The highest k ever accepted from each device; outlives pruned records.
CREATE TABLE mark (
  document BLOB NOT NULL REFERENCES document (id),
  sender   BLOB NOT NULL CHECK (length(sender) = 16),
  k        INTEGER NOT NULL,
  PRIMARY KEY (document, sender)
) STRICT, WITHOUT ROWID;

-- Devices that were removed, with their leaf key: they can still prove who they are, and are given that one commit.
CREATE TABLE removed (
  document BLOB NOT NULL REFERENCES document (id),
  device   BLOB NOT NULL CHECK (length(device) = 16),
  public   BLOB NOT NULL CHECK (length(public) = 32),
  seq      INTEGER NOT NULL,
  PRIMARY KEY (document, device)
) STRICT, WITHOUT ROWID;

-- Each device's latest signed receipt.
CREATE TABLE receipt (
  document BLOB NOT NULL REFERENCES document (id),
  device   BLOB NOT NULL CHECK (length(device) = 16),
  seq      INTEGER NOT NULL,
  bytes    BLOB NOT NULL,
  PRIMARY KEY (document, device)
) STRICT, WITHOUT ROWID;

-- Invitations: a digest of the voucher in the link, and who used it.
CREATE TABLE invite (
  id       BLOB PRIMARY KEY CHECK (length(id) = 16),
  document BLOB NOT NULL REFERENCES document (id),
  voucher  BLOB NOT NULL CHECK (length(voucher) = 32),
  expires  INTEGER NOT NULL, -- Unix seconds
  account  BLOB NOT NULL CHECK (length(account) = 32), -- the inviter's
  used_by  BLOB CHECK (length(used_by) = 32) -- enrolment key
) STRICT, WITHOUT ROWID;
CREATE INDEX invite_document ON invite (document);

-- Requests to join, sealed for those who hold the link. decision: 0 waiting, 1 declined, 2 admitted by the commit `seq`.
CREATE TABLE request (
  id        BLOB PRIMARY KEY CHECK (length(id) = 16),
  invite    BLOB NOT NULL UNIQUE REFERENCES invite (id),
  document  BLOB NOT NULL REFERENCES document (id),
  enrolment BLOB NOT NULL CHECK (length(enrolment) = 32), -- who made it
  sealed    BLOB NOT NULL,
  nonce     BLOB CHECK (length(nonce) = 32), -- a lead's, for the four words
  decision  INTEGER NOT NULL CHECK (decision BETWEEN 0 AND 2),
  seq       INTEGER CHECK ((seq IS NOT NULL) = (decision = 2))
) STRICT;
CREATE INDEX request_document ON request (document, decision);

-- What came with each commit that admits: the Welcome, the sealed pack, and which blob holds the snapshot.
CREATE TABLE admission (
  document BLOB NOT NULL REFERENCES document (id),
  seq      INTEGER NOT NULL,
  welcome  BLOB NOT NULL,
  pack     BLOB NOT NULL,
  blob     BLOB NOT NULL CHECK (length(blob) = 16),
  PRIMARY KEY (document, seq)
) STRICT;

-- Sealed blobs in chunks; complete when stored = total.
CREATE TABLE blob (
  document BLOB NOT NULL REFERENCES document (id),
  id       BLOB NOT NULL CHECK (length(id) = 16),
  total    INTEGER NOT NULL CHECK (total > 0),
  stored   INTEGER NOT NULL CHECK (stored BETWEEN 0 AND total),
  PRIMARY KEY (document, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE chunk (
  document BLOB NOT NULL,
  blob     BLOB NOT NULL,
  place    INTEGER NOT NULL CHECK (place >= 0), -- from 0
  bytes    BLOB NOT NULL,
  PRIMARY KEY (document, blob, place),
  FOREIGN KEY (document, blob) REFERENCES blob (document, id)
) STRICT;
