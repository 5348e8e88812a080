//! Untrusted text in an XPath expression (CWE-643). Invariant: XPath variables are data and are no finding.
//!
//! # What
//! An XPath expression is composed from untrusted text.
//! # Why
//! A quote in the text ends the string literal: `' or '1'='1` selects every node.
//! # Fix
//! lxml takes variables: `tree.xpath("//user[@name=$name]", name=name)`.

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Match, Metadata, Rule, Severity, SinkLanguage,
    compose::{
        Composition, Piece,
        render::{self, Token},
    },
    fix::{call::Call, fix, local, replace, sql::name_of},
    spec::{argument, position, sink},
};

use crate::evidence;

pub(crate) struct XpathInjection;

impl Rule for XpathInjection {
    fn metadata(&self) -> Metadata {
        let xpath = SinkLanguage::Xpath;
        let finders = ["find", "findall", "findtext", "iterfind"];
        let owners = [
            "xml.etree.ElementTree.Element",
            "xml.etree.ElementTree.ElementTree",
            "lxml.etree._Element",
            "lxml.etree._ElementTree",
            "lxml.etree.ElementTree",
            "lxml.html.HtmlElement",
        ];
        let finders: Vec<String> =
            owners.iter().flat_map(|owner| finders.map(|finder| format!("{owner}.{finder}"))).collect();
        let finders: Vec<&str> = finders.iter().map(String::as_str).collect();
        let sinks = [
            sink(&["lxml.etree._Element.xpath", "lxml.etree._ElementTree.xpath"], argument(0, "_path"), xpath),
            sink(
                &["lxml.etree.XPath", "lxml.etree.ETXPath", "lxml.etree.XPathEvaluator.__call__"],
                argument(0, "path"),
                xpath,
            ),
            sink(&["elementpath.select", "elementpath.iter_select"], argument(1, "path"), xpath),
            sink(&["elementpath.Selector"], argument(0, "path"), xpath),
            sink(&["parsel.Selector.xpath", "parsel.selector.Selector.xpath"], argument(0, "query"), xpath),
            sink(&["*.xpathEval", "*.iterfind", "*.findtext"], position(0), xpath).confidence(Confidence::Medium),
            sink(&finders, argument(0, "path"), xpath).confidence(Confidence::Medium),
            sink(&["*.xpath"], position(0), xpath).confidence(Confidence::Medium),
        ];
        Metadata {
            id: "python-xpath-injection",
            title: "Untrusted text in an XPath expression",
            help: "An XPath expression is parsed as a whole. A quote in untrusted text ends the literal and what \
                   follows is XPath:\n\n\
                   ```python\n\
                   tree.xpath(f\"//user[@name='{name}']\")        # name = ' or '1'='1\n\
                   ```\n\n\
                   Give values as variables, which are never parsed:\n\n\
                   ```python\n\
                   tree.xpath(\"//user[@name=$name]\", name=name)\n\
                   ```",
            severity: Severity::High,
            cwe: 643,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks.into_iter().map(Interest::Flow).collect(),
            triggers: &["xpath", "XPath", "etree", "elementpath", "iterfind", "findtext"],
            bad: "from lxml import etree\n\n\n\
                  def find(name: str):\n    \
                      tree = etree.parse(\"users.xml\")\n    \
                      return tree.xpath(f\"//user[@name='{name}']\")\n",
            good: "from lxml import etree\n\n\n\
                   def find(name: str):\n    \
                       tree = etree.parse(\"users.xml\")\n    \
                       return tree.xpath(\"//user[@name=$name]\", name=name)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, _file: File<'_>, matched: &Match) -> Option<Found> {
        Some(evidence::flow(matched, "is part of the XPath expression that `{callee}` evaluates"))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        matched.and_then(|matched| variables(file, matched)).into_iter().collect()
    }
}

/// Only lxml's `xpath` method takes variables; quoted values become variables, anything else is left alone.
fn variables(file: File<'_>, matched: &Match) -> Option<Fix> {
    let call = Call::of(file.node_of(matched)?)?;
    if call.name() != "xpath" || !file.imports_module("lxml") {
        return None;
    }
    let origin = local::origin(call.positional(0)?)?;
    let composition = Composition::of(origin.expression)?;
    let mut tokens = Vec::new();
    let mut names: Vec<(String, String)> = Vec::new();
    let mut quote = None;
    for (at, piece) in composition.pieces.iter().enumerate() {
        let is_quote = |at: Option<usize>| match at.and_then(|at| composition.pieces.get(at)) {
            Some(Piece::Character { value, .. }) if ['\'', '"'].contains(value) => Some(*value),
            _ => None,
        };
        match piece {
            Piece::Hole(hole) => {
                let around = (is_quote(at.checked_sub(1)), is_quote(Some(at + 1)));
                if quote.is_none() || around.0 != quote || around.1 != quote {
                    return None;
                }
                tokens.pop();
                let base = name_of(hole.expression);
                let taken =
                    |name: &String| names.iter().any(|(other, _)| other == name) || call.keyword(name).is_some();
                let candidates = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base}_{number}")));
                let name = candidates.into_iter().find(|name| !taken(name))?;
                tokens.push(Token::Text(format!("${name}")));
                names.push((name, hole.value()));
            }
            Piece::Character { value, .. } => {
                let is_closing_of_hole = quote == Some(*value)
                    && at
                        .checked_sub(1)
                        .is_some_and(|before| matches!(composition.pieces.get(before), Some(Piece::Hole(_))));
                match quote {
                    None if ['\'', '"'].contains(value) => quote = Some(*value),
                    Some(open) if open == *value => quote = None,
                    _ => {}
                }
                if !is_closing_of_hole {
                    tokens.push(Token::Piece(piece.clone()));
                }
            }
            Piece::Break(_) => tokens.push(Token::Piece(piece.clone())),
        }
    }
    if names.is_empty() {
        return None;
    }
    let arguments: Vec<String> = names.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let last = call.arguments().last()?;
    let edits = vec![
        replace(origin.expression.span(), render::literal(&tokens, composition.quoting)),
        securecode_sdk::fix::insert(last.end(), format!(", {}", arguments.join(", "))),
    ];
    Some(fix("Give the values as XPath variables", edits))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;
    use securecode_testkit::Snippet;

    fn fixed(text: &str) -> Vec<String> {
        let snippet = Snippet::new(text);
        let matched = snippet.call("t.xpath", "lxml.etree._ElementTree.xpath").expect("the call");
        snippet.fixed(&XpathInjection, &matched).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn quoted_values_become_variables() {
        assert_eq!(
            fixed("import lxml\nt.xpath(f\"//u[@n='{n}' and @p='{p.q}']/text()\")\n"),
            ["import lxml\nt.xpath(\"//u[@n=$n and @p=$q]/text()\", n=n, q=p.q)\n"]
        );
        assert_eq!(
            fixed("import lxml\nq = \"//u[@n='%s']\" % n\nt.xpath(q, namespaces=s)\n"),
            ["import lxml\nq = \"//u[@n=$n]\"\nt.xpath(q, namespaces=s, n=n)\n"]
        );
        assert!(fixed("import lxml\nt.xpath(f\"//{n}\")\n").is_empty());
    }
}
