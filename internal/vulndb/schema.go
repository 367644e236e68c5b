// Package vulndb reads the advisory database: one SQLite file of small indexed
// handle tables that point to content-addressed JSON blobs. It finds candidates
// for many packages in one statement and fetches what is cold only for what is
// reported. Writing the file is vulndb/build's work, deciding what matches is
// match's. docs/database.md explains the schema and its reasons.
package vulndb

// ApplicationID marks our files in the SQLite header ("ASAY"), so that another
// SQLite file is told apart before any query.
const ApplicationID = 0x41534159

// The schema's version is model.revision.addition. A reader refuses another model
// (kept in the header's user_version) and another revision: the file is rebuilt,
// never migrated. An addition only adds tables, and columns at the end of tables:
// a reader opens files of any addition, and does not see what it does not know.
const (
	Model    = 2
	Revision = 0
	Addition = 0
)

// Schema is the version that this program writes.
//
// 1.0.0: packages, operating systems, advisories, aliases, vulnerabilities,
// affected packages, providers, sources.
//
// 2.0.0: blobs as compressed frames; unaffected packages, products by CPE,
// weaknesses, known exploited vulnerabilities, EPSS, ends of life; operating
// systems in parts, with aliases; fix states; free text; providers described.
const Schema = "2.0.0"

// DDL makes the tables. The artifact carries it, readers run none. Tables that
// are read row by row through their key are WITHOUT ROWID, so that a hot row is
// found in one descent and its neighbours lie beside it.
const DDL = `
create table metadata (
	name  text primary key,
	value text not null
) without rowid;

-- who assigned the records: a database that ids name by their prefix, a vendor
create table providers (
	id        integer primary key,
	name      text not null collate nocase, -- odd ids may give two that differ in case
	title     text not null,
	licence   text not null,
	covers    text not null,
	proven    integer not null, -- 1: its feed was read in its real form
	records   integer not null default 0,
	withdrawn integer not null default 0,
	modified  integer, -- the newest record's, in milliseconds
	digest    blob not null
);

-- what the build read, with what it had to leave out
create table sources (
	name     text primary key,
	feed     text not null,
	digest   text not null, -- sha256 of the archive or of the sorted files
	records  integer not null,
	skipped  integer not null,
	captured integer, -- when what was read was fetched, in milliseconds; null: at the build
	stale    text     -- why it is not from this build's time; null: it is
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
	id       integer primary key, -- 0 is no operating system
	name     text not null,       -- the ID of os-release
	label    text not null,       -- the release as its source writes it
	major    text not null,       -- without leading zeros
	minor    text not null,
	codename text not null,
	channel  text not null,
	rolling  integer not null
);
create table operating_system_aliases (
	alias text primary key,
	name  text not null
) without rowid;

-- what the frames of blobs are made with
create table dictionaries (
	id    integer primary key,
	value blob not null
);
create table blobs (
	id    integer primary key,
	value blob not null -- compact JSON, or a zstd frame of it
);

create table advisories (
	id          integer primary key,
	name        text not null,    -- the record's id
	provider_id integer not null,
	status      integer not null, -- 0 active, 1 analyzing, 2 disputed, 3 rejected
	severity    integer not null, -- the worst, 0 unknown to 5 critical
	published   integer,          -- milliseconds
	modified    integer,
	withdrawn   integer,
	digest      blob not null,    -- of the record: over its blobs
	blob_id     integer not null
);

-- the ids by which a record can be found; only its own and its aliases merge
create table aliases (
	name        text not null,
	advisory_id integer not null,
	kind        integer not null, -- 0 its own, 1 alias, 2 upstream, 3 related
	primary key (name, advisory_id)
) without rowid;

-- records merged by alias; a bundle is in several. Dead records are in none.
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
	fix_state           integer not null, -- 0 unknown, 1 fixed, 2 not fixed, 3 will not be
	intervals           text not null,    -- see advisory.EncodeIntervals
	severity            text,             -- ratings of this package alone, rarely given
	qualifiers          text,             -- modules and architectures, rarely given
	blob_id             integer not null,
	primary key (package_id, operating_system_id, advisory_id, sequence)
) without rowid;

-- what providers explicitly say is not affected
create table unaffected (
	package_id          integer not null,
	operating_system_id integer not null,
	advisory_id         integer not null,
	sequence            integer not null,
	withdrawn           integer not null,
	intervals           text not null,
	qualifiers          text,
	blob_id             integer not null,
	primary key (package_id, operating_system_id, advisory_id, sequence)
) without rowid;

-- products by CPE 2.3 name, without version and update: those are in intervals
create table cpes (
	id               integer primary key,
	part             text not null,
	vendor           text not null,
	product          text not null,
	edition          text not null,
	language         text not null,
	software_edition text not null,
	target_software  text not null,
	target_hardware  text not null,
	other            text not null
);
create table affected_cpes (
	cpe_id      integer not null,
	advisory_id integer not null,
	sequence    integer not null,
	withdrawn   integer not null,
	unaffected  integer not null,
	intervals   text not null,
	platforms   text, -- JSON: groups of CPE names, of each one must be there
	blob_id     integer not null,
	primary key (cpe_id, advisory_id, sequence)
) without rowid;

-- what decorates vulnerabilities, whoever describes them
create table weaknesses (
	advisory_id integer not null,
	cwe         text not null,
	primary key (advisory_id, cwe)
) without rowid;
create table known_exploited (
	cve         text primary key,
	provider_id integer not null,
	added       text not null, -- a date
	due         text not null,
	ransomware  integer not null,
	digest      blob not null,
	blob_id     integer not null
) without rowid;
create table epss (
	cve         text primary key,
	provider_id integer not null,
	score       real not null,
	percentile  real not null,
	date        text not null
) without rowid;
create table end_of_life (
	product     text not null,
	cycle       text not null,
	provider_id integer not null,
	ends        text not null, -- a date; empty: not told
	digest      blob not null,
	blob_id     integer not null,
	primary key (product, cycle)
) without rowid;

-- free text over summaries; its rows are the advisories' numbers
create virtual table summaries using fts5 (text, content='', detail=none, columnsize=0);
`

// Indexes are made when the tables are full.
const Indexes = `
create index providers_by_name on providers (name);
create unique index packages_by_name on packages (ecosystem, name);
create index packages_by_bare_name on packages (name);
create unique index operating_systems_by_name on operating_systems (name, label);
create unique index advisories_by_name on advisories (name, provider_id);
create index advisories_by_provider on advisories (provider_id, modified);
create index aliases_by_advisory on aliases (advisory_id);
create index vulnerabilities_by_name on vulnerabilities (name, advisory_id);
create index affected_by_advisory on affected (advisory_id, sequence);
create index affected_by_system on affected (operating_system_id, advisory_id) where operating_system_id > 0;
create index unaffected_by_advisory on unaffected (advisory_id, sequence);
create index unaffected_by_system on unaffected (operating_system_id, advisory_id) where operating_system_id > 0;
create index affected_cpes_by_advisory on affected_cpes (advisory_id, sequence);
create unique index cpes_by_product on cpes (product, vendor, part, edition, language, software_edition, target_software, target_hardware, other);
create index weaknesses_by_cwe on weaknesses (cwe, advisory_id);
create index epss_by_score on epss (score, cve);
`
