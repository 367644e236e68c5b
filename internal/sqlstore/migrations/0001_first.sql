-- The server's first schema. One text for both databases: what differs stands in
-- double braces and is filled in by dialect.go. Times are integer milliseconds
-- since 1970 in UTC; identities that people see are random texts, those of bulk
-- rows are integers.

-- +goose Up

-- Who: organisations own projects and isolate them.
create table organisations (
  id text primary key,
  slug text not null unique,
  name text not null,
  created_at bigint not null,
  revision bigint not null default 1
) {{.Clustered}};

create table users (
  id text primary key,
  email text not null unique, -- lower case
  name text not null,
  password text, -- an Argon2id encoding; null: signs in elsewhere
  administrator boolean not null default false, -- of the installation
  disabled boolean not null default false,
  created_at bigint not null,
  last_seen_at bigint,
  overview_seen_at bigint, -- "new since you last looked"
  revision bigint not null default 1
) {{.Clustered}};
create index users_created on users (created_at, id);

create table identities (
  provider text not null,
  subject text not null,
  user_id text not null references users (id) on delete cascade,
  primary key (provider, subject)
) {{.Clustered}};
create index identities_user on identities (user_id);

create table members (
  organisation_id text not null references organisations (id) on delete cascade,
  user_id text not null references users (id) on delete cascade,
  role text not null, -- viewer, developer, approver, manager, administrator
  primary key (organisation_id, user_id)
) {{.Clustered}};
create index members_user on members (user_id);

create table groups (
  id text primary key,
  organisation_id text not null references organisations (id) on delete cascade,
  name text not null,
  revision bigint not null default 1,
  unique (organisation_id, name)
) {{.Clustered}};

create table group_members (
  group_id text not null references groups (id) on delete cascade,
  user_id text not null references users (id) on delete cascade,
  primary key (group_id, user_id)
) {{.Clustered}};
create index group_members_user on group_members (user_id);

create table sessions (
  hash {{.Bytes}} primary key, -- SHA-256 of the cookie
  user_id text not null references users (id) on delete cascade,
  csrf text not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  address text not null,
  agent text not null
) {{.Clustered}};
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

-- Links that work once: the first administrator, invitations, new passwords, and
-- an account's way into an organisation.
create table links (
  hash {{.Bytes}} primary key,
  purpose text not null, -- setup, invitation, password, join
  user_id text references users (id) on delete cascade,
  organisation_id text references organisations (id) on delete cascade, -- of join: which
  role text not null default '', -- of join: as what
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint
) {{.Clustered}};
create index links_organisation on links (organisation_id, user_id) where organisation_id is not null;

create table tokens (
  id text primary key,
  hash {{.Bytes}} not null unique,
  organisation_id text references organisations (id) on delete cascade,
  user_id text references users (id) on delete cascade, -- whose; null: a project's
  project_id text, -- references projects; null: a person's
  name text not null,
  scopes text not null, -- space-separated: read scan triage manage
  created_by text not null,
  created_at bigint not null,
  expires_at bigint,
  revoked_at bigint,
  used_at bigint
) {{.Clustered}};
create index tokens_user on tokens (user_id);
create index tokens_project on tokens (project_id);

-- Answers to POSTs that carried an Idempotency-Key.
create table idempotency (
  actor text not null,
  key text not null,
  request {{.Bytes}} not null, -- digest of method, path and body
  status bigint not null, -- 0: still running
  headers text not null,
  body {{.Bytes}} not null,
  created_at bigint not null,
  primary key (actor, key)
) {{.Clustered}};
create index idempotency_age on idempotency (created_at);

-- Append-only and hash-chained: hash = SHA-256 of the previous hash and this
-- event's canonical text.
create table audit_events (
  seq bigint primary key,
  at bigint not null,
  actor text not null, -- user:ID, token:ID, system
  address text not null,
  organisation_id text,
  project_id text,
  action text not null, -- such as project.create
  object text not null, -- such as project:ID
  detail text not null, -- JSON
  previous {{.Bytes}} not null,
  hash {{.Bytes}} not null
) {{.Clustered}};
create index audit_events_organisation on audit_events (organisation_id, seq);
create index audit_events_project on audit_events (project_id, seq);

-- One row each: settings of the installation, and heads such as the audit chain's,
-- which writers lock.
create table settings (
  name text primary key,
  value text not null
) {{.Clustered}};

-- What: projects and their repositories.
create table projects (
  id text primary key,
  organisation_id text not null references organisations (id) on delete cascade,
  name text not null,
  name_key text {{.Binary}} not null, -- lower case, for order and search
  description text not null default '',
  visibility text not null, -- organisation, private
  tags text not null default '[]', -- JSON list of texts
  release_pattern text not null default 'refs/tags/v#',
  include text not null default '[]', -- JSON list of globs
  exclude text not null default '[]',
  schedule text not null default '', -- a cron line in UTC; empty: none
  next_scan_at bigint,
  channels text not null default '[]', -- JSON: notification channels
  channels_sealed {{.Bytes}}, -- their secrets, encrypted
  created_at bigint not null,
  updated_at bigint not null,
  archived boolean not null default false,
  revision bigint not null default 1,
  -- counters of the main versions' open findings, maintained by difference
  components bigint not null default 0,
  critical bigint not null default 0,
  high bigint not null default 0,
  medium bigint not null default 0,
  low bigint not null default 0,
  negligible bigint not null default 0, -- severity "none"
  unknown bigint not null default 0,
  exploited bigint not null default 0,
  risk bigint not null default 0, -- orders by what is worst: see store.Risk
  last_scan_id text,
  last_scan_at bigint not null default 0, -- 0: never
  last_scan_state text not null default '',
  incomplete boolean not null default false, -- the last scan did not cover everything
  matched bigint not null default 0, -- the oldest release (its seq) that a main version was last matched with; 0: none was
  unique (organisation_id, name_key)
) {{.Clustered}};
create index projects_risk on projects (organisation_id, risk, id);
create index projects_components on projects (organisation_id, components, id);
create index projects_scanned on projects (organisation_id, last_scan_at, id);
create index projects_created on projects (organisation_id, created_at, id);
create index projects_troubled on projects (organisation_id, name_key) where last_scan_state = 'failed' or incomplete;
create index projects_schedule on projects (next_scan_at) where next_scan_at is not null;

create table grants (
  project_id text not null references projects (id) on delete cascade,
  subject text not null, -- user:ID or group:ID
  role text not null,
  primary key (project_id, subject)
) {{.Clustered}};
create index grants_subject on grants (subject);

create table repositories (
  id text primary key,
  project_id text not null references projects (id) on delete cascade,
  url text not null, -- as given, without credentials
  url_key text not null unique, -- normalised: see repourl
  ref text not null default '', -- branch or tag; empty: the remote's HEAD
  credential text not null default 'none', -- none, token, ssh-key
  username text not null default '',
  sealed {{.Bytes}}, -- the credential, encrypted
  known_hosts text not null default '',
  created_at bigint not null,
  revision bigint not null default 1
) {{.Clustered}};
create index repositories_project on repositories (project_id);

-- A version of a project: what a ref of one of its repositories (or of its
-- pushes, where repository_id is empty) is made of.
create table versions (
  id {{.Identity}},
  project_id text not null references projects (id) on delete cascade,
  repository_id text not null default '',
  ref text not null,
  main boolean not null, -- counts for the project's figures
  inventory_id bigint, -- the current one
  scan_id text, -- the last successful scan
  unique (project_id, repository_id, ref)
);

-- What it is made of. Components are stored once for all.
create table components (
  id {{.Identity}},
  purl text {{.Binary}} not null unique,
  ecosystem text not null,
  name text not null,
  version text not null,
  name_key text {{.Binary}} not null, -- lower case, for search
  origin_kind text not null default '',
  origin_ref text not null default '',
  licences text not null default '[]' -- JSON list, as first seen
);
create index components_name on components (name_key, ecosystem, version);

-- What one manifest and lock pair governs, stored by content.
create table units (
  id {{.Identity}},
  digest {{.Bytes}} not null unique,
  kind text not null,
  path text not null,
  components bigint not null,
  body {{.Bytes}} not null -- zstd of JSON: the unit with its components
);
{{.Packed "units" "body"}}

create table inventories (
  id {{.Identity}},
  digest {{.Bytes}} not null unique, -- of the sorted digests of its units
  components bigint not null,
  edges bigint not null
);

create table inventory_units (
  inventory_id bigint not null references inventories (id) on delete cascade,
  unit_id bigint not null references units (id),
  primary key (inventory_id, unit_id)
) {{.Clustered}};
create index inventory_units_unit on inventory_units (unit_id);

-- Usage: when a component was part of a version, by scans. By far the most rows are
-- written here: they name versions and components without foreign keys, which would
-- take half the time of a write. Components are never deleted; who deletes versions
-- deletes these.
create table usages (
  version_id bigint not null, -- of versions
  component_id bigint not null, -- of components
  scan_from bigint not null,
  scan_to bigint, -- exclusive; null: still
  direct boolean not null,
  scope text not null,
  primary key (version_id, component_id, scan_from)
) {{.Clustered}};
create index usages_component on usages (component_id, version_id) where scan_to is null;

-- Releases of the advisory database, in the order of their import.
create table releases (
  seq {{.Identity}},
  digest text not null,
  schema text not null,
  release text not null,
  blob text not null, -- digest of the file
  size bigint not null,
  built_at bigint not null, -- knowable
  imported_at bigint not null, -- known here
  sample boolean not null default false,
  current boolean not null default false,
  status text not null default '{}' -- JSON: providers and sources for the status page
);

create table advisories (
  id {{.Identity}},
  provider text not null,
  advisory text not null,
  unique (provider, advisory)
);
create index advisories_id on advisories (advisory);

-- Matches: when a component was affected by an advisory, by releases. Global:
-- computed once a component, whatever the number of projects.
create table matches (
  component_id bigint not null references components (id),
  advisory_id bigint not null references advisories (id),
  release_from bigint not null,
  release_to bigint, -- exclusive; null: still
  interval text not null, -- the range that covers the version
  primary key (component_id, advisory_id, release_from)
) {{.Clustered}};
create index matches_advisory on matches (advisory_id);

-- What the last matching said of a component: a projection, rebuildable. It is not
-- among the component's own columns: each release writes it anew, and a wider row
-- with three indexes would be written with it.
create table component_findings (
  component_id bigint primary key references components (id),
  release bigint not null, -- the seq of that which it was matched with
  uncompared text not null, -- why the version could not be compared; JSON list of advisory ids and the reason, or empty
  body {{.Bytes}} not null -- JSON, see store.ComponentFinding; empty: no findings
) {{.Clustered}};

-- Findings: a component and a vulnerability in a version. The current projection
-- of usages joined with matches, with the decisions.
create table findings (
  id {{.Identity}},
  project_id text not null references projects (id) on delete cascade,
  version_id bigint not null references versions (id) on delete cascade,
  component_id bigint not null references components (id),
  vulnerability text {{.Binary}} not null, -- the id that is shown: CVE, then GHSA
  severity bigint not null, -- 0 none, 1 unknown, 2 low, 3 medium, 4 high, 5 critical
  score double precision not null default 0, -- CVSS base score, 0: none
  summary text not null default '',
  fixed_in text not null default '', -- the lowest version that ends the ranges; empty: none known
  exploited boolean not null default false,
  epss double precision not null default 0,
  component_key text not null, -- name and version, for order
  direct boolean not null,
  scope text not null,
  body {{.Bytes}} not null, -- JSON: store.ComponentFinding as of the last scan
  first_scan bigint not null, -- seq
  first_seen_at bigint not null,
  known_at bigint not null, -- when a release first said so here
  gone_at bigint, -- no longer found; null: present
  gone_scan bigint,
  state text not null default 'open', -- open, not_affected, accepted, fixed
  state_until bigint, -- expiry of an acceptance
  decision_id bigint, -- the one that holds, of decisions; null: none
  counts boolean not null default true, -- present and open: what the counters count
  merged_into bigint, -- the older finding that took this one's place
  revision bigint not null default 1
);
create index findings_severity on findings (version_id, counts, severity, id);
create index findings_vulnerability on findings (version_id, counts, vulnerability, id);
create index findings_component on findings (version_id, counts, component_key, id);
create index findings_epss on findings (version_id, counts, epss, id);
create index findings_since on findings (version_id, counts, first_seen_at, id);
create index findings_where on findings (vulnerability, project_id, id);
create index findings_project_new on findings (project_id, first_seen_at, id);
create index findings_new on findings (first_seen_at, id) where counts;
create index findings_of_component on findings (component_id, version_id);
create index findings_expiry on findings (state_until) where state_until is not null;

-- Which advisories hold which finding: its identity.
create table finding_advisories (
  version_id bigint not null references versions (id) on delete cascade,
  component_id bigint not null,
  advisory_id bigint not null references advisories (id),
  part text not null default '', -- of a bundle: which of its vulnerabilities
  finding_id bigint not null references findings (id) on delete cascade,
  place bigint not null, -- the order in which the finding got its advisories
  primary key (version_id, component_id, advisory_id, part)
) {{.Clustered}};
create index finding_advisories_finding on finding_advisories (finding_id);

-- Decisions on findings, all of them.
create table decisions (
  id {{.Identity}},
  finding_id bigint not null references findings (id) on delete cascade,
  at bigint not null,
  actor text not null,
  state text not null,
  reason text not null default '', -- of not_affected: a VEX justification
  comment text not null default '',
  until bigint,
  advisories text not null -- JSON list of provider and id: what it is about
);
create index decisions_finding on decisions (finding_id, id);

-- Vulnerabilities in the portfolio, counted by difference.
create table vulnerabilities (
  organisation_id text not null references organisations (id) on delete cascade,
  id text {{.Binary}} not null,
  severity bigint not null,
  score double precision not null,
  summary text not null,
  exploited boolean not null,
  epss double precision not null,
  findings bigint not null, -- that count
  projects bigint not null, -- that have one that counts
  shared_findings bigint not null default 0, -- as findings, of the projects that all members see
  shared_projects bigint not null default 0,
  first_seen_at bigint not null,
  primary key (organisation_id, id)
) {{.Clustered}} {{.Roomy}};
-- No index has what is counted, not even as a condition: each scan counts some of
-- these, and would write every index. By projects they are sorted when they are read.
create index vulnerabilities_severity on vulnerabilities (organisation_id, severity, id);
create index vulnerabilities_epss on vulnerabilities (organisation_id, epss, id);
create index vulnerabilities_since on vulnerabilities (organisation_id, first_seen_at, id);
create index vulnerabilities_search on vulnerabilities (id);

-- Figures of an organisation by day: of the projects that all members see, and of
-- private ones apart.
create table days (
  organisation_id text not null references organisations (id) on delete cascade,
  private boolean not null,
  day bigint not null, -- days since 1970, UTC
  critical bigint not null,
  high bigint not null,
  medium bigint not null,
  low bigint not null,
  negligible bigint not null,
  unknown bigint not null,
  exploited bigint not null,
  projects bigint not null,
  components bigint not null,
  primary key (organisation_id, private, day)
) {{.Clustered}};

-- Scans. The row is the truth; what executes is a queue's job.
create table scans (
  seq {{.Identity}},
  id text not null unique,
  organisation_id text not null references organisations (id) on delete cascade,
  project_id text not null references projects (id) on delete cascade,
  repository_id text not null default '', -- empty: pushed
  version_id bigint, -- known from prepare on
  trigger text not null, -- manual, push, schedule, create, advisories
  priority bigint not null, -- 1 first
  requested_by text not null, -- actor
  ref text not null, -- as asked for; empty: the remote's HEAD, or that of a release is not known yet
  asked_release text not null default '', -- a release's name, in the place of a ref; empty: none
  language text not null default '', -- as asked for
  languages text not null default '[]', -- detected; JSON list
  state text not null, -- waiting, queued, running, done, failed, cancelled
  stage text not null, -- prepare, inventory, compare, analyse, merge, notify; the one to do next
  stages text not null default '[]', -- JSON: see store.StageRun
  attempt bigint not null default 0, -- the fence: raised whenever a worker takes the scan
  worker text not null default '',
  heartbeat_at bigint,
  tries bigint not null default 0, -- failures of the current stage
  retry_at bigint,
  cancel_requested boolean not null default false,
  created_at bigint not null,
  admitted_at bigint,
  started_at bigint,
  finished_at bigint,
  error text not null default '',
  commit_id text not null default '',
  upload text not null default '', -- the blob that was pushed
  inventory_id bigint,
  ledger text not null default '', -- the blob with the coverage ledger
  result text not null default '', -- the blob with the merged list
  log text not null default '', -- the blob with the log, when finished
  changed text not null default '', -- JSON: per unit "new", "changed", "unchanged", "gone"
  analysis text not null default '', -- full, skipped (nothing changed), partial
  release_seq bigint, -- matched with
  components bigint not null default 0,
  files_read bigint not null default 0,
  files_failed bigint not null default 0,
  files_other bigint not null default 0, -- unsupported, without advisories, skipped
  incomplete boolean not null default false,
  notices text not null default '[]',
  critical bigint not null default 0,
  high bigint not null default 0,
  medium bigint not null default 0,
  low bigint not null default 0,
  negligible bigint not null default 0,
  unknown bigint not null default 0,
  appeared bigint not null default 0, -- findings that are new
  disappeared bigint not null default 0
);
create index scans_project on scans (project_id, seq);
create index scans_organisation on scans (organisation_id, seq);
create index scans_state on scans (state, priority, seq) where state in ('waiting', 'queued', 'running');
create index scans_organisation_state on scans (organisation_id, state, seq);
create index scans_version on scans (version_id, seq);

-- The analyzers of a scan: fan-out and fan-in.
create table analyses (
  scan_id text not null references scans (id) on delete cascade,
  analyzer text not null,
  state text not null, -- open, running, done, failed, skipped, cancelled
  attempt bigint not null default 0,
  worker text not null default '',
  started_at bigint,
  finished_at bigint,
  result text not null default '', -- the blob with what it found
  findings bigint not null default 0,
  error text not null default '',
  primary key (scan_id, analyzer)
) {{.Clustered}};

-- The live log; moved to a blob when the scan ends.
create table scan_log (
  scan_id text not null references scans (id) on delete cascade,
  seq bigint not null,
  at bigint not null,
  level text not null, -- debug, info, warn, error
  stage text not null,
  text text not null,
  primary key (scan_id, seq)
) {{.Clustered}};

-- What is to be told to others: delivered later, at least once, by event id.
create table outbox (
  id {{.Identity}},
  event text not null unique,
  kind text not null, -- such as scan.finished
  organisation_id text not null,
  project_id text not null,
  scan_id text not null default '',
  body text not null, -- JSON
  created_at bigint not null,
  delivered_at bigint
);
create index outbox_open on outbox (id) where delivered_at is null;

-- +goose Down
drop table outbox;
drop table scan_log;
drop table analyses;
drop table scans;
drop table days;
drop table vulnerabilities;
drop table decisions;
drop table finding_advisories;
drop table findings;
drop table component_findings;
drop table matches;
drop table advisories;
drop table releases;
drop table usages;
drop table inventory_units;
drop table inventories;
drop table units;
drop table components;
drop table versions;
drop table repositories;
drop table grants;
drop table projects;
drop table settings;
drop table audit_events;
drop table idempotency;
drop table tokens;
drop table links;
drop table sessions;
drop table group_members;
drop table groups;
drop table members;
drop table identities;
drop table users;
drop table organisations;
