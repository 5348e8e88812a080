//! `securecode rules`. Invariant: everything shown comes from the packs.

use std::fmt::Write as _;

use model::rule::RuleInfo;

use crate::{
    cli::{Format, RulesArgs},
    commands::Globals,
    exit::Outcome,
    output,
};

/// Lists the rules, or explains one.
pub(crate) fn run(globals: &Globals, args: &RulesArgs) -> anyhow::Result<Outcome> {
    let engine = globals.engine(0)?;
    let rules = engine.rules();
    let chosen: Vec<&RuleInfo> = match &args.id {
        Some(id) => rules.iter().filter(|rule| rule.id == *id).collect(),
        None => rules.iter().collect(),
    };
    if let (Some(id), true) = (&args.id, chosen.is_empty()) {
        anyhow::bail!("no installed pack has a rule `{id}`{}", suggestion(id.as_str(), &rules));
    }
    let rendered = match (args.format, args.id.is_some(), chosen.as_slice()) {
        (Format::Json, _, _) => serde_json::to_string_pretty(&chosen)? + "\n",
        (Format::Sarif | Format::Html, _, _) => anyhow::bail!("rules are listed as text or json"),
        (Format::Text, true, [rule]) => explain(rule),
        (Format::Text, _, _) => list(&chosen),
    };
    output::write(None, &rendered)?;
    Ok(Outcome::Clean)
}

/// Names the rules that share a word with an unknown id.
fn suggestion(wanted: &str, rules: &[RuleInfo]) -> String {
    let words: Vec<&str> = wanted.split('-').filter(|word| word.len() > 2 && *word != "python").collect();
    let shares = |rule: &&RuleInfo| words.iter().any(|word| rule.id.as_str().contains(word));
    let near: Vec<String> = rules.iter().filter(shares).map(|rule| format!("`{}`", rule.id)).collect();
    if near.is_empty() { String::new() } else { format!("; there is {}", near.join(", ")) }
}

fn list(rules: &[&RuleInfo]) -> String {
    let width = rules.iter().map(|rule| rule.id.as_str().len()).max().unwrap_or_default();
    let mut text = String::new();
    for rule in rules {
        let cwe = rule.cwe.to_string();
        let _ = writeln!(text, "{:width$}  {cwe:8}  {:8}  {}", rule.id.as_str(), rule.severity.as_str(), rule.title);
    }
    let _ = writeln!(text, "\n{} rules. `securecode rules ID` explains one.", rules.len());
    text
}

fn explain(rule: &RuleInfo) -> String {
    let mut text = String::new();
    let cwe_name = rule.cwe.name().unwrap_or_default();
    let _ = writeln!(text, "{}: {}\n", rule.id, rule.title);
    let _ = writeln!(text, "weakness    {} {cwe_name}", rule.cwe);
    let _ = writeln!(text, "            {}", rule.cwe.url());
    let _ = writeln!(text, "severity    {}", rule.severity);
    let _ = writeln!(text, "confidence  {}", rule.confidence);
    let _ = writeln!(text, "pack        {}", rule.pack);
    if !rule.tags.is_empty() {
        let _ = writeln!(text, "tags        {}", rule.tags.join(", "));
    }
    let _ = writeln!(text, "\n{}\n", rule.help.trim());
    let _ = writeln!(text, "Found:\n\n{}\n", indent(&rule.bad));
    let _ = writeln!(text, "Not found:\n\n{}", indent(&rule.good));
    if let Some(reason) = &rule.no_fix_reason {
        let _ = writeln!(text, "\nNo patch template: {reason}");
    }
    text
}

fn indent(code: &str) -> String {
    code.trim_end().lines().map(|line| format!("    {line}").trim_end().to_string()).collect::<Vec<_>>().join("\n")
}
