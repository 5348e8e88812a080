//! A cookie that code sends or configures. Invariant: a cookie whose attributes only the run shows is none here.

use securecode_sdk::{
    Field, File, Kind, Match, Node,
    fix::{call::Call, local},
    test_code,
};

use crate::{dotted, literal, setting, words};

/// One attribute of cookies, as calls and settings name it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute {
    /// The keywords that frameworks give it by.
    pub(crate) keywords: &'static [&'static str],
    /// The key in a morsel of `http.cookies`.
    pub(crate) morsel: &'static str,
    /// The settings that switch it.
    pub(crate) settings: &'static [&'static str],
    /// Top-level modules of frameworks whose cookies have it unless they say otherwise.
    pub(crate) by_default: &'static [&'static str],
}

/// Where a cookie lacks an attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lack<'a> {
    /// A call that sets the cookie of this name.
    Call(Call<'a>),
    /// An assignment to an item of a `SimpleCookie`.
    Morsel,
    /// A setting of this name.
    Setting(setting::Setting<'a>),
}

/// The kinds of nodes that `lacking` judges.
pub(crate) fn kinds() -> Vec<String> {
    let mut kinds: Vec<String> = setting::KINDS.iter().map(|&kind| kind.to_owned()).collect();
    kinds.push("call".to_owned());
    kinds
}

/// Files without any of these hold no cookie.
pub(crate) const TRIGGERS: &[&str] =
    &["set_cookie", "set_signed_cookie", "set_secure_cookie", "add_cookie", "SimpleCookie", "COOKIE_"];

/// Gives where a cookie is set without the attribute.
pub(crate) fn lacking<'a>(file: File<'a>, matched: &Match, attribute: Attribute) -> Option<Lack<'a>> {
    let node = file.node_of(matched)?;
    if let Some(call) = Call::of(node) {
        return is_unprotected(file, call, attribute).then_some(Lack::Call(call));
    }
    if let Some(setting) = setting::of(file, node) {
        let is_named = attribute.settings.contains(&setting.name);
        let is_none = literal::text(setting.value).is_some_and(|text| text.eq_ignore_ascii_case("none"));
        return (is_named && (literal::is_off(setting.value) || is_none)).then_some(Lack::Setting(setting));
    }
    lacks_morsel(file, node, attribute).then_some(Lack::Morsel)
}

fn is_unprotected(file: File<'_>, call: Call<'_>, attribute: Attribute) -> bool {
    let sets = ["set_cookie", "set_signed_cookie", "set_secure_cookie", "add_cookie"].contains(&call.name());
    if !sets || test_code::is_test(file) || !is_response(call) || is_removal(call) {
        return false;
    }
    let is_splat = |argument: Node<'_>| argument.is(Kind::LIST_SPLAT) || argument.is(Kind::DICTIONARY_SPLAT);
    let has_value = call.positional(1).is_some() || call.keyword("value").is_some();
    // Further positional arguments may be the attributes.
    if call.arguments().any(is_splat) || !has_value || call.positional(4).is_some() {
        return false;
    }
    match attribute.keywords.iter().find_map(|name| call.keyword(name)) {
        Some(value) => {
            literal::is_off(value) || literal::text(value).is_some_and(|text| text.eq_ignore_ascii_case("none"))
        }
        None => !attribute.by_default.iter().any(|module| file.imports_module(module)),
    }
}

/// Says whether the receiver can be a response: cookie jars and test clients take cookies of others.
fn is_response(call: Call<'_>) -> bool {
    let name = call.receiver().and_then(dotted::last_name).unwrap_or_default();
    !words::has_any(name, &["jar", "client", "browser", "driver", "cookies", "session", "context"])
}

/// Says whether a call removes the cookie: an empty value, or no time to live.
fn is_removal(call: Call<'_>) -> bool {
    let value = call.positional(1).or_else(|| call.keyword("value"));
    let is_zero = |name: &str| call.keyword(name).is_some_and(|value| value.text() == "0");
    value.and_then(literal::text) == Some("") || is_zero("max_age") || is_zero("expires")
}

/// Judges `cookie["id"] = value`, where nothing in the function gives `cookie["id"]["secure"]`.
fn lacks_morsel(file: File<'_>, node: Node<'_>, attribute: Attribute) -> bool {
    let left = Some(node).filter(|node| node.is(Kind::ASSIGNMENT)).and_then(|node| node.child(Field::LEFT));
    let Some((jar, key)) = left.and_then(item) else { return false };
    if let Some((inner, _)) = item(jar) {
        let is_attribute = literal::text(key).is_some_and(|key| key.eq_ignore_ascii_case(attribute.morsel));
        return is_attribute && is_jar(file, inner) && node.child(Field::RIGHT).is_some_and(literal::is_off);
    }
    let Some(scope) = node.scope().filter(|_| is_jar(file, jar)) else { return false };
    let gives = |other: Node<'_>| {
        let given = other.child(Field::LEFT).filter(|_| other.is(Kind::ASSIGNMENT)).and_then(item);
        given.is_some_and(|(whole, name)| {
            literal::text(name).is_some_and(|name| name.eq_ignore_ascii_case(attribute.morsel))
                && item(whole).is_some_and(|(other_jar, other_key)| {
                    other_jar.text() == jar.text() && other_key.text() == key.text()
                })
        })
    };
    !scope.descendants().any(gives)
}

/// Gives container and key of `container[key]`.
fn item<'a>(node: Node<'a>) -> Option<(Node<'a>, Node<'a>)> {
    node.is(Kind::SUBSCRIPT).then_some(())?;
    Some((node.child(Field::VALUE)?, node.child(Field::SUBSCRIPT)?))
}

fn is_jar(file: File<'_>, node: Node<'_>) -> bool {
    let value = local::only_assignment(node).and_then(|assignment| assignment.child(Field::RIGHT));
    let maker = value.and_then(Call::of).map(|call| call.callee);
    maker.is_some_and(|maker| {
        dotted::is_any(file, maker, &["http.cookies.SimpleCookie", "Cookie.SimpleCookie", "http.cookies.BaseCookie"])
    })
}

/// Says whether a cookie's name says that it lets somebody in: a session, a token.
pub(crate) fn is_sensitive(lack: Lack<'_>) -> bool {
    const WORDS: &[&str] = &[
        "session", "sess", "sid", "auth", "token", "jwt", "login", "user", "account", "remember", "secret", "password",
    ];
    match lack {
        Lack::Call(call) => {
            let name = call.positional(0).or_else(|| call.keyword("key")).or_else(|| call.keyword("name"));
            // A name that the code does not spell out may be any.
            name.is_none_or(|name| words::has_any(literal::text(name).unwrap_or(name.text()), WORDS))
        }
        Lack::Setting(_) => true,
        Lack::Morsel => false,
    }
}

/// Gives the keyword that the call's framework uses for the attribute.
pub(crate) fn keyword(file: File<'_>, attribute: Attribute) -> &'static str {
    let is_falcon = file.imports_module("falcon");
    let mut keywords = attribute.keywords.iter().copied();
    let first = keywords.next().unwrap_or_default();
    if is_falcon { keywords.next().unwrap_or(first) } else { first }
}
