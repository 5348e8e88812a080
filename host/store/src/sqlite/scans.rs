//! Scans in SQLite. Invariant: a scan's status changes only from one that allows it, in the statement itself.

use sqlx::{Row as _, Sqlite, SqlitePool, Transaction, sqlite::SqliteRow};

use crate::{
    Millis,
    error::StoreError,
    findings::{NewFinding, PATCHES, VERDICTS, number_of, top},
    scans::{Ending, NewScan, Scan, Status},
};

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
    for (number, finding) in findings.iter().enumerate() {
        sqlx::query(
            "insert into findings (scan, number, fingerprint, rule, cwe, severity, confidence, owasp, path, top, verdict,
             patch, words, row, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .bind(&finding.fingerprint)
        .bind(&finding.rule)
        .bind(&finding.cwe)
        .bind(finding.severity)
        .bind(finding.confidence)
        .bind(finding.owasp.join(" "))
        .bind(&finding.path)
        .bind(top(&finding.path))
        .bind(number_of(&VERDICTS, finding.verdict.as_deref()))
        .bind(number_of(&PATCHES, finding.patch.as_deref()))
        .bind(finding.words.to_lowercase())
        .bind(&finding.row)
        .bind(&finding.body)
        .execute(&mut *transaction)
        .await?;
    }
    Ok(transaction.commit().await?)
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
