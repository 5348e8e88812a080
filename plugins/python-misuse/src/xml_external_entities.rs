//! `python-xml-external-entities`.
//!
//! # What
//! XML parsers that are told to resolve external entities.
//! # Why
//! A document then reads the server's files and makes it send requests (CWE-611).
//! # Fix
//! `resolve_entities=False`, `no_network=True`; the features off.
//!
//! Invariant: only parsers that are switched to the unsafe behaviour are reported; the defaults of supported releases
//! of the standard library do not resolve.

use securecode_sdk::{
    Edit, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, replace},
};

use crate::{argument, dotted};

/// The rule.
pub(crate) struct XmlExternalEntities;

const PARSERS: &[&str] = &["lxml.etree.XMLParser", "lxml.etree.ETCompatXMLParser", "lxml.etree.iterparse"];
const FEATURES: &[&str] = &[
    "xml.sax.handler.feature_external_ges",
    "xml.sax.handler.feature_external_pes",
    "feature_external_ges",
    "feature_external_pes",
];

const HELP: &str = "\
An XML document can declare `<!ENTITY x SYSTEM \"file:///etc/passwd\">` and use `&x;`. A parser that resolves external \
entities puts the file's content into the document, or fetches a URL inside the company's network.

With lxml use `etree.XMLParser(resolve_entities=False, no_network=True)`; with `xml.sax` leave the external entity \
features off; or use `defusedxml`.";

impl Rule for XmlExternalEntities {
    fn metadata(&self) -> Metadata {
        let sax = ["xml.sax.xmlreader.XMLReader.setFeature", "*.setFeature"];
        Metadata {
            id: "python-xml-external-entities",
            title: "XML parser that resolves external entities",
            help: HELP,
            severity: Severity::High,
            cwe: 611,
            tags: &["owasp:A05:2021"],
            interests: vec![Interest::Call(PARSERS.iter().chain(&sax).map(|&callee| callee.to_owned()).collect())],
            triggers: &["resolve_entities", "no_network", "load_dtd", "feature_external"],
            bad: "from lxml import etree\nparser = etree.XMLParser(resolve_entities=True)\n",
            good: "from lxml import etree\nparser = etree.XMLParser(resolve_entities=False)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let switch = switches(file, call).into_iter().next()?;
        let shown = switch.parent().filter(|parent| parent.is(Kind::KEYWORD_ARGUMENT)).unwrap_or(call.node);
        let message = format!("`{}` lets an XML document read local files and reach other servers.", shown.text());
        Some(Found::new(matched.at, message))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let opposite = |node: Node<'_>| if node.is(Kind::TRUE) || node.is(Kind::INTEGER) { "False" } else { "True" };
        let edits: Vec<Edit> =
            switches(file, call).into_iter().map(|switch| replace(switch.span(), opposite(switch))).collect();
        if edits.is_empty() { Vec::new() } else { vec![fix::fix("Resolve no external entities", edits)] }
    }
}

/// Gives the literals that switch the parser to resolving.
fn switches<'a>(file: File<'a>, call: Call<'a>) -> Vec<Node<'a>> {
    if call.name() == "setFeature" {
        let is_external = call.positional(0).is_some_and(|feature| {
            dotted::is_any(file, feature, FEATURES)
                || dotted::last_name(feature).is_some_and(|name| FEATURES.contains(&name))
        });
        let value = call.positional(1).filter(|value| value.is(Kind::TRUE) || value.text() == "1");
        return value.filter(|_| is_external).into_iter().collect();
    }
    let resolves = call.keyword("resolve_entities").filter(|value| value.is(Kind::TRUE));
    let is_closed = argument::is_constant(call, "resolve_entities", Kind::FALSE);
    let network = call.keyword("no_network").filter(|value| value.is(Kind::FALSE) && !is_closed);
    resolves.into_iter().chain(network).collect()
}
