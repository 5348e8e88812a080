//! Decisions in SQLite. Invariant: what holds now is the last line of the history.

use std::collections::BTreeMap;

use sqlx::{Row as _, SqlitePool, sqlite::SqliteRow};

use crate::{
    Millis,
    error::StoreError,
    findings::{FindingId, in_force},
    scans::TrendPoint,
    triage::{Decision, Judgement, State},
};

pub(super) async fn decide(
    pool: &SqlitePool,
    scan: &str,
    (numbers, decision): (&[u32], &Decision),
) -> Result<u32, StoreError> {
    let mut transaction = pool.begin().await?;
    let mut changed = 0;
    for number in numbers {
        let found = sqlx::query(
            "select coalesce(name, id) as project, fingerprint from findings join scans on id = scan
             where scan = ? and number = ?",
        )
        .bind(scan)
        .bind(number)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(found) = found else { continue };
        let (project, fingerprint): (String, String) = (found.try_get("project")?, found.try_get("fingerprint")?);
        let tables = [
            "insert into triage_history (project, fingerprint, state, reason, expires, changed_at)
             values (?, ?, ?, ?, ?, ?)",
            "insert or replace into triage (project, fingerprint, state, reason, expires, changed_at)
             values (?, ?, ?, ?, ?, ?)",
        ];
        for insert in tables {
            sqlx::query(insert)
                .bind(&project)
                .bind(&fingerprint)
                .bind(decision.state.as_str())
                .bind(&decision.reason)
                .bind(decision.expires)
                .bind(decision.at)
                .execute(&mut *transaction)
                .await?;
        }
        changed += 1;
    }
    transaction.commit().await?;
    Ok(changed)
}

/// Reads the columns of a decision, which are null when there is none.
pub(super) fn judgement(row: &SqliteRow, now: Millis) -> Result<Judgement, StoreError> {
    let state: Option<String> = row.try_get("state")?;
    let expires: Option<Millis> = row.try_get("expires")?;
    Ok(Judgement {
        state: in_force(state.as_deref(), expires, now),
        reason: row.try_get("reason")?,
        expires,
        changed_at: row.try_get("changed_at")?,
    })
}

pub(super) async fn history(pool: &SqlitePool, id: &FindingId) -> Result<Vec<Judgement>, StoreError> {
    let rows = sqlx::query(
        "select h.state, h.reason, h.expires, h.changed_at from triage_history h
         join findings f on f.fingerprint = h.fingerprint
         join scans s on s.id = f.scan and h.project = coalesce(s.name, s.id)
         where f.scan = ? and f.number = ? order by h.id desc",
    )
    .bind(&id.scan)
    .bind(id.number)
    .fetch_all(pool)
    .await?;
    // What was said is shown as it was said, whether or not its time is over.
    rows.iter().map(|row| judgement(row, Millis::MIN)).collect()
}

pub(super) async fn trend(pool: &SqlitePool, name: &str, now: Millis) -> Result<Vec<TrendPoint>, StoreError> {
    let all = sqlx::query(
        "select s.id as scan, s.created_at as created_at, k.severity as severity, sum(k.findings) as findings
         from scans s left join kinds k on k.scan = s.id and k.verdict <> 3
         where s.name = ? and s.status = 'completed' group by s.id, k.severity",
    );
    let mut points: BTreeMap<String, TrendPoint> = BTreeMap::new();
    for row in &all.bind(name).fetch_all(pool).await? {
        let scan: String = row.try_get("scan")?;
        let created_at = row.try_get("created_at")?;
        let point = points.entry(scan.clone()).or_insert(TrendPoint { scan, created_at, open: [0; 5] });
        if let Some(place) = place(point, row)? {
            *place += count(row)?;
        }
    }
    let decided = sqlx::query(
        "select f.scan as scan, f.severity as severity, t.state as state, t.expires as expires, count(*) as findings
         from triage t join findings f on f.fingerprint = t.fingerprint and f.verdict <> 3
         join scans s on s.id = f.scan and s.name = t.project and s.status = 'completed'
         where t.project = ? group by f.scan, f.severity, t.state, t.expires",
    );
    for row in &decided.bind(name).fetch_all(pool).await? {
        let state: Option<String> = row.try_get("state")?;
        let is_open = match in_force(state.as_deref(), row.try_get("expires")?, now) {
            State::Open | State::Confirmed => true,
            State::FalsePositive | State::AcceptedRisk | State::Fixed => false,
        };
        let point = points.get_mut(row.try_get::<&str, _>("scan")?).filter(|_| !is_open);
        if let Some(point) = point
            && let Some(place) = place(point, row)?
        {
            *place = place.saturating_sub(count(row)?);
        }
    }
    Ok(points.into_values().collect())
}

/// Gives the count that a row's severity belongs to, the worst first; none for a scan without findings.
fn place<'a>(point: &'a mut TrendPoint, row: &SqliteRow) -> Result<Option<&'a mut u32>, StoreError> {
    let severity: Option<i64> = row.try_get("severity")?;
    let place = severity.and_then(|severity| usize::try_from(4 - severity).ok());
    Ok(place.and_then(|place| point.open.get_mut(place)))
}

fn count(row: &SqliteRow) -> Result<u32, StoreError> {
    Ok(u32::try_from(row.try_get::<i64, _>("findings")?).unwrap_or(u32::MAX))
}
