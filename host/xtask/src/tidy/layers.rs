//! Who may depend on whom. Invariant: the table in `host/ARCHITECTURE.md` and the manifests say the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context as _, Result};

use crate::{metadata, workspace};

const TABLE: &str = "host/ARCHITECTURE.md";
const ARROW: char = '←';

type Graph = BTreeMap<String, BTreeSet<String>>;

/// Compares the table with what cargo says.
///
/// # Errors
/// When the page cannot be read or `cargo metadata` fails.
pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let page = fs::read_to_string(root.join(TABLE)).with_context(|| format!("cannot read {TABLE}"))?;
    let mut graph = crates(root)?;
    graph.extend(crates(&workspace::plugins())?);
    Ok(differences(&table(&page), &graph))
}

/// Reads lines such as `ir ← model syntax`; `–` stands for none.
fn table(page: &str) -> Graph {
    let rows = page.lines().filter_map(|line| line.split_once(ARROW));
    let words = |text: &str| text.split_whitespace().filter(|word| *word != "–").map(str::to_owned).collect::<Vec<_>>();
    rows.flat_map(|(left, right)| words(left).into_iter().map(move |name| (name, words(right).into_iter().collect())))
        .collect()
}

fn crates(folder: &Path) -> Result<Graph> {
    Ok(metadata::packages(folder)?.into_iter().map(|package| (package.name, package.ours)).collect())
}

fn differences(table: &Graph, graph: &Graph) -> Vec<String> {
    let none = BTreeSet::new();
    let mut problems = Vec::new();
    for (name, dependencies) in graph {
        let Some(allowed) = table.get(name) else {
            problems.push(format!("{TABLE}: crate `{name}` is not in the table"));
            continue;
        };
        let more = dependencies
            .difference(allowed)
            .map(|other| format!("{name} depends on `{other}`, which {TABLE} does not say"));
        let less =
            allowed.difference(dependencies).map(|other| format!("{TABLE}: `{name}` does not depend on `{other}`"));
        problems.extend(more.chain(less));
    }
    let gone = table.keys().filter(|name| !graph.contains_key(*name));
    problems.extend(gone.map(|name| format!("{TABLE}: there is no crate `{name}`")));
    let unknown: BTreeSet<&String> =
        table.values().chain([&none]).flatten().filter(|name| !graph.contains_key(*name)).collect();
    problems.extend(unknown.into_iter().map(|name| format!("{TABLE}: there is no crate `{name}`")));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_differs() {
        let said = table("text\nmodel ← –\nir flow ← model\n");
        assert!(differences(&said, &table("model ← –\nir ← model\nflow ← model\n")).is_empty());
        assert_eq!(differences(&said, &table("model ← –\nir ← model\nflow ← model ir\n")).len(), 1);
        assert_eq!(differences(&said, &table("model ← –\nir ← –\n")).len(), 2);
        assert_eq!(differences(&said, &table("model ← –\nir ← model\nflow ← model\nnew ← –\n")).len(), 1);
    }
}
