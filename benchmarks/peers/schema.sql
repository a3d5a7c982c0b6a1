-- The tables of every framework: the service's table of items, and keys with their SHA-256 digests.
PRAGMA journal_mode = WAL;

CREATE TABLE keys (
    digest BLOB PRIMARY KEY,
    caller VARCHAR(64) NOT NULL,
    scopes VARCHAR(1000) NOT NULL
);

CREATE TABLE items (
    id CHAR(32) PRIMARY KEY,
    owner VARCHAR(255) NOT NULL,
    name VARCHAR(100) NOT NULL,
    description VARCHAR(2000),
    price DOUBLE,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL
);

CREATE INDEX ix_items_owner_id ON items (owner, id);
