//! Counts of findings. Invariant: they are those that the same query would list.
//!
//! Findings are counted by kind, which the store keeps; of those only that somebody decided about is more to be known, and
//! they are few.

use std::collections::BTreeMap;

use sqlx::{QueryBuilder, Row as _, Sqlite, SqlitePool, sqlite::SqliteRow};

use crate::{
    Millis,
    error::StoreError,
    findings::{CONFIDENCES, Facet, Facets, PATCHES, Query, SEVERITIES, VERDICTS, in_force, word_of},
    sqlite::findings::{is_narrowed, push_place, push_triage},
    triage::State,
};

/// Findings that no facet tells apart.
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

pub(super) async fn facets(pool: &SqlitePool, scan: &str, query: &Query) -> Result<Facets, StoreError> {
    let kinds = kinds(pool, scan).await?;
    let narrowed = groups(pool, scan, (query, &kinds)).await?;
    let everywhere = if is_narrowed(query, Facet::Path) {
        let mut without = query.clone();
        without.filters.remove(&Facet::Path);
        groups(pool, scan, (&without, &kinds)).await?
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

/// Reads the kinds of a scan's findings.
async fn kinds(pool: &SqlitePool, scan: &str) -> Result<BTreeMap<i64, Group>, StoreError> {
    let rows = sqlx::query("select * from kinds where scan = ?").bind(scan).fetch_all(pool).await?;
    rows.iter().map(|row| Ok((row.try_get("kind")?, kind(row)?))).collect()
}

fn kind(row: &SqliteRow) -> Result<Group, StoreError> {
    let owasp: String = row.try_get("owasp")?;
    let values = BTreeMap::from([
        (Facet::Severity, vec![word_of(&SEVERITIES, row.try_get("severity")?).to_owned()]),
        (Facet::Confidence, vec![word_of(&CONFIDENCES, row.try_get("confidence")?).to_owned()]),
        (Facet::Cwe, vec![row.try_get("cwe")?]),
        (Facet::Owasp, owasp.split_whitespace().map(str::to_owned).collect()),
        (Facet::Rule, vec![row.try_get("rule")?]),
        (Facet::Path, vec![row.try_get("top")?]),
        (Facet::Verdict, vec![word_of(&VERDICTS, row.try_get("verdict")?).to_owned()]),
        (Facet::State, vec![State::Open.as_str().to_owned()]),
        (Facet::Patch, vec![word_of(&PATCHES, row.try_get("patch")?).to_owned()]),
    ]);
    Ok(Group { values, count: count(row)? })
}

fn count(row: &SqliteRow) -> Result<u64, StoreError> {
    Ok(u64::try_from(row.try_get::<i64, _>("findings")?).unwrap_or_default())
}

/// Groups the findings that a query's paths and texts leave by kind and state.
async fn groups(
    pool: &SqlitePool,
    scan: &str,
    (query, kinds): (&Query, &BTreeMap<i64, Group>),
) -> Result<Vec<Group>, StoreError> {
    let mut open = if is_narrowed(query, Facet::Path) || query.text.is_some() {
        let mut builder = QueryBuilder::new("select f.kind, count(*) as findings from findings f where f.scan = ");
        builder.push_bind(scan.to_owned());
        push_place(&mut builder, scan, query);
        let rows = builder.push(" group by f.kind").build().fetch_all(pool).await?;
        rows.iter().map(|row| Ok((row.try_get("kind")?, count(row)?))).collect::<Result<_, StoreError>>()?
    } else {
        kinds.iter().map(|(kind, group)| (*kind, group.count)).collect::<BTreeMap<i64, u64>>()
    };
    let mut groups = Vec::new();
    for ((kind, state), decided) in decided(pool, scan, query).await? {
        let Some(group) = kinds.get(&kind) else { continue };
        if let Some(left) = open.get_mut(&kind) {
            *left = left.saturating_sub(decided);
        }
        let mut values = group.values.clone();
        values.insert(Facet::State, vec![state.as_str().to_owned()]);
        groups.push(Group { values, count: decided });
    }
    let left = open.iter().filter(|(_, count)| **count > 0);
    groups.extend(left.filter_map(|(kind, count)| Some(Group { count: *count, ..kinds.get(kind)?.clone() })));
    Ok(groups)
}

/// Counts by kind and state what somebody decided about and is in force.
async fn decided(pool: &SqlitePool, scan: &str, query: &Query) -> Result<BTreeMap<(i64, State), u64>, StoreError> {
    let mut builder: QueryBuilder<Sqlite> =
        QueryBuilder::new("select f.kind, t.state, t.expires, count(*) as findings from findings f");
    push_triage(&mut builder, "join", scan);
    builder.push(" where f.scan = ").push_bind(scan.to_owned());
    push_place(&mut builder, scan, query);
    let rows = builder.push(" group by f.kind, t.state, t.expires").build().fetch_all(pool).await?;
    let mut counts = BTreeMap::new();
    for row in &rows {
        let state = in_force(row.try_get("state")?, row.try_get::<Option<Millis>, _>("expires")?, query.now);
        *counts.entry((row.try_get("kind")?, state)).or_default() += count(row)?;
    }
    Ok(counts)
}
