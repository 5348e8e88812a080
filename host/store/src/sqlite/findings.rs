//! Findings in SQLite. Invariant: a filter is always a bound parameter, never part of a statement's text.

use std::collections::BTreeMap;

use sqlx::{QueryBuilder, Row as _, Sqlite, SqlitePool, sqlite::SqliteRow};

use crate::{
    Millis,
    error::StoreError,
    findings::{
        CONFIDENCES, Direction, Facet, FindingId, PATCHES, Page, Query, SEVERITIES, SortKey, StoredFinding, VERDICTS,
    },
    sqlite::triage,
};

/// The state in force, for a time that is bound behind it.
const STATE: &str = "case when t.state is null or t.expires <= ";
const STATE_END: &str = " then 'open' else t.state end";

/// The scan's project, for the scan that is bound behind it.
const PROJECT: &str = "(select coalesce(s.name, s.id) from scans s where s.id = ";

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

/// Begins a choice among a scan's findings, whose numbers it selects.
fn choose(scan: &str, query: &Query) -> QueryBuilder<Sqlite> {
    let mut builder = QueryBuilder::new("select f.number from findings f");
    if is_narrowed(query, Facet::State) {
        push_triage(&mut builder, "left join", scan);
    }
    builder.push(" where f.scan = ").push_bind(scan.to_owned());
    push_place(&mut builder, scan, query);
    push_kinds(&mut builder, scan, query);
    if let Some(states) = query.filters.get(&Facet::State).filter(|states| !states.is_empty()) {
        builder.push(" and ").push(STATE).push_bind(query.now).push(STATE_END).push(" in (");
        let mut listed = builder.separated(", ");
        for state in states {
            listed.push_bind(state.clone());
        }
        builder.push(")");
    }
    builder
}

pub(super) fn is_narrowed(query: &Query, facet: Facet) -> bool {
    query.filters.get(&facet).is_some_and(|values| !values.is_empty())
}

/// Joins what was decided about the findings `f` of a scan.
pub(super) fn push_triage(builder: &mut QueryBuilder<Sqlite>, join: &str, scan: &str) {
    builder.push(" ").push(join).push(" triage t on t.fingerprint = f.fingerprint and t.project = ");
    builder.push(PROJECT).push_bind(scan.to_owned()).push(")");
}

/// Adds the conditions that no kind answers: on paths, and on texts.
pub(super) fn push_place(builder: &mut QueryBuilder<Sqlite>, scan: &str, query: &Query) {
    if let Some(paths) = query.filters.get(&Facet::Path).filter(|paths| !paths.is_empty()) {
        // On its own, so that the index of paths is used.
        builder.push(" and f.number in (select p.number from findings p where p.scan = ").push_bind(scan.to_owned());
        builder.push(" and (");
        for (index, path) in paths.iter().enumerate() {
            let folder = path.trim_end_matches('/');
            builder.push(if index > 0 { " or " } else { "" });
            builder.push("p.path = ").push_bind(path.clone());
            // What begins with the folder and its slash stands between the slash and the character behind it.
            builder.push(" or p.path > ").push_bind(format!("{folder}/"));
            builder.push(" and p.path < ").push_bind(format!("{folder}0"));
        }
        builder.push("))");
    }
    let mut words = query.text.iter().flat_map(|text| text.split_whitespace()).peekable();
    if words.peek().is_some() {
        builder.push(" and f.number in (select w.number from words w where w.scan = ").push_bind(scan.to_owned());
        for word in words {
            builder.push(" and instr(w.words, ").push_bind(word.to_lowercase()).push(") > 0");
        }
        builder.push(")");
    }
}

/// Adds the conditions that a kind answers.
fn push_kinds(builder: &mut QueryBuilder<Sqlite>, scan: &str, query: &Query) {
    // What is proved safe is shown to those who ask for it.
    if !is_narrowed(query, Facet::Verdict) {
        builder.push(" and f.verdict <> 3");
    }
    let is_answered = |facet: &Facet| !matches!(facet, Facet::Path | Facet::State);
    let mut filters =
        query.filters.iter().filter(|(facet, values)| is_answered(facet) && !values.is_empty()).peekable();
    if filters.peek().is_none() {
        return;
    }
    builder.push(" and f.kind in (select k.kind from kinds k where k.scan = ").push_bind(scan.to_owned());
    for (facet, values) in filters {
        builder.push(" and (");
        for (index, value) in values.iter().enumerate() {
            builder.push(if index > 0 { " or " } else { "" });
            push_value(builder, *facet, value);
        }
        builder.push(")");
    }
    builder.push(")");
}

fn push_value(builder: &mut QueryBuilder<Sqlite>, facet: Facet, value: &str) {
    let number = |words: &[&str]| words.iter().position(|word| *word == value).map_or(-1, |at| at as i64);
    match facet {
        Facet::Severity => builder.push("k.severity = ").push_bind(number(&SEVERITIES)),
        Facet::Confidence => builder.push("k.confidence = ").push_bind(number(&CONFIDENCES)),
        Facet::Verdict => builder.push("k.verdict = ").push_bind(number(&VERDICTS)),
        Facet::Patch => builder.push("k.patch = ").push_bind(number(&PATCHES)),
        Facet::Cwe => builder.push("k.cwe = ").push_bind(value.to_owned()),
        Facet::Rule => builder.push("k.rule = ").push_bind(value.to_owned()),
        Facet::Owasp => builder.push("instr(' ' || k.owasp || ' ', ").push_bind(format!(" {value} ")).push(") > 0"),
        Facet::Path | Facet::State => builder.push("1"),
    };
}

/// On which side of a finding others stand in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Before,
    Behind,
}

/// Adds the condition that findings stand on a side of one in the order, and the order from that one on.
fn push_side(builder: &mut QueryBuilder<Sqlite>, id: &FindingId, ((expression, grows), side): ((&str, bool), Side)) {
    let value = format!("(select {} from findings o where o.scan = ", expression.replacen("f.", "o.", 1));
    let push_other = |builder: &mut QueryBuilder<Sqlite>| {
        builder.push(&value).push_bind(id.scan.clone()).push(" and o.number = ").push_bind(id.number).push(")");
    };
    let beyond = if grows == (side == Side::Behind) { ">" } else { "<" };
    // The first condition, though the second says it, lets an index begin at the finding.
    builder.push(" and ").push(expression).push(" ").push(beyond).push("= ");
    push_other(builder);
    builder.push(" and (").push(expression).push(" ").push(beyond).push(" ");
    push_other(builder);
    builder
        .push(if side == Side::Behind { " or f.number > " } else { " or f.number < " })
        .push_bind(id.number)
        .push(")");
}

fn push_order(builder: &mut QueryBuilder<Sqlite>, (expression, grows): (&str, bool), side: Side) {
    let word = |grows: bool| if grows == (side == Side::Behind) { " asc" } else { " desc" };
    builder.push(" order by ").push(expression).push(word(grows)).push(", f.number").push(word(true)).push(" limit ");
}

pub(super) async fn page(pool: &SqlitePool, scan: &str, query: &Query) -> Result<Page, StoreError> {
    let mut chosen = choose(scan, query);
    let order = order(query);
    if let Some(after) = query.after {
        push_side(&mut chosen, &FindingId { scan: scan.to_owned(), number: after }, (order, Side::Behind));
    }
    push_order(&mut chosen, order, Side::Behind);
    chosen.push_bind(i64::from(query.limit) + 1);
    let mut numbers: Vec<u32> = chosen.build_query_scalar().fetch_all(pool).await?;
    let has_more = numbers.len() > query.limit as usize;
    numbers.truncate(query.limit as usize);
    let mut kept = read_all(pool, scan, (&numbers, query.now)).await?;
    Ok(Page { findings: numbers.iter().filter_map(|number| kept.remove(number)).collect(), has_more })
}

/// Reads the rows of findings by their numbers.
async fn read_all(
    pool: &SqlitePool,
    scan: &str,
    (numbers, now): (&[u32], Millis),
) -> Result<BTreeMap<u32, StoredFinding>, StoreError> {
    let mut builder = whole("x.row, '' as body, null as sarif", scan);
    builder.push(" and f.number in (select value from json_each(").push_bind(json_list(numbers)).push("))");
    let rows = builder.build().fetch_all(pool).await?;
    rows.iter().map(|row| read(row, now).map(|found| (found.number, found))).collect()
}

fn json_list(numbers: &[u32]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    format!("[{}]", numbers.join(","))
}

/// Begins a query for a scan's findings with some of their texts.
fn whole(texts: &str, scan: &str) -> QueryBuilder<Sqlite> {
    let mut builder = QueryBuilder::new("select f.number, f.fingerprint, t.state, t.reason, t.expires, t.changed_at, ");
    builder.push(texts).push(" from findings f join texts x on x.scan = f.scan and x.number = f.number");
    push_triage(&mut builder, "left join", scan);
    builder.push(" where f.scan = ").push_bind(scan.to_owned());
    builder
}

fn read(row: &SqliteRow, now: Millis) -> Result<StoredFinding, StoreError> {
    Ok(StoredFinding {
        number: row.try_get("number")?,
        fingerprint: row.try_get("fingerprint")?,
        row: row.try_get("row")?,
        body: row.try_get("body")?,
        sarif: row.try_get("sarif")?,
        triage: triage::judgement(row, now)?,
    })
}

pub(super) async fn one(pool: &SqlitePool, id: &FindingId, now: Millis) -> Result<Option<StoredFinding>, StoreError> {
    let mut builder = whole("x.row, x.body, x.sarif", &id.scan);
    builder.push(" and f.number = ").push_bind(id.number);
    let row = builder.build().fetch_optional(pool).await?;
    row.as_ref().map(|row| read(row, now)).transpose()
}

pub(super) async fn portion(
    pool: &SqlitePool,
    scan: &str,
    (after, limit, now): (Option<u32>, u32, Millis),
) -> Result<Vec<StoredFinding>, StoreError> {
    let mut builder = whole("x.row, x.body, x.sarif", scan);
    builder.push(" and f.verdict <> 3 and f.number > ").push_bind(after.map_or(-1, i64::from));
    builder.push(" order by f.number limit ").push_bind(limit);
    builder.build().fetch_all(pool).await?.iter().map(|row| read(row, now)).collect()
}

pub(super) async fn neighbours(
    pool: &SqlitePool,
    id: &FindingId,
    query: &Query,
) -> Result<(Option<u32>, Option<u32>), StoreError> {
    let mut found = [None, None];
    for (place, side) in found.iter_mut().zip([Side::Before, Side::Behind]) {
        let mut builder = choose(&id.scan, query);
        push_side(&mut builder, id, (order(query), side));
        push_order(&mut builder, order(query), side);
        builder.push("1");
        *place = builder.build_query_scalar().fetch_optional(pool).await?;
    }
    let [before, behind] = found;
    Ok((before, behind))
}

pub(super) async fn by_path(pool: &SqlitePool, scan: &str) -> Result<Vec<(String, u32)>, StoreError> {
    let rows =
        sqlx::query("select path, count(*) as findings from findings where scan = ? and verdict <> 3 group by path")
            .bind(scan)
            .fetch_all(pool)
            .await?;
    rows.iter().map(|row| Ok((row.try_get("path")?, row.try_get("findings")?))).collect()
}
