// Package vulndb reads the advisory database: one SQLite file of small indexed
// handle tables that point to content-addressed JSON blobs. It finds candidates
// for many packages in one statement and fetches what is cold only for what is
// reported. Writing the file is vulndb/build's work, deciding what matches is
// match's.
package vulndb

// ApplicationID marks our files in the SQLite header ("ASAY"), so that another
// SQLite file is told apart before any query.
const ApplicationID = 0x41534159

// Model is the schema's first number, kept in the header's user_version. A
// reader refuses every other: the file is rebuilt, never migrated. Revision
// changes keep old queries right, additions only add tables; see Schema.
const Model = 1

// Schema is model.revision.addition of the files that this program writes.
//
// 1.0.0: the first: packages, operating systems, advisories, aliases,
// vulnerabilities, affected packages, providers, sources.
const Schema = "1.0.0"

// DDL makes the tables. The artifact carries it, readers run none. Tables that
// are read row by row through their key are WITHOUT ROWID, so that a hot row is
// found in one descent and its neighbours lie beside it.
const DDL = `
create table metadata (
	name  text primary key,
	value text not null
) without rowid;

-- who assigned the records: the home database that the id's prefix names
create table providers (
	id        integer primary key,
	name      text not null unique,
	records   integer not null default 0,
	withdrawn integer not null default 0,
	modified  integer -- the newest record's, in milliseconds
);

-- what the build read, with what it had to leave out
create table sources (
	name    text primary key,
	digest  text not null, -- sha256 of the archive or of the sorted files
	records integer not null,
	skipped integer not null
) without rowid;
create table skipped (
	source  text not null,
	entry   text not null,
	reason  text not null,
	primary key (source, entry)
) without rowid;

-- live records by ecosystem: what the database can speak about
create table ecosystems (
	name    text primary key,
	records integer not null
) without rowid;

create table packages (
	id        integer primary key,
	ecosystem text not null,
	name      text not null -- in the ecosystem's normal form
);

create table operating_systems (
	id      integer primary key, -- 0 is no operating system
	name    text not null,
	version text not null
);

create table blobs (
	id     integer primary key,
	digest blob not null, -- sha256 of value
	value  blob not null  -- compact JSON, names sorted
);

create table advisories (
	id          integer primary key,
	name        text not null,    -- the record's id
	provider_id integer not null,
	severity    integer not null, -- of the package severity, 0 unknown to 5 critical
	published   integer,          -- milliseconds
	modified    integer,
	withdrawn   integer,
	digest      blob not null,    -- of the record: over its blobs' digests
	blob_id     integer not null
);

-- the ids by which a record can be found: its own and its aliases
create table aliases (
	name        text not null,
	advisory_id integer not null,
	primary key (name, advisory_id)
) without rowid;

-- records merged by alias; a bundle is in several. Withdrawn records are in none.
create table vulnerabilities (
	advisory_id integer not null,
	name        text not null,
	primary key (advisory_id, name)
) without rowid;

-- the hot table: all that deciding needs is in the row
create table affected (
	package_id          integer not null,
	operating_system_id integer not null, -- 0: none
	advisory_id         integer not null,
	sequence            integer not null, -- the place in the record's affected list
	withdrawn           integer not null, -- 1: kept for searches, never matched
	intervals           text not null,    -- see intervals.go
	severity            text,             -- ratings of this package alone, rarely given
	blob_id             integer not null,
	primary key (package_id, operating_system_id, advisory_id, sequence)
) without rowid;
`

// Indexes are made when the tables are full.
const Indexes = `
create unique index packages_by_name on packages (ecosystem, name);
create index packages_by_bare_name on packages (name);
create unique index operating_systems_by_name on operating_systems (name, version);
create unique index advisories_by_name on advisories (name);
create index vulnerabilities_by_name on vulnerabilities (name, advisory_id);
create index affected_by_advisory on affected (advisory_id, sequence);
`
