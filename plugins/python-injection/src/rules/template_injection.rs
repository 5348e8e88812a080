//! Untrusted text in a template's source (CWE-1336). Invariant: values given to a template as context are data and are
//! no finding.
//!
//! # What
//! A template is made from untrusted text and rendered.
//! # Why
//! Template engines run expressions: `{{ config }}` shows secrets, and attribute chains reach `os`.
//! # Fix
//! Keep the template constant and give the text as context.

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

pub(crate) struct TemplateInjection;

const ENGINES: [&str; 8] = ["jinja2", "flask", "quart", "django", "mako", "bottle", "sanic", "ansible"];

impl Rule for TemplateInjection {
    fn metadata(&self) -> Metadata {
        let template = SinkLanguage::Template;
        let sinks = [
            sink(
                &[
                    "flask.render_template_string",
                    "flask.stream_template_string",
                    "flask.templating.render_template_string",
                    "flask.templating.stream_template_string",
                    "quart.render_template_string",
                    "quart.templating.render_template_string",
                ],
                argument(0, "source"),
                template,
            ),
            sink(
                &[
                    "jinja2.Template",
                    "jinja2.environment.Template",
                    "jinja2.Environment.from_string",
                    "jinja2.environment.Environment.from_string",
                    "jinja2.nativetypes.NativeTemplate",
                    "jinja2.nativetypes.NativeEnvironment.from_string",
                ],
                argument(0, "source"),
                template,
            ),
            sink(&["mako.template.Template"], argument(0, "text"), template),
            sink(&["tornado.template.Template", "django.template.Template"], argument(0, "template_string"), template),
            sink(&["django.template.Engine.from_string"], argument(0, "template_code"), template),
            sink(&["jinja2.Environment.compile_expression"], argument(0, "source"), template),
            sink(&["mako.lookup.TemplateLookup.put_string"], argument(1, "text"), template),
            sink(
                &[
                    "bottle.template",
                    "bottle.SimpleTemplate",
                    "bottle.jinja2_template",
                    "bottle.mako_template",
                    "bottle.cheetah_template",
                ],
                position(0),
                template,
            ),
            sink(
                &["chameleon.PageTemplate", "chameleon.PageTextTemplate", "chameleon.zpt.template.PageTemplate"],
                argument(0, "body"),
                template,
            ),
            sink(
                &["genshi.template.MarkupTemplate", "genshi.template.TextTemplate", "genshi.template.NewTextTemplate"],
                argument(0, "source"),
                template,
            ),
            sink(&["Cheetah.Template.Template"], argument(0, "source"), template),
            sink(&["web.template.Template", "airspeed.Template"], position(0), template),
            sink(&["*.from_string"], argument(0, "source"), template).confidence(Confidence::Medium),
        ];
        Metadata {
            id: "python-template-injection",
            title: "Untrusted text in a template's source",
            help: "A template is a program. Untrusted text in its source is run by the engine, which reaches the \
                   application's objects and through them the process:\n\n\
                   ```python\n\
                   render_template_string(f\"<h1>Hello {name}</h1>\")      # name = {{ config }}\n\
                   ```\n\n\
                   Keep the source constant and give values as context, which the engine escapes:\n\n\
                   ```python\n\
                   render_template_string(\"<h1>Hello {{ name }}</h1>\", name=name)\n\
                   ```",
            severity: Severity::Critical,
            cwe: 1336,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks.into_iter().map(Interest::Flow).collect(),
            triggers: &["emplate", "from_string"],
            bad: "from flask import render_template_string\n\n\n\
                  def hello(name: str):\n    return render_template_string(f\"<h1>Hello {name}</h1>\")\n",
            good: "from flask import render_template_string\n\n\n\
                   def hello(name: str):\n    return render_template_string(\"<h1>Hello {{ name }}</h1>\", name=name)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        // Many libraries call what they parse a string; only a file that uses templates means a template.
        let is_template =
            || ENGINES.iter().any(|engine| file.imports_module(engine)) || file.text().contains("emplate");
        if matched.name == "*.from_string" && !is_template() {
            return None;
        }
        Some(evidence::flow(matched, "is part of the template source that `{callee}` compiles"))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        matched.and_then(|matched| context(file, matched)).into_iter().collect()
    }
}

/// Finds the call that takes the context: the sink itself, or `.render(…)` on its result.
fn rendering<'a>(call: Call<'a>) -> Option<Call<'a>> {
    if call.name().ends_with("_template_string") {
        return Some(call);
    }
    let mut holders = call.node.ancestors().into_iter();
    let attribute = holders.next()?;
    let outer = Call::of(holders.next()?)?;
    (outer.callee == attribute && outer.name() == "render").then_some(outer)
}

fn context(file: File<'_>, matched: &Match) -> Option<Fix> {
    let call = Call::of(file.node_of(matched)?)?;
    let is_jinja = matched.name.contains("jinja2") || matched.name.contains("flask") || matched.name == "*.from_string";
    let render_call = rendering(call).filter(|_| is_jinja)?;
    // Positional context (`render({...})`) could hold the same names.
    if render_call.node != call.node && render_call.positional_count() != Some(0) {
        return None;
    }
    let source = call.positional(0).or_else(|| call.keyword("source"))?;
    let origin = local::origin(source)?;
    let composition = Composition::of(origin.expression)?;
    let outline = composition.outline("\u{0}");
    let mut tokens = Vec::new();
    let mut names: Vec<(String, String)> = Vec::new();
    let mut seen = 0;
    for piece in &composition.pieces {
        match piece {
            Piece::Hole(hole) => {
                let is_inside = inside_markup(&outline, seen);
                seen += 1;
                if hole.text.is_none() && local::is_module_constant(hole.expression) {
                    let kept = hole.value();
                    tokens.push(if hole.is_text { Token::Operand(kept) } else { Token::Value(kept) });
                    continue;
                }
                if is_inside {
                    return None;
                }
                let value = hole.value();
                let base = name_of(hole.expression);
                let known = names.iter().find(|(_, other)| *other == value).map(|(name, _)| name.clone());
                let taken =
                    |name: &String| names.iter().any(|(other, _)| other == name) || render_call.keyword(name).is_some();
                let candidates = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base}_{number}")));
                let name = match known {
                    Some(name) => name,
                    None => {
                        let name = candidates.into_iter().find(|name| !taken(name))?;
                        names.push((name.clone(), value));
                        name
                    }
                };
                tokens.push(Token::Text(format!("{{{{ {name} }}}}")));
            }
            Piece::Character { .. } | Piece::Break(_) => tokens.push(Token::Piece(piece.clone())),
        }
    }
    if names.is_empty() {
        return None;
    }
    let arguments: Vec<String> = names.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let arguments = arguments.join(", ");
    let text = replace(origin.expression.span(), render::literal(&tokens, composition.quoting));
    let binding = match render_call.arguments().last() {
        Some(last) => securecode_sdk::fix::insert(last.end(), format!(", {arguments}")),
        None => securecode_sdk::fix::insert(render_call.list.start() + 1, arguments),
    };
    Some(fix("Give the values to the template as context", vec![text, binding]))
}

/// Tells whether the value with this number stands inside `{{ … }}` or `{% … %}` of the constant text.
fn inside_markup(outline: &str, number: usize) -> bool {
    let before: String = outline.split('\u{0}').take(number + 1).collect();
    let opened = before.rfind("{{").max(before.rfind("{%"));
    let closed = before.rfind("}}").max(before.rfind("%}"));
    opened.is_some() && opened > closed
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;
    use securecode_testkit::Snippet;

    fn fixed(text: &str, start: &str, callee: &str) -> Vec<String> {
        let snippet = Snippet::new(text);
        let matched = snippet.call(start, callee).expect("the call");
        snippet.fixed(&TemplateInjection, &matched).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn values_become_context() {
        assert_eq!(
            fixed(
                "render_template_string(f\"<p>{n} {{{{ x }}}} {n}</p>\", x=1)\n",
                "render",
                "flask.render_template_string"
            ),
            ["render_template_string(\"<p>{{ n }} {{ x }} {{ n }}</p>\", x=1, n=n)\n"]
        );
        assert_eq!(
            fixed("Template(\"Hi \" + n).render()\n", "Template(", "jinja2.Template"),
            ["Template(\"Hi {{ n }}\").render(n=n)\n"]
        );
        assert!(fixed("render_template_string(n)\n", "render", "flask.render_template_string").is_empty());
        assert!(
            fixed("render_template_string(f\"{{{{ {n} }}}}\")\n", "render", "flask.render_template_string").is_empty()
        );
        assert!(fixed("t = Template(\"Hi \" + n)\n", "Template(", "jinja2.Template").is_empty());
    }
}
