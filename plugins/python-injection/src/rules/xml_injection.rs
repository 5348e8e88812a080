//! Untrusted text in XML that is composed by hand (CWE-91). Invariant: a document that arrives as a whole is no finding;
//! only one that the program composes is.
//!
//! # What
//! A document's text is put together from tags and untrusted text, then parsed or sent.
//! # Why
//! `<` and `&` in the text are markup: `</name><role>admin</role><name>` adds an element.
//! # Fix
//! Build elements with a library, or escape each value with `xml.sax.saxutils.escape`.

use securecode_sdk::{
    CallCondition, Comparison, Confidence, File, Finding, Fix, Found, Interest, Literal, Match, Metadata, Node, Rule,
    Severity, Sink, SinkLanguage,
    compose::Composition,
    fix::{call::Call, fix, import, local, replace},
    spec::{argument, keyword, sink},
};

use crate::{evidence, literal};

pub(crate) struct XmlInjection;

/// What is done with the document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Parsed,
    Sent,
}

fn sinks() -> Vec<(Use, Sink)> {
    let of = |callees: &[&str], argument| sink(callees, argument, SinkLanguage::Xml);
    let parsers = [
        "xml.etree.ElementTree.fromstring",
        "xml.etree.ElementTree.XML",
        "xml.etree.ElementTree.fromstringlist",
        "xml.etree.cElementTree.fromstring",
        "defusedxml.ElementTree.fromstring",
        "defusedxml.ElementTree.XML",
        "lxml.etree.fromstring",
        "lxml.etree.XML",
        "lxml.objectify.fromstring",
    ];
    let texts = [
        "xml.dom.minidom.parseString",
        "defusedxml.minidom.parseString",
        "xml.dom.pulldom.parseString",
        "xml.sax.parseString",
        "xmltodict.parse",
    ];
    let posts = [
        "requests.post",
        "requests.put",
        "requests.patch",
        "requests.Session.post",
        "requests.Session.put",
        "requests.sessions.Session.post",
        "httpx.post",
        "httpx.put",
        "httpx.Client.post",
        "httpx.AsyncClient.post",
        "aiohttp.ClientSession.post",
    ];
    let responses = [
        "flask.Response",
        "flask.wrappers.Response",
        "quart.Response",
        "werkzeug.wrappers.Response",
        "sanic.response.raw",
    ];
    let typed = |name: &str, text: &str| {
        CallCondition::Equals(Comparison { argument: keyword(name), value: Literal::Text(text.into()) })
    };
    let django = ["django.http.HttpResponse", "django.http.response.HttpResponse"];
    let starlette = ["fastapi.Response", "fastapi.responses.Response", "starlette.responses.Response"];
    let mut all: Vec<(Use, Sink)> =
        [of(&parsers, argument(0, "text")), of(&texts, argument(0, "string"))].map(|sink| (Use::Parsed, sink)).into();
    let posted = [argument(1, "data"), keyword("content")];
    all.extend(posted.map(|argument| (Use::Sent, of(&posts, argument).confidence(Confidence::Medium))));
    for text in ["application/xml", "text/xml"] {
        let sent = [
            of(&responses, argument(0, "response")).when(typed("mimetype", text)),
            of(&responses, argument(0, "response")).when(typed("content_type", text)),
            of(&django, argument(0, "content")).when(typed("content_type", text)),
            of(&starlette, argument(0, "content")).when(typed("media_type", text)),
        ];
        all.extend(sent.map(|sink| (Use::Sent, sink)));
    }
    all
}

impl Rule for XmlInjection {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-xml-injection",
            title: "Untrusted text in XML that is composed by hand",
            help: "A parser reads the whole text of a document. `<`, `>` and `&` in untrusted text become markup, so \
                   that whoever sends the text adds elements or attributes of his own:\n\n\
                   ```python\n\
                   document = f\"<order><note>{note}</note><price>9</price></order>\"\n\
                   # note = </note><price>0</price><note>\n\
                   ```\n\n\
                   Build the document with a library, which escapes what it is given:\n\n\
                   ```python\n\
                   order = ElementTree.Element(\"order\")\n\
                   ElementTree.SubElement(order, \"note\").text = note\n\
                   ```\n\n\
                   or escape each value: `xml.sax.saxutils.escape(note)` between tags, `quoteattr(note)` for an \
                   attribute's value with its quotes.",
            severity: Severity::Medium,
            cwe: 91,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks().into_iter().map(|(_, sink)| Interest::Flow(sink)).collect(),
            triggers: &["xml", "etree", "XML"],
            bad: "from xml.etree import ElementTree\n\n\n\
                  def order(note: str):\n    \
                      return ElementTree.fromstring(\"<order><note>\" + note + \"</note></order>\")\n",
            good: "from xml.etree import ElementTree\n\n\n\
                   def order(note: str):\n    \
                       element = ElementTree.Element(\"order\")\n    \
                       ElementTree.SubElement(element, \"note\").text = note\n    return element\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let (used, sink) = sinks().into_iter().nth(matched.interest as usize)?;
        let call = file.node_of(matched).and_then(Call::of)?;
        let document = call.select(&sink.argument)?;
        let composition = Composition::of(literal::written(text_of(document)));
        let is_markup = match &composition {
            Some(composition) => composition.outline("").trim_start().starts_with('<'),
            None => used == Use::Parsed && evidence::is_composed(matched),
        };
        if !is_markup || is_other_type(call) {
            return None;
        }
        let escapes = ["saxutils.escape`", "html.escape`", "markupsafe.escape`", "saxutils.quoteattr`"];
        let is_escaped = evidence::says(matched, &escapes);
        let between_tags = composition.as_ref().is_some_and(|composition| !has_hole_in_tag(composition));
        if is_escaped && (between_tags || !evidence::says(matched, &["saxutils.escape`"])) {
            return None;
        }
        Some(evidence::flow(
            matched,
            match used {
                Use::Parsed => "is part of the XML text that `{callee}` parses",
                Use::Sent => "is part of the XML text that `{callee}` sends",
            },
        ))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        matched.and_then(|matched| escape(file, matched)).into_iter().collect()
    }
}

/// Looks through `.encode()`.
fn text_of(document: Node<'_>) -> Node<'_> {
    let encoded = Call::of(document.without_parentheses()).filter(|call| call.name() == "encode");
    encoded.and_then(Call::receiver).unwrap_or(document)
}

/// Tells whether the call says that its text is of another type than XML.
fn is_other_type(call: Call<'_>) -> bool {
    let named = ["mimetype", "content_type", "media_type"].into_iter().filter_map(|name| call.keyword(name));
    named.filter_map(literal::named_text).any(|text| !text.contains("xml"))
}

/// Tells whether a value stands between `<` and `>`.
fn has_hole_in_tag(composition: &Composition<'_>) -> bool {
    let mut is_inside = false;
    composition.outline("\u{0}").chars().any(|character| {
        is_inside = match character {
            '<' => true,
            '>' => false,
            _ => is_inside,
        };
        character == '\u{0}' && is_inside
    })
}

fn escape(file: File<'_>, matched: &Match) -> Option<Fix> {
    let call = Call::of(file.node_of(matched)?)?;
    let (_, sink) = sinks().into_iter().nth(matched.interest as usize)?;
    let origin = local::origin(text_of(call.select(&sink.argument)?))?;
    let composition = Composition::of(origin.expression)?;
    if has_hole_in_tag(&composition) {
        return None;
    }
    let (function, import) = import::name(file, "xml.sax.saxutils", "escape");
    let open = composition.holes().filter(|hole| {
        let is_done = hole.expression.text().contains("escape(") || hole.expression.text().contains("tostring(");
        !is_done && !local::is_module_constant(hole.expression)
    });
    let mut edits: Vec<_> =
        open.map(|hole| replace(hole.expression.span(), format!("{function}({})", hole.as_text()))).collect();
    if edits.is_empty() {
        return None;
    }
    edits.extend(import);
    Some(fix("Escape the values for XML", edits))
}
