-- Long texts move out of what filters and orders walk over, and findings that no facet tells apart share one kind, which
-- is counted once.

create table kinds (
    scan       text    not null references scans (id) on delete cascade,
    kind       integer not null,
    rule       text    not null,
    cwe        text    not null,
    -- 0 info to 4 critical
    severity   integer not null,
    -- 0 low to 2 high
    confidence integer not null,
    owasp      text    not null,
    -- The first folder of the path, or the file.
    top        text    not null,
    -- 0 refuted, 1 unknown, 2 bounded, 3 proved, 4 none
    verdict    integer not null,
    -- 0 verified, 1 bounded, 2 unverified, 3 unavailable, 4 none
    patch      integer not null,
    -- How many findings are of the kind.
    findings   integer not null,
    primary key (scan, kind)
) without rowid;
insert into kinds
    select scan, row_number() over (partition by scan order by min(number)), rule, cwe, severity, confidence, owasp, top,
           verdict, patch, count(*)
    from findings group by scan, rule, cwe, severity, confidence, owasp, top, verdict, patch;

create table texts (
    scan   text    not null references scans (id) on delete cascade,
    number integer not null,
    -- The row of the table, and the finding in full, as JSON.
    row    text    not null,
    body   text    not null,
    -- The finding as a SARIF result; null where it was kept without.
    sarif  text,
    primary key (scan, number)
) without rowid;
insert into texts select scan, number, row, body, null from findings;

-- What a search for text looks at, in lower case.
create table words (
    scan   text    not null references scans (id) on delete cascade,
    number integer not null,
    words  text    not null,
    primary key (scan, number)
) without rowid;
insert into words select scan, number, words from findings;

create table narrow (
    scan        text    not null references scans (id) on delete cascade,
    -- From 0 in the report's order.
    number      integer not null,
    kind        integer not null,
    fingerprint text    not null,
    rule        text    not null,
    severity    integer not null,
    confidence  integer not null,
    verdict     integer not null,
    path        text    not null,
    primary key (scan, number)
) without rowid;
insert into narrow
    select f.scan, f.number, k.kind, f.fingerprint, f.rule, f.severity, f.confidence, f.verdict, f.path
    from findings f join kinds k on k.scan = f.scan and k.rule = f.rule and k.cwe = f.cwe and k.severity = f.severity
        and k.confidence = f.confidence and k.owasp = f.owasp and k.top = f.top and k.verdict = f.verdict
        and k.patch = f.patch;

drop table findings;
alter table narrow rename to findings;
create index findings_by_fingerprint on findings (fingerprint, scan);
-- An order for each key of sorting; they hold what the default filter asks for.
create index findings_by_severity on findings (scan, severity desc, number, verdict, kind);
create index findings_by_confidence on findings (scan, confidence desc, number, verdict, kind);
create index findings_by_verdict on findings (scan, verdict, number, kind);
create index findings_by_rule on findings (scan, rule, number, verdict, kind);
create index findings_by_path on findings (scan, path, number, verdict, kind);
