//! `python-xml-entity-expansion`.
//!
//! # What
//! XML parsers whose limits on entities are off, and untrusted documents for the standard library's parsers.
//! # Why
//! A document of a kilobyte with entities of entities becomes gigabytes of text (CWE-776).
//! # Fix
//! The limits on; `defusedxml`.
//!
//! Invariant: the standard library's parsers are reported for untrusted documents only, as a weakness of old builds.

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, SinkLanguage,
    fix::{self, call::Call},
    spec::{position, sink},
};

use crate::argument;

/// The rule.
pub(crate) struct XmlEntityExpansion;

const HUGE: &[&str] = &[
    "lxml.etree.XMLParser",
    "lxml.etree.ETCompatXMLParser",
    "lxml.etree.XMLPullParser",
    "lxml.etree.iterparse",
    "lxml.objectify.makeparser",
];
const DEFUSED: &[&str] = &[
    "defusedxml.ElementTree.parse",
    "defusedxml.ElementTree.fromstring",
    "defusedxml.ElementTree.iterparse",
    "defusedxml.ElementTree.XML",
    "defusedxml.ElementTree.XMLParser",
    "defusedxml.minidom.parse",
    "defusedxml.minidom.parseString",
    "defusedxml.pulldom.parse",
    "defusedxml.pulldom.parseString",
    "defusedxml.sax.parse",
    "defusedxml.sax.parseString",
    "xmltodict.parse",
];
const STANDARD: &[&str] = &[
    "xml.etree.ElementTree.parse",
    "xml.etree.ElementTree.fromstring",
    "xml.etree.ElementTree.fromstringlist",
    "xml.etree.ElementTree.iterparse",
    "xml.etree.ElementTree.XML",
    "xml.etree.cElementTree.parse",
    "xml.etree.cElementTree.fromstring",
    "xml.dom.minidom.parse",
    "xml.dom.minidom.parseString",
    "xml.dom.pulldom.parse",
    "xml.dom.pulldom.parseString",
    "xml.dom.expatbuilder.parse",
    "xml.dom.expatbuilder.parseString",
    "xml.sax.parse",
    "xml.sax.parseString",
];

const HELP: &str = "\
An XML document can define entities that are made of other entities: nine lines that each repeat the one before ten \
times are a gigabyte (\"billion laughs\"), and the parser writes it all out in memory.

Leave the parsers' limits on (`huge_tree=False`, `forbid_entities=True`). The standard library relies on expat, which \
limits expansion since 2.4.1; where Python may run with an older one, parse with `defusedxml`.";

impl Rule for XmlEntityExpansion {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-xml-entity-expansion",
            title: "XML document that grows without limit",
            help: HELP,
            severity: Severity::Medium,
            cwe: 776,
            tags: &["owasp:A02:2025"],
            interests: vec![
                Interest::Call(HUGE.iter().chain(DEFUSED).map(|&callee| callee.to_owned()).collect()),
                Interest::Flow(sink(STANDARD, position(0), SinkLanguage::Xml).confidence(Confidence::Low)),
            ],
            triggers: &["huge_tree", "forbid_entities", "disable_entities", "xml"],
            bad: "from lxml import etree\nparser = etree.XMLParser(huge_tree=True)\n",
            good: "from lxml import etree\nparser = etree.XMLParser(huge_tree=False)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        if !matched.path.is_empty() {
            let message = format!(
                "`{}` reads an untrusted document; with expat before 2.4.1 its entities can fill the memory.",
                matched.name
            );
            let has_parser = call.keyword("parser").is_some() || call.positional(1).is_some();
            let found = Found::new(matched.at, message).severity(Severity::Low).confidence(Confidence::Low);
            return (!has_parser).then_some(found);
        }
        let switch = switch(call)?;
        let shown = switch.parent().unwrap_or(switch);
        Some(Found::new(matched.at, format!("`{}` lets a small document fill the memory.", shown.text())))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let call = argument::node(file, finding, matched).and_then(Call::of);
        let edit = call.and_then(|call| Some(call.remove(switch(call)?.parent()?)));
        edit.map(|edit| fix::fix("Leave the parser's limits on", vec![edit])).into_iter().collect()
    }
}

/// Gives the literal that switches a limit off.
fn switch<'a>(call: Call<'a>) -> Option<Node<'a>> {
    let is_closed = argument::is_constant(call, "resolve_entities", Kind::FALSE);
    let huge = call.keyword("huge_tree").filter(|value| value.is(Kind::TRUE) && !is_closed);
    let limits = ["forbid_entities", "disable_entities"].into_iter().find_map(|name| call.keyword(name));
    huge.or_else(|| limits.filter(|value| value.is(Kind::FALSE)))
}
