//! Protection against forged requests switched off (CWE-352). Invariant: a view that checks who sent the request by
//! other means than cookies is no finding.
//!
//! # What
//! A view is exempted from the check of the form's token, or the check is off for all.
//! # Why
//! A form on another site acts as whoever visits it.
//! # Fix
//! Leave the check on; for machines check a signature or a token in a header.

use securecode_sdk::{
    Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, Span,
    fix::{call::Call, fix, remove, replace},
    test_code,
};

use crate::{dotted, literal, setting, view};

pub(crate) struct CsrfDisabled;

const EXEMPT: &str = "django.views.decorators.csrf.csrf_exempt";
const SETTINGS: &[&str] = &["WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT", "CSRF_ENABLED", "JWT_COOKIE_CSRF_PROTECT"];
const KEYWORDS: &[&str] = &["require_csrf", "csrf_enabled", "csrf_protect", "check_csrf"];
/// Texts in views that check the sender by a signature or a token that browsers do not send by themselves.
const CHECKS: &[&str] = &[
    "signature",
    "compare_digest",
    "construct_event",
    "HTTP_AUTHORIZATION",
    "Authorization",
    "Bearer",
    "hmac",
    "api_key",
];

impl Rule for CsrfDisabled {
    fn metadata(&self) -> Metadata {
        let mut kinds: Vec<String> = setting::KINDS.iter().map(|&kind| kind.to_owned()).collect();
        kinds.extend(["decorator".to_owned(), "call".to_owned(), "function_definition".to_owned()]);
        Metadata {
            id: "python-csrf-protection-disabled",
            title: "Protection against forged requests switched off",
            help: "Browsers send cookies along with every request, also with one that a form on another site causes. \
                   Only a token that the other site does not know tells them apart.\n\n\
                   Leave the check on. Where machines call a view, check a signature of the body or a token in a \
                   header there, and let cookies mean nothing.",
            severity: Severity::Medium,
            cwe: 352,
            tags: &["owasp:A01:2025"],
            interests: vec![Interest::Node(kinds)],
            triggers: &["csrf", "CSRF", "MIDDLEWARE"],
            bad: "from django.views.decorators.csrf import csrf_exempt\n\n\n\
                  @csrf_exempt\ndef pay(request):\n    return charge(request.user)\n",
            good: "from django.views.decorators.csrf import csrf_protect\n\n\n\
                   @csrf_protect\ndef pay(request):\n    return charge(request.user)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        if test_code::is_test(file) {
            return None;
        }
        let off = switch(file, node)?;
        let message = match off {
            Switch::Decorator(name) => format!("`{name}` lets forms of other sites act through this view."),
            Switch::Call(call) => {
                format!("`{}` lets forms of other sites act through what it is given.", call.callee.text())
            }
            Switch::Override => {
                "Requests are not checked for the form's token, because this method does nothing.".to_owned()
            }
            Switch::Middleware => "`MIDDLEWARE` keeps sessions, but no middleware checks the form's token.".to_owned(),
            Switch::Value { name, .. } => format!("`{name}` is off, so that forms of other sites act as the visitor."),
        };
        let at = match off {
            Switch::Middleware => node.child(Field::LEFT).unwrap_or(node).span(),
            Switch::Override => node.child(Field::NAME).unwrap_or(node).span(),
            Switch::Decorator(_) | Switch::Call(_) | Switch::Value { .. } => node.span(),
        };
        Some(Found::new(at, message))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let node = matched.and_then(|matched| file.node_of(matched)).or_else(|| file.tree().node_at(finding.at));
        let Some(node) = node else { return Vec::new() };
        let edit = match switch(file, node) {
            Some(Switch::Decorator(_)) => whole_line(file, node),
            Some(Switch::Value { value, .. }) => Some(replace(value.span(), "True")),
            Some(Switch::Call(call)) => {
                let statement = call.node.statement().filter(|statement| statement.is(Kind::EXPRESSION_STATEMENT));
                statement
                    .filter(|statement| statement.span() == call.node.span())
                    .and_then(|_| whole_line(file, call.node))
            }
            Some(Switch::Override | Switch::Middleware) | None => None,
        };
        edit.map(|edit| fix("Leave the check on", vec![edit])).into_iter().collect()
    }
}

/// What switches the check off.
enum Switch<'a> {
    Decorator(&'a str),
    Call(Call<'a>),
    Value {
        name: &'a str,
        value: Node<'a>,
    },
    /// A method that should check and does not.
    Override,
    /// A list of middleware that lacks the check.
    Middleware,
}

fn switch<'a>(file: File<'a>, node: Node<'a>) -> Option<Switch<'a>> {
    if node.is(Kind::DECORATOR) {
        let expression = node.named_children().next()?;
        let definition = node.parent()?.child(Field::DEFINITION)?;
        let is_open = exempts(file, expression) || exempts_method(file, expression);
        return (is_open && changes_state(definition)).then_some(Switch::Decorator(expression.text()));
    }
    if let Some(call) = Call::of(node) {
        let is_decorator = node.parent().is_some_and(|parent| parent.is(Kind::DECORATOR));
        let of_one = call.positional(0).filter(|_| exempts(file, call.callee) && !is_decorator);
        return of_one.map(|_| Switch::Call(call));
    }
    if node.is(Kind::FUNCTION_DEFINITION) {
        return is_empty_check(node).then_some(Switch::Override);
    }
    if lacks_middleware(file, node) {
        return Some(Switch::Middleware);
    }
    if let Some(setting) = setting::of(file, node)
        && SETTINGS.contains(&setting.name)
        && literal::is_off(setting.value)
    {
        return Some(Switch::Value { name: setting.name, value: setting.value });
    }
    let (name, value) = match node.kind() {
        Kind::KEYWORD_ARGUMENT => (node.child(Field::NAME)?.text(), node.child(Field::VALUE)?),
        Kind::ASSIGNMENT if is_form_meta(node) => (node.child(Field::LEFT)?.text(), node.child(Field::RIGHT)?),
        Kind::PAIR if is_meta_argument(node) => (literal::text(node.child(Field::KEY)?)?, node.child(Field::VALUE)?),
        _ => return None,
    };
    let is_check = KEYWORDS.contains(&name) || (name == "csrf" && !node.is(Kind::KEYWORD_ARGUMENT));
    (is_check && value.without_parentheses().is(Kind::FALSE)).then_some(Switch::Value { name, value })
}

/// `csrf_exempt`, and `csrf.exempt` of Flask-WTF and its relatives.
fn exempts(file: File<'_>, callee: Node<'_>) -> bool {
    if dotted::is_any(file, callee, &[EXEMPT]) {
        return true;
    }
    let object = callee.child(Field::OBJECT).filter(|_| callee.is(Kind::ATTRIBUTE));
    let is_exempt = callee.child(Field::ATTRIBUTE).is_some_and(|name| name.text() == "exempt");
    is_exempt && object.and_then(dotted::last_name).is_some_and(|name| name.to_ascii_lowercase().contains("csrf"))
}

/// `@method_decorator(csrf_exempt, name="dispatch")`.
fn exempts_method(file: File<'_>, expression: Node<'_>) -> bool {
    let call = Call::of(expression).filter(|call| call.name() == "method_decorator");
    call.and_then(|call| call.positional(0)).is_some_and(|first| {
        exempts(file, first) || literal::elements(first).into_iter().any(|element| exempts(file, element))
    })
}

/// Says whether what is exempted may act for the visitor: not if it only reads, nor if it checks the sender itself.
fn changes_state(definition: Node<'_>) -> bool {
    const READING: &[&str] = &["require_GET", "require_safe", "get"];
    let mut decorators =
        view::decorators(definition).map(|decorator| Call::of(decorator).map_or(decorator, |call| call.callee));
    let only_reads = decorators.any(|callee| dotted::last_name(callee).is_some_and(|name| READING.contains(&name)));
    let body = definition.child(Field::BODY).map(Node::text).unwrap_or_default();
    !only_reads && !CHECKS.iter().any(|check| body.contains(check))
}

/// `def enforce_csrf(self, request): return` of Django REST framework's session authentication.
fn is_empty_check(function: Node<'_>) -> bool {
    let is_check = function.child(Field::NAME).is_some_and(|name| name.text() == "enforce_csrf");
    let mut statements = function.child(Field::BODY).into_iter().flat_map(Node::named_children);
    is_check && statements.all(|statement| matches!(statement.text(), "return" | "pass" | "return None" | "..."))
}

/// Says whether Django's list of middleware keeps sessions without the check.
fn lacks_middleware(file: File<'_>, node: Node<'_>) -> bool {
    let Some(setting) = setting::of(file, node).filter(|setting| setting.name == "MIDDLEWARE") else { return false };
    let names: Vec<&str> = literal::elements(setting.value).into_iter().filter_map(literal::text).collect();
    let has = |part: &str| names.iter().any(|name| name.contains(part));
    let appends = ["MIDDLEWARE +=", "MIDDLEWARE.append", "MIDDLEWARE.insert", "MIDDLEWARE.extend"];
    has("SessionMiddleware") && !has("Csrf") && !has("csrf") && !appends.iter().any(|text| file.text().contains(text))
}

/// `class Meta: csrf = False` within a form.
fn is_form_meta(assignment: Node<'_>) -> bool {
    let class = assignment.ancestors().into_iter().find(|outer| outer.is(Kind::CLASS_DEFINITION));
    class.and_then(|class| class.child(Field::NAME)).is_some_and(|name| name.text() == "Meta")
}

/// `LoginForm(meta={"csrf": False})`.
fn is_meta_argument(pair: Node<'_>) -> bool {
    let argument = pair.ancestors().into_iter().nth(1).filter(|node| node.is(Kind::KEYWORD_ARGUMENT));
    argument.and_then(|argument| argument.child(Field::NAME)).is_some_and(|name| name.text() == "meta")
}

/// Removes a node that is alone on its lines, with them.
fn whole_line(file: File<'_>, node: Node<'_>) -> Option<Edit> {
    let text = file.text();
    let before = text.get(..node.start() as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let after = text.get(node.end() as usize..)?;
    let line_end = after.find('\n').map_or(after.len(), |at| at + 1);
    let is_alone = before.get(start..)?.trim().is_empty() && after.get(..line_end)?.trim().is_empty();
    let end = node.end() + u32::try_from(line_end).ok()?;
    is_alone.then(|| remove(Span { start: u32::try_from(start).unwrap_or(node.start()), end }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;
    use securecode_testkit::Snippet;

    #[test]
    fn the_decorator_goes_with_its_line() {
        let snippet = Snippet::new(CsrfDisabled.metadata().bad);
        let matched = snippet.matched(Kind::DECORATOR, "@csrf_exempt", "").expect("the decorator");
        let fixed = snippet.fixed(&CsrfDisabled, &matched);
        let text = fixed.first().map(|(_, text)| text.as_str()).unwrap_or_default();
        assert!(text.ends_with("\n\n\ndef pay(request):\n    return charge(request.user)\n"), "{text}");
    }
}
