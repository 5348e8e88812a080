-- Scans, what they found, and what people decided about it. Times are milliseconds since 1970 in UTC.

create table scans (
    id          text    primary key,
    name        text,
    created_at  integer not null,
    started_at  integer,
    finished_at integer,
    -- queued, running, completed, failed, cancelled
    status      text    not null,
    error       text,
    is_complete integer,
    options     text    not null,
    files       integer not null,
    bytes       integer not null,
    summary     text,
    faults      text,
    -- When the code's time is over; null before the scan has ended.
    code_until  integer,
    has_code    integer not null
);
create index scans_by_status on scans (status, id);
create index scans_by_name on scans (name, id);

create table findings (
    scan        text    not null references scans (id) on delete cascade,
    -- From 0 in the report's order.
    number      integer not null,
    fingerprint text    not null,
    rule        text    not null,
    cwe         text    not null,
    -- 0 info to 4 critical
    severity    integer not null,
    -- 0 low to 2 high
    confidence  integer not null,
    owasp       text    not null,
    path        text    not null,
    -- The first folder of the path, or the file.
    top         text    not null,
    -- 0 refuted, 1 unknown, 2 bounded, 3 proved, 4 none
    verdict     integer not null,
    -- 0 verified, 1 bounded, 2 unverified, 3 unavailable, 4 none
    patch       integer not null,
    -- What a search for text looks at, in lower case.
    words       text    not null,
    -- The row of the table, and the finding in full, as JSON.
    row         text    not null,
    body        text    not null,
    primary key (scan, number)
) without rowid;
create index findings_by_fingerprint on findings (fingerprint, scan);

-- What holds now, of a project's finding; and all that was said before, the oldest first.
create table triage (
    project     text    not null,
    fingerprint text    not null,
    state       text    not null,
    reason      text,
    expires     integer,
    changed_at  integer not null,
    primary key (project, fingerprint)
) without rowid;
create table triage_history (
    id          integer primary key,
    project     text    not null,
    fingerprint text    not null,
    state       text    not null,
    reason      text,
    expires     integer,
    changed_at  integer not null
);
create index triage_history_by_finding on triage_history (project, fingerprint, id);

create table idempotency (
    key         text    primary key,
    body        text    not null,
    scan        text    not null,
    created_at  integer not null
);
