//! `python-jwt-expiry-unchecked`.
//!
//! # What
//! A JSON Web Token that is accepted although it has expired.
//! # Why
//! A token that leaked once opens the account for ever (CWE-613).
//! # Fix
//! Leave the check on; where a token shall be renewed, use a refresh token.
//!
//! Invariant: only literals are judged.

use securecode_sdk::{
    Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule,
    fix::{self, call::Call, replace},
};

use crate::{argument, binding, constant::plain_text};

/// The rule.
pub(crate) struct JwtExpiryUnchecked;

const HELP: &str = "\
The time in `exp` ends what a token can do when it leaks in a log or from a browser. With the check switched off it is \
good for ever, also after its user has been locked out.

Leave `verify_exp` on, and give out short tokens with a refresh token that is looked up. For clocks that differ, \
`leeway=30` is enough.";

impl Rule for JwtExpiryUnchecked {
    fn metadata(&self) -> Metadata {
        let callees = ["jwt.decode", "jwt.decode_complete", "jwt.PyJWT.decode", "jose.jwt.decode"];
        Metadata {
            id: "python-jwt-expiry-unchecked",
            title: "Expired tokens are accepted",
            help: HELP,
            cwe: 613,
            tags: &["owasp:A07:2025"],
            interests: vec![Interest::Call(callees.map(str::to_owned).into())],
            triggers: &["verify_exp"],
            bad: "import jwt\nclaims = jwt.decode(token, key, algorithms=['HS256'], options={'verify_exp': False})\n",
            good: "import jwt\nclaims = jwt.decode(token, key, algorithms=['HS256'], options={'verify_exp': True})\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        switch(argument::call(file, matched)?)?;
        Some(Found::new(matched.at, "Tokens are accepted although they have expired."))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let call = argument::node(file, finding, matched).and_then(Call::of);
        let edit: Option<Edit> = call.and_then(switch).map(|switch| replace(switch.span(), "True"));
        edit.map(|edit| fix::fix("Refuse expired tokens", vec![edit])).into_iter().collect()
    }
}

/// Gives the `False` of `options={"verify_exp": False}`; none where the signature is not checked either.
fn switch(call: Call<'_>) -> Option<Node<'_>> {
    let options = binding::origin(call.keyword("options")?);
    let value = |name: &str| {
        let pairs = options.named_children().filter(|pair| pair.is(Kind::PAIR));
        let named = |pair: &Node<'_>| pair.child(Field::KEY).and_then(plain_text) == Some(name);
        pairs.filter(named).find_map(|pair| pair.child(Field::VALUE)).filter(|value| value.is(Kind::FALSE))
    };
    value("verify_exp").filter(|_| options.is(Kind::DICTIONARY) && value("verify_signature").is_none())
}
