//! `python-xml-external-entities`.
//!
//! # What
//! XML parsers that are told to resolve external entities, and untrusted documents that lxml reads with its default
//! parser.
//! # Why
//! A document then reads the server's files and makes it send requests (CWE-611).
//! # Fix
//! `resolve_entities=False`, `no_network=True`; the features off.
//!
//! Invariant: the standard library's parsers are reported only where they are switched to the unsafe behaviour; their
//! defaults do not resolve.

use securecode_sdk::{
    Confidence, Edit, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, SinkLanguage,
    fix::{self, call::Call, import, replace},
    spec::{position, sink},
};

use crate::{argument, constant, dotted};

/// The rule.
pub(crate) struct XmlExternalEntities;

const PARSERS: &[&str] = &[
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
    "defusedxml.lxml.parse",
    "defusedxml.lxml.fromstring",
];
/// Reads of documents with lxml, and the position of their parser.
const READS: &[(&str, usize)] = &[
    ("lxml.etree.parse", 1),
    ("lxml.etree.fromstring", 1),
    ("lxml.etree.XML", 1),
    ("lxml.etree.fromstringlist", 1),
    ("lxml.objectify.fromstring", 1),
    ("lxml.objectify.parse", 1),
];
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
        let sax = ["xml.sax.xmlreader.XMLReader.setFeature", "*.setFeature", "*.SetParamEntityParsing"];
        let reads: Vec<&str> = READS.iter().map(|&(callee, _)| callee).collect();
        Metadata {
            id: "python-xml-external-entities",
            title: "XML parser that resolves external entities",
            help: HELP,
            severity: Severity::High,
            cwe: 611,
            tags: &["owasp:A02:2025"],
            interests: vec![
                Interest::Call(PARSERS.iter().chain(DEFUSED).chain(&sax).map(|&callee| callee.to_owned()).collect()),
                Interest::Flow(sink(&reads, position(0), SinkLanguage::Xml)),
            ],
            triggers: &[
                "resolve_entities",
                "no_network",
                "load_dtd",
                "dtd_validation",
                "feature_external",
                "forbid_external",
                "SetParamEntityParsing",
                "lxml",
            ],
            bad: "from lxml import etree\nparser = etree.XMLParser(resolve_entities=True)\n",
            good: "from lxml import etree\nparser = etree.XMLParser(resolve_entities=False)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        if !matched.path.is_empty() {
            return check_read(file, call, matched);
        }
        let switch = switches(file, call).into_iter().next()?;
        let shown = switch.parent().filter(|parent| parent.is(Kind::KEYWORD_ARGUMENT)).unwrap_or(call.node);
        let message = format!("`{}` lets an XML document read local files and reach other servers.", shown.text());
        Some(Found::new(matched.at, message))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let opposite = |node: Node<'_>| match node.kind() {
            Kind::TRUE | Kind::INTEGER => "False".to_owned(),
            Kind::FALSE => "True".to_owned(),
            _ => node.text().replace("PARSING_ALWAYS", "PARSING_NEVER"),
        };
        if let Some(read) = READS.iter().find(|(callee, _)| matched.is_some_and(|matched| matched.name == *callee)) {
            return fix_read(file, call, read.1);
        }
        let edits: Vec<Edit> =
            switches(file, call).into_iter().map(|switch| replace(switch.span(), opposite(switch))).collect();
        if edits.is_empty() { Vec::new() } else { vec![fix::fix("Resolve no external entities", edits)] }
    }
}

/// Reads with a parser that resolves nothing where no parser is given.
fn fix_read(file: File<'_>, call: Call<'_>, position: usize) -> Vec<Fix> {
    if argument::value(call, position, "parser").is_some() || argument::has_splat(call) {
        return Vec::new();
    }
    let (etree, import) = import::module(file, "lxml.etree");
    let parser = format!("{etree}.XMLParser(resolve_entities=False)");
    let edits = std::iter::once(call.set_keyword("parser", &parser)).chain(import).collect();
    vec![fix::fix("Resolve no entities", edits)]
}

/// Judges untrusted data that lxml reads, by the parser that it is read with.
fn check_read(file: File<'_>, call: Call<'_>, matched: &Match) -> Option<Found> {
    let position = READS.iter().find(|(callee, _)| *callee == matched.name).map(|&(_, position)| position)?;
    let Some(parser) = argument::value(call, position, "parser").map(constant::origin) else {
        let message = format!(
            "`{}` reads an untrusted document with lxml's default parser, which before lxml 5.0 resolves entities.",
            matched.name
        );
        return Some(Found::new(matched.at, message).severity(Severity::Medium).confidence(Confidence::Medium));
    };
    let made = Call::of(parser)?;
    dotted::path(file, made.callee).filter(|path| PARSERS.contains(&path.as_str()))?;
    // A parser that is made among the arguments is reported itself.
    let is_open = !switches(file, made).is_empty() && !call.list.contains(parser);
    is_open.then(|| {
        let message =
            format!("`{}` lets an untrusted document read local files and reach other servers.", matched.name);
        Found::new(matched.at, message)
    })
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
    if call.name() == "SetParamEntityParsing" {
        let mode = call.positional(0).and_then(dotted::last_name);
        let is_on = mode == Some("XML_PARAM_ENTITY_PARSING_ALWAYS");
        return call.positional(0).filter(|_| is_on).into_iter().collect();
    }
    let is_off = |name: &'static str| call.keyword(name).filter(|value| value.is(Kind::FALSE));
    let resolves = call.keyword("resolve_entities").filter(|value| value.is(Kind::TRUE));
    let is_closed = argument::is_constant(call, "resolve_entities", Kind::FALSE);
    let network = is_off("no_network").filter(|_| !is_closed);
    let dtd = ["load_dtd", "dtd_validation"].into_iter().filter_map(|name| call.keyword(name));
    let dtd = dtd.filter(|value| value.is(Kind::TRUE) && !is_closed);
    resolves.into_iter().chain(network).chain(dtd).chain(is_off("forbid_external")).collect()
}
