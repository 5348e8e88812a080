//! Findings in SQLite. Invariant: a filter is always a bound parameter, never part of a statement's text.

use std::collections::BTreeMap;

use sqlx::{QueryBuilder, Row as _, Sqlite, SqlitePool, sqlite::SqliteRow};

use crate::{
    Millis,
    error::StoreError,
    findings::{
        CONFIDENCES, Direction, Facet, Facets, FindingId, PATCHES, Page, Query, SEVERITIES, SortKey, StoredFinding,
        VERDICTS, in_force, word_of,
    },
    sqlite::triage,
};

/// What belongs to every finding.
const FROM: &str = " from findings f join scans s on s.id = f.scan
    left join triage t on t.project = coalesce(s.name, s.id) and t.fingerprint = f.fingerprint ";

/// The state in force, for a time that is bound behind it.
const STATE: &str = "case when t.state is null or t.expires <= ";
const STATE_END: &str = " then 'open' else t.state end";

/// The order of a query: the expression and whether it grows.
fn order(query: &Query) -> (&'static str, bool) {
    let (expression, grows) = match query.sort {
        SortKey::Severity => ("f.severity", false),
        SortKey::Path => ("f.number", true),
        SortKey::Rule => ("f.rule", true),
        SortKey::Confidence => ("f.confidence", false),
        SortKey::Verdict => ("f.verdict", true),
    };
    (expression, grows == (query.direction == Direction::Usual))
}

/// Adds the conditions of a query; without those of one facet where it is named.
fn push_filters(builder: &mut QueryBuilder<Sqlite>, scan: &str, query: &Query, but: Option<Facet>) {
    builder.push(" where f.scan = ").push_bind(scan.to_owned());
    for (facet, values) in query.filters.iter().filter(|(facet, values)| Some(**facet) != but && !values.is_empty()) {
        builder.push(" and (");
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                builder.push(" or ");
            }
            push_value(builder, *facet, (value, query.now));
        }
        builder.push(")");
    }
    // What is proved safe is shown to those who ask for it.
    if query.filters.get(&Facet::Verdict).is_none_or(Vec::is_empty) && but != Some(Facet::Verdict) {
        builder.push(" and f.verdict <> 3");
    }
    for word in query.text.iter().flat_map(|text| text.split_whitespace()) {
        builder.push(" and instr(f.words, ").push_bind(word.to_lowercase()).push(") > 0");
    }
}

fn push_value(builder: &mut QueryBuilder<Sqlite>, facet: Facet, (value, now): (&str, Millis)) {
    let number = |words: &[&str]| words.iter().position(|word| *word == value).map_or(-1, |at| at as i64);
    match facet {
        Facet::Severity => builder.push("f.severity = ").push_bind(number(&SEVERITIES)),
        Facet::Confidence => builder.push("f.confidence = ").push_bind(number(&CONFIDENCES)),
        Facet::Verdict => builder.push("f.verdict = ").push_bind(number(&VERDICTS)),
        Facet::Patch => builder.push("f.patch = ").push_bind(number(&PATCHES)),
        Facet::Cwe => builder.push("f.cwe = ").push_bind(value.to_owned()),
        Facet::Rule => builder.push("f.rule = ").push_bind(value.to_owned()),
        Facet::Owasp => builder.push("instr(' ' || f.owasp || ' ', ").push_bind(format!(" {value} ")).push(") > 0"),
        Facet::Path => {
            let folder = format!("{}/", value.trim_end_matches('/'));
            let whole = value.to_owned();
            let length = folder.chars().count() as i64;
            builder.push("(f.path = ").push_bind(whole).push(" or substr(f.path, 1, ").push_bind(length);
            builder.push(") = ").push_bind(folder).push(")")
        }
        Facet::State => builder.push(STATE).push_bind(now).push(STATE_END).push(" = ").push_bind(value.to_owned()),
    };
}

/// Adds the condition that a finding comes behind another in the order, or before it.
fn push_behind(builder: &mut QueryBuilder<Sqlite>, scan: &str, (number, expression, grows): (u32, &str, bool)) {
    let of_other = format!("(select {} from findings o where o.scan = ", expression.replacen("f.", "o.", 1));
    builder.push(" and (").push(expression).push(if grows { " > " } else { " < " }).push(&of_other);
    builder.push_bind(scan.to_owned()).push(" and o.number = ").push_bind(number).push(") or (");
    builder.push(expression).push(" = ").push(&of_other).push_bind(scan.to_owned());
    builder.push(" and o.number = ").push_bind(number).push(") and f.number > ").push_bind(number).push("))");
}

pub(super) async fn page(pool: &SqlitePool, scan: &str, query: &Query) -> Result<Page, StoreError> {
    let mut builder = QueryBuilder::new(
        "select f.number, f.fingerprint, f.row, '' as body, t.state, t.reason, t.expires, t.changed_at",
    );
    builder.push(FROM);
    push_filters(&mut builder, scan, query, None);
    let (expression, grows) = order(query);
    if let Some(after) = query.after {
        push_behind(&mut builder, scan, (after, expression, grows));
    }
    builder.push(" order by ").push(expression).push(if grows { " asc" } else { " desc" });
    builder.push(", f.number limit ").push_bind(i64::from(query.limit) + 1);
    let rows = builder.build().fetch_all(pool).await?;
    let findings: Result<Vec<_>, _> = rows.iter().take(query.limit as usize).map(|row| read(row, query.now)).collect();
    Ok(Page { findings: findings?, has_more: rows.len() > query.limit as usize })
}

fn read(row: &SqliteRow, now: Millis) -> Result<StoredFinding, StoreError> {
    Ok(StoredFinding {
        number: row.try_get("number")?,
        fingerprint: row.try_get("fingerprint")?,
        row: row.try_get("row")?,
        body: row.try_get("body")?,
        triage: triage::judgement(row, now)?,
    })
}

pub(super) async fn one(pool: &SqlitePool, id: &FindingId, now: Millis) -> Result<Option<StoredFinding>, StoreError> {
    let mut builder =
        QueryBuilder::new("select f.number, f.fingerprint, f.row, f.body, t.state, t.reason, t.expires, t.changed_at");
    builder.push(FROM).push(" where f.scan = ").push_bind(id.scan.clone());
    builder.push(" and f.number = ").push_bind(id.number);
    let row = builder.build().fetch_optional(pool).await?;
    row.as_ref().map(|row| read(row, now)).transpose()
}

pub(super) async fn neighbours(
    pool: &SqlitePool,
    id: &FindingId,
    query: &Query,
) -> Result<(Option<u32>, Option<u32>), StoreError> {
    let (expression, grows) = order(query);
    let mut found = [None, None];
    for (place, is_next) in found.iter_mut().zip([false, true]) {
        let mut builder = QueryBuilder::new("select f.number");
        builder.push(FROM);
        push_filters(&mut builder, &id.scan, query, None);
        if is_next {
            push_behind(&mut builder, &id.scan, (id.number, expression, grows));
        } else {
            builder.push(" and f.number <> ").push_bind(id.number).push(" and not (1 = 1");
            push_behind(&mut builder, &id.scan, (id.number, expression, grows));
            builder.push(")");
        }
        let forward = grows == is_next;
        builder.push(" order by ").push(expression).push(if forward { " asc" } else { " desc" });
        builder.push(if is_next { ", f.number asc" } else { ", f.number desc" }).push(" limit 1");
        *place = builder.build_query_scalar().fetch_optional(pool).await?;
    }
    let [before, after] = found;
    Ok((before, after))
}

/// What findings have in common that are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    values: BTreeMap<Facet, Vec<String>>,
    count: u64,
}

impl Group {
    /// Tells whether it passes the filters, without those of one facet.
    fn passes(&self, query: &Query, but: Option<Facet>) -> bool {
        let is_shown = |facet: Facet| {
            let wanted = query.filters.get(&facet).filter(|wanted| !wanted.is_empty());
            let values = self.values.get(&facet).map(Vec::as_slice).unwrap_or_default();
            match wanted {
                Some(wanted) => values.iter().any(|value| wanted.contains(value)),
                // What is proved safe is shown to those who ask for it.
                None => facet != Facet::Verdict || values.iter().all(|value| value != "proved"),
            }
        };
        // Paths are narrowed by the database, since a filter may name any folder.
        Facet::ALL.into_iter().filter(|facet| Some(*facet) != but && *facet != Facet::Path).all(is_shown)
    }
}

/// Counts in one pass: the findings are grouped by all facets at once, and the groups are few.
pub(super) async fn facets(pool: &SqlitePool, scan: &str, query: &Query) -> Result<Facets, StoreError> {
    let narrowed = groups(pool, scan, query).await?;
    let has_path = query.filters.get(&Facet::Path).is_some_and(|paths| !paths.is_empty());
    let everywhere = if has_path {
        let mut without = query.clone();
        without.filters.remove(&Facet::Path);
        groups(pool, scan, &without).await?
    } else {
        narrowed.clone()
    };
    let mut facets = Facets::default();
    for facet in Facet::ALL {
        let counts = facets.counts.entry(facet).or_insert_with(BTreeMap::new);
        let groups = if facet == Facet::Path { &everywhere } else { &narrowed };
        for group in groups.iter().filter(|group| group.passes(query, Some(facet))) {
            for value in group.values.get(&facet).into_iter().flatten() {
                *counts.entry(value.clone()).or_default() += group.count;
            }
        }
    }
    facets.total = narrowed.iter().filter(|group| group.passes(query, None)).map(|group| group.count).sum();
    Ok(facets)
}

async fn groups(pool: &SqlitePool, scan: &str, query: &Query) -> Result<Vec<Group>, StoreError> {
    let columns = "f.severity, f.confidence, f.cwe, f.owasp, f.rule, f.top, f.verdict, f.patch, t.state, t.expires";
    let mut builder = QueryBuilder::new("select ");
    builder.push(columns).push(", count(*) as findings").push(FROM);
    let mut broad = Query { text: query.text.clone(), now: query.now, ..Query::default() };
    if let Some(paths) = query.filters.get(&Facet::Path) {
        broad.filters.insert(Facet::Path, paths.clone());
    }
    push_filters(&mut builder, scan, &broad, Some(Facet::Verdict));
    builder.push(" group by ").push(columns);
    let rows = builder.build().fetch_all(pool).await?;
    rows.iter().map(|row| group(row, query.now)).collect()
}

fn group(row: &SqliteRow, now: Millis) -> Result<Group, StoreError> {
    let state: Option<String> = row.try_get("state")?;
    let state = in_force(state.as_deref(), row.try_get("expires")?, now);
    let owasp: String = row.try_get("owasp")?;
    let count: i64 = row.try_get("findings")?;
    let values = BTreeMap::from([
        (Facet::Severity, vec![word_of(&SEVERITIES, row.try_get("severity")?).to_owned()]),
        (Facet::Confidence, vec![word_of(&CONFIDENCES, row.try_get("confidence")?).to_owned()]),
        (Facet::Cwe, vec![row.try_get("cwe")?]),
        (Facet::Owasp, owasp.split_whitespace().map(str::to_owned).collect()),
        (Facet::Rule, vec![row.try_get("rule")?]),
        (Facet::Path, vec![row.try_get("top")?]),
        (Facet::Verdict, vec![word_of(&VERDICTS, row.try_get("verdict")?).to_owned()]),
        (Facet::State, vec![state.as_str().to_owned()]),
        (Facet::Patch, vec![word_of(&PATCHES, row.try_get("patch")?).to_owned()]),
    ]);
    Ok(Group { values, count: u64::try_from(count).unwrap_or_default() })
}

pub(super) async fn by_path(pool: &SqlitePool, scan: &str) -> Result<Vec<(String, u32)>, StoreError> {
    let rows =
        sqlx::query("select path, count(*) as findings from findings where scan = ? and verdict <> 3 group by path")
            .bind(scan)
            .fetch_all(pool)
            .await?;
    rows.iter().map(|row| Ok((row.try_get("path")?, row.try_get("findings")?))).collect()
}
