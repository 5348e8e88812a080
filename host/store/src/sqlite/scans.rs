//! Scans in SQLite. Invariant: a scan's status changes only from one that allows it, in the statement itself.

use std::collections::HashMap;

use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection, SqlitePool, Transaction, sqlite::SqliteRow};

use crate::{
    Millis,
    error::StoreError,
    findings::{NewFinding, PATCHES, VERDICTS, number_of, top},
    scans::{Ending, NewScan, Scan, Status},
};

/// Findings that one statement keeps.
const PORTION: usize = 200;

pub(super) async fn add(pool: &SqlitePool, scan: &NewScan) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    insert(&mut transaction, scan).await?;
    Ok(transaction.commit().await?)
}

async fn insert(transaction: &mut Transaction<'_, Sqlite>, scan: &NewScan) -> Result<(), StoreError> {
    sqlx::query(
        "insert into scans (id, name, created_at, status, options, files, bytes, has_code)
         values (?, ?, ?, 'queued', ?, ?, ?, 1)",
    )
    .bind(&scan.id)
    .bind(&scan.name)
    .bind(scan.created_at)
    .bind(&scan.options)
    .bind(scan.files)
    .bind(i64::try_from(scan.bytes).unwrap_or(i64::MAX))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(super) async fn add_once(
    pool: &SqlitePool,
    scan: &NewScan,
    (key, body): (&str, &str),
) -> Result<Option<(String, String)>, StoreError> {
    let mut transaction = pool.begin().await?;
    let added = sqlx::query(
        "insert into idempotency (key, body, scan, created_at) values (?, ?, ?, ?) on conflict (key) do nothing",
    )
    .bind(key)
    .bind(body)
    .bind(&scan.id)
    .bind(scan.created_at)
    .execute(&mut *transaction)
    .await?;
    if added.rows_affected() == 0 {
        let known = sqlx::query("select scan, body from idempotency where key = ?")
            .bind(key)
            .fetch_one(&mut *transaction)
            .await?;
        return Ok(Some((known.try_get("scan")?, known.try_get("body")?)));
    }
    insert(&mut transaction, scan).await?;
    transaction.commit().await?;
    Ok(None)
}

fn read(row: &SqliteRow) -> Result<Scan, StoreError> {
    let bytes: i64 = row.try_get("bytes")?;
    Ok(Scan {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        created_at: row.try_get("created_at")?,
        started_at: row.try_get("started_at")?,
        finished_at: row.try_get("finished_at")?,
        status: Status::from_word(row.try_get("status")?),
        error: row.try_get("error")?,
        is_complete: row.try_get::<Option<bool>, _>("is_complete")?.unwrap_or_default(),
        options: row.try_get("options")?,
        files: row.try_get("files")?,
        bytes: u64::try_from(bytes).unwrap_or_default(),
        summary: row.try_get("summary")?,
        faults: row.try_get("faults")?,
        code_until: row.try_get("code_until")?,
        has_code: row.try_get("has_code")?,
    })
}

pub(super) async fn one(pool: &SqlitePool, id: &str) -> Result<Option<Scan>, StoreError> {
    let row = sqlx::query("select * from scans where id = ?").bind(id).fetch_optional(pool).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn newest(
    pool: &SqlitePool,
    (name, before): (Option<&str>, Option<&str>),
    limit: u32,
) -> Result<Vec<Scan>, StoreError> {
    let text =
        "select * from scans where (?1 is null or id < ?1) and (?2 is null or name = ?2) order by id desc limit ?3";
    let rows = sqlx::query(text).bind(before).bind(name).bind(limit).fetch_all(pool).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn queued(pool: &SqlitePool, before: Option<&str>) -> Result<u64, StoreError> {
    let count: i64 =
        sqlx::query_scalar("select count(*) from scans where status = 'queued' and (?1 is null or id < ?1)")
            .bind(before)
            .fetch_one(pool)
            .await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

pub(super) async fn claim(pool: &SqlitePool, now: Millis) -> Result<Option<Scan>, StoreError> {
    let row = sqlx::query(
        "update scans set status = 'running', started_at = ?
         where id = (select id from scans where status = 'queued' order by id limit 1) returning *",
    )
    .bind(now)
    .fetch_optional(pool)
    .await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn requeue(pool: &SqlitePool) -> Result<u64, StoreError> {
    let done = sqlx::query("update scans set status = 'queued', started_at = null where status = 'running'");
    Ok(done.execute(pool).await?.rows_affected())
}

pub(super) async fn put_back(pool: &SqlitePool, id: &str) -> Result<(), StoreError> {
    sqlx::query("update scans set status = 'queued', started_at = null where id = ? and status = 'running'")
        .bind(id)
        .execute(pool)
        .await?;
    Ok(())
}

pub(super) async fn finish(
    pool: &SqlitePool,
    id: &str,
    (ending, findings): (&Ending, &[NewFinding]),
) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query(
        "update scans set status = ?, finished_at = ?, error = ?, is_complete = ?, summary = ?, faults = ?, code_until = ?
         where id = ? and status in ('queued', 'running')",
    )
    .bind(ending.status.as_str())
    .bind(ending.at)
    .bind(&ending.error)
    .bind(ending.is_complete)
    .bind(&ending.summary)
    .bind(&ending.faults)
    .bind(ending.code_until)
    .bind(id)
    .execute(&mut *transaction)
    .await?;
    let mut kinds: HashMap<Kind<'_>, (i64, i64)> = HashMap::new();
    for (first, portion) in findings.chunks(PORTION).enumerate() {
        let mut numbered = Vec::with_capacity(portion.len());
        for (offset, finding) in portion.iter().enumerate() {
            let next = (i64::try_from(kinds.len()).unwrap_or(i64::MAX), 0);
            let (kind, count) = kinds.entry(Kind::of(finding)).or_insert(next);
            *count += 1;
            numbered.push((i64::try_from(first * PORTION + offset).unwrap_or(i64::MAX), *kind, finding));
        }
        keep(&mut transaction, id, &numbered).await?;
    }
    for (kind, (number, count)) in &kinds {
        sqlx::query(
            "insert into kinds (scan, kind, rule, cwe, severity, confidence, owasp, top, verdict, patch, findings)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(number)
        .bind(kind.rule)
        .bind(kind.cwe)
        .bind(kind.severity)
        .bind(kind.confidence)
        .bind(kind.owasp.join(" "))
        .bind(kind.top)
        .bind(number_of(&VERDICTS, kind.verdict))
        .bind(number_of(&PATCHES, kind.patch))
        .bind(count)
        .execute(&mut *transaction)
        .await?;
    }
    Ok(transaction.commit().await?)
}

/// What facets tell of a finding.
#[derive(PartialEq, Eq, Hash)]
struct Kind<'a> {
    rule: &'a str,
    cwe: &'a str,
    severity: u8,
    confidence: u8,
    owasp: &'a [String],
    top: &'a str,
    verdict: Option<&'a str>,
    patch: Option<&'a str>,
}

impl<'a> Kind<'a> {
    fn of(finding: &'a NewFinding) -> Self {
        Self {
            rule: &finding.rule,
            cwe: &finding.cwe,
            severity: finding.severity,
            confidence: finding.confidence,
            owasp: &finding.owasp,
            top: top(&finding.path),
            verdict: finding.verdict.as_deref(),
            patch: finding.patch.as_deref(),
        }
    }
}

/// Keeps findings, each with its number and its kind.
async fn keep(
    connection: &mut SqliteConnection,
    scan: &str,
    findings: &[(i64, i64, &NewFinding)],
) -> Result<(), StoreError> {
    let mut rows = QueryBuilder::<Sqlite>::new(
        "insert into findings (scan, number, kind, fingerprint, rule, severity, confidence, verdict, path) ",
    );
    rows.push_values(findings, |mut row, (number, kind, finding)| {
        row.push_bind(scan).push_bind(number).push_bind(kind).push_bind(&finding.fingerprint).push_bind(&finding.rule);
        row.push_bind(finding.severity).push_bind(finding.confidence);
        row.push_bind(number_of(&VERDICTS, finding.verdict.as_deref())).push_bind(&finding.path);
    });
    rows.build().execute(&mut *connection).await?;
    let mut texts = QueryBuilder::<Sqlite>::new("insert into texts (scan, number, row, body, sarif) ");
    texts.push_values(findings, |mut row, (number, _, finding)| {
        row.push_bind(scan).push_bind(number).push_bind(&finding.row);
        row.push_bind(&finding.body).push_bind(&finding.sarif);
    });
    texts.build().execute(&mut *connection).await?;
    let mut words = QueryBuilder::<Sqlite>::new("insert into words (scan, number, words) ");
    words.push_values(findings, |mut row, (number, _, finding)| {
        row.push_bind(scan).push_bind(number).push_bind(finding.words.to_lowercase());
    });
    words.build().execute(&mut *connection).await?;
    Ok(())
}

pub(super) async fn cancel_queued(pool: &SqlitePool, id: &str, now: Millis) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update scans set status = 'cancelled', finished_at = ?, code_until = ? where id = ? and status = 'queued'",
    )
    .bind(now)
    .bind(now)
    .bind(id)
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn remove(pool: &SqlitePool, id: &str) -> Result<(), StoreError> {
    sqlx::query("delete from scans where id = ?").bind(id).execute(pool).await?;
    Ok(())
}

pub(super) async fn overdue(pool: &SqlitePool, now: Millis) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("select id from scans where has_code and code_until <= ?").bind(now).fetch_all(pool).await?)
}

pub(super) async fn code_removed(pool: &SqlitePool, id: &str) -> Result<(), StoreError> {
    sqlx::query("update scans set has_code = 0 where id = ?").bind(id).execute(pool).await?;
    Ok(())
}
