//! `python-jwt-unverified`.
//!
//! # What
//! A JSON Web Token that is decoded without checking its signature.
//! # Why
//! Anybody can write a token that says who they are (CWE-347).
//! # Fix
//! Check the signature, with the one algorithm that the issuer uses.
//!
//! Invariant: only literals are judged.

use securecode_sdk::{
    Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, replace},
};

use crate::{argument, constant, literal};

/// The rule.
pub(crate) struct JwtUnverified;

const HELP: &str = "\
A JSON Web Token is text that anybody can write; its signature is what makes it trustworthy. Decoding with \
`verify_signature: False`, or accepting the algorithm `none`, believes whatever the token says: `{\"role\": \"admin\"}`.

Decode with the key and one algorithm: `jwt.decode(token, key, algorithms=[\"HS256\"])`. To read the key id before \
verification, use `jwt.get_unverified_header`, and verify afterwards.";

impl Rule for JwtUnverified {
    fn metadata(&self) -> Metadata {
        let callees = [
            "jwt.decode",
            "jwt.decode_complete",
            "jwt.PyJWT.decode",
            "jose.jwt.decode",
            "jose.jwt.get_unverified_claims",
            "jose.jws.get_unverified_claims",
        ];
        Metadata {
            id: "python-jwt-unverified",
            title: "Token accepted without its signature",
            help: HELP,
            severity: Severity::High,
            cwe: 347,
            tags: &["owasp:A07:2025"],
            interests: vec![Interest::Call(callees.map(Into::into).into())],
            triggers: &["jwt", "jws"],
            bad: "import jwt\nclaims = jwt.decode(token, options={'verify_signature': False})\n",
            good: "import jwt\nclaims = jwt.decode(token, key, algorithms=['HS256'])\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let is_unverified_by_name = matched.name.ends_with("get_unverified_claims");
        if is_unverified_by_name || signature_switch(call).is_some() {
            let message = format!("`{}` believes the token without checking its signature.", call.callee.text());
            return Some(Found::new(matched.at, message));
        }
        let algorithms = constant::origin(argument::value(call, 2, "algorithms")?);
        let mut names = algorithms.named_children().filter_map(literal::text).chain(literal::text(algorithms));
        names
            .any(|name| name.eq_ignore_ascii_case("none"))
            .then(|| Found::new(matched.at, "The algorithm `none` is accepted, so that a token needs no signature."))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let has_key = argument::value(call, 1, "key")
            .is_some_and(|key| !key.is(Kind::NONE) && literal::text(key).is_none_or(|text| !text.is_empty()));
        let Some(switch) = signature_switch(call).filter(|_| has_key) else { return Vec::new() };
        vec![fix::fix("Check the signature with the key that is given", vec![replace(switch.span(), "True")])]
    }
}

/// Gives the `False` that switches the check off: `verify=False` or `options={"verify_signature": False}`.
fn signature_switch(call: Call<'_>) -> Option<Node<'_>> {
    let is_false = |node: &Node<'_>| node.is(Kind::FALSE);
    let verify = call.keyword("verify").filter(is_false);
    verify.or_else(|| {
        let options = call.keyword("options").map(constant::origin).filter(|options| options.is(Kind::DICTIONARY))?;
        options.named_children().filter(|pair| pair.is(Kind::PAIR)).find_map(|pair| {
            let is_switch = pair.child(Field::KEY).and_then(literal::text) == Some("verify_signature");
            pair.child(Field::VALUE).filter(|value| is_switch && is_false(value))
        })
    })
}
