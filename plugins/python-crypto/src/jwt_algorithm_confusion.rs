//! `python-jwt-algorithm-confusion`.
//!
//! # What
//! A JSON Web Token whose sender chooses how it is checked: algorithms of shared and of public keys accepted together,
//! or the algorithm taken from the token's own header; and tokens that are made with `none`.
//! # Why
//! With the public key as the shared secret anybody signs tokens (CWE-347).
//! # Fix
//! The one algorithm that the issuer uses.
//!
//! Invariant: a list that the code does not spell out is not reported, unless it is made of the token.

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, replace},
};

use crate::{argument, binding, constant, dotted};

/// The rule.
pub(crate) struct JwtAlgorithmConfusion;

const HELP: &str = "\
A token's header says how the token is signed, and its sender writes the header. If `HS256` and `RS256` are both accepted, \
somebody signs a token by `HS256` with the public key as the secret, and it is checked with the same public key. If the \
algorithm is read from the token, the sender chooses it outright.

Name the one algorithm that the issuer uses: `jwt.decode(token, key, algorithms=[\"RS256\"])`.";

const DECODERS: [&str; 8] = [
    "jwt.decode",
    "jwt.decode_complete",
    "jwt.PyJWT.decode",
    "jose.jwt.decode",
    "jose.jws.verify",
    "jwt.api_jws.decode",
    "authlib.jose.JsonWebToken",
    "authlib.jose.JsonWebSignature",
];
const ENCODERS: [&str; 3] = ["jwt.encode", "jose.jwt.encode", "jose.jws.sign"];

impl Rule for JwtAlgorithmConfusion {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-jwt-algorithm-confusion",
            title: "Token that chooses how it is checked",
            help: HELP,
            severity: Severity::High,
            cwe: 347,
            tags: &["owasp:A04:2025", "cwe:327"],
            interests: vec![Interest::Call(DECODERS.iter().chain(&ENCODERS).map(|&name| name.to_owned()).collect())],
            triggers: &["jwt", "jws", "authlib"],
            bad: "import jwt\nclaims = jwt.decode(token, key, algorithms=['HS256', 'RS256'])\n",
            good: "import jwt\nclaims = jwt.decode(token, key, algorithms=['RS256'])\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        if ENCODERS.contains(&matched.name.as_str()) {
            let algorithm = argument::value(call, Some(2), &["algorithm"])?;
            let is_none = algorithm.is(Kind::NONE)
                || constant::of(file, algorithm).is_some_and(|name| name.text.eq_ignore_ascii_case("none"));
            return is_none.then(|| Found::new(matched.at, "This token is not signed, so that anybody can change it."));
        }
        let algorithms = binding::origin(algorithms(call, &matched.name)?);
        if is_from_token(algorithms) {
            return Some(Found::new(matched.at, "The token that is checked chooses the algorithm of its own check."));
        }
        let names: Option<Vec<String>> = is_list(algorithms).then(|| {
            algorithms.named_children().map(|name| constant::of(file, name).map(|name| name.text)).collect()
        })?;
        let names = names?;
        if matched.name.starts_with("authlib.") && names.iter().any(|name| name.eq_ignore_ascii_case("none")) {
            return Some(Found::new(
                matched.at,
                "The algorithm `none` is accepted, so that a token needs no signature.",
            ));
        }
        let shared = names.iter().find(|name| is_shared(name))?;
        let public = names.iter().find(|name| is_public(name))?;
        let message = format!("Accepting both {shared} and {public} lets a token be forged with the public key.");
        Some(Found::new(matched.at, message))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let name = matched.map(|matched| matched.name.as_str()).unwrap_or_default();
        let Some(list) = algorithms(call, name).filter(|list| is_list(*list)) else { return Vec::new() };
        let kept: Vec<&str> = list
            .named_children()
            .filter(|name| constant::plain_text(*name).is_some_and(is_public))
            .map(Node::text)
            .collect();
        if kept.is_empty() || list.is(Kind::TUPLE) {
            return Vec::new();
        }
        let edit = replace(list.span(), format!("[{}]", kept.join(", ")));
        vec![fix::fix("Accept the algorithms of public keys only", vec![edit])]
    }
}

fn algorithms<'a>(call: Call<'a>, name: &str) -> Option<Node<'a>> {
    let position = if name.starts_with("authlib.") { 0 } else { 2 };
    argument::value(call, Some(position), &["algorithms"])
}

fn is_list(node: Node<'_>) -> bool {
    [Kind::LIST, Kind::TUPLE, Kind::SET].contains(&node.kind())
}

fn is_shared(name: &str) -> bool {
    ["HS256", "HS384", "HS512"].contains(&name)
}

fn is_public(name: &str) -> bool {
    ["RS256", "RS384", "RS512", "ES256", "ES256K", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA"].contains(&name)
}

/// Says whether the list is made of what the unverified header says.
fn is_from_token(algorithms: Node<'_>) -> bool {
    let reads_header = |node: Node<'_>| {
        std::iter::once(node).chain(node.descendants()).any(|node| {
            Call::of(node)
                .and_then(|call| dotted::last_name(call.callee))
                .is_some_and(|name| ["get_unverified_header", "get_unverified_headers"].contains(&name))
        })
    };
    let all = std::iter::once(algorithms).chain(algorithms.descendants());
    all.filter(|node| node.is(Kind::IDENTIFIER) || node.is(Kind::CALL)).any(|node| {
        let origin = binding::origin(node);
        let second = std::iter::once(origin).chain(origin.descendants()).filter(|node| node.is(Kind::IDENTIFIER));
        let mut steps = second.map(binding::origin);
        reads_header(origin) || steps.any(reads_header)
    })
}
