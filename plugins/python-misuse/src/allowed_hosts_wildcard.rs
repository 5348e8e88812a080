//! `python-allowed-hosts-wildcard`.
//!
//! # What
//! Django's `ALLOWED_HOSTS = ["*"]` and `TrustedHostMiddleware` with `"*"`.
//! # Why
//! The `Host` header, which the client chooses, then decides where links in e-mails and cached pages lead (CWE-183).
//! # Fix
//! The names of the site. They are not in the code.
//!
//! Invariant: settings that their file's name says are for development are not reported.

use securecode_sdk::{Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity};

use crate::{argument, constant, debug_mode, dotted, literal};

/// The rule.
pub(crate) struct AllowedHostsWildcard;

const MIDDLEWARE: &[&str] =
    &["starlette.middleware.trustedhost.TrustedHostMiddleware", "fastapi.middleware.trustedhost.TrustedHostMiddleware"];

const HELP: &str = "\
Frameworks build absolute links from the `Host` header. A request for a password reset that carries \
`Host: evil.example` makes the site send its user a link to another site, with the token in it; caches can be filled \
with pages that load scripts from there.

List the names that the site is reached by: `ALLOWED_HOSTS = [\"shop.example\", \".shop.example\"]`.";

impl Rule for AllowedHostsWildcard {
    fn metadata(&self) -> Metadata {
        let callees = MIDDLEWARE.iter().map(|&callee| callee.to_owned());
        let added =
            ["*.add_middleware", "fastapi.FastAPI.add_middleware", "starlette.applications.Starlette.add_middleware"];
        Metadata {
            id: "python-allowed-hosts-wildcard",
            title: "Every host name accepted",
            help: HELP,
            severity: Severity::Medium,
            cwe: 183,
            tags: &["owasp:A02:2025", "cwe:644"],
            interests: vec![
                Interest::Node(vec!["assignment".into()]),
                Interest::Call(callees.chain(added.map(str::to_owned)).collect()),
            ],
            triggers: &["ALLOWED_HOSTS", "TrustedHostMiddleware"],
            bad: "ALLOWED_HOSTS = ['*']\n",
            good: "ALLOWED_HOSTS = ['shop.example']\n",
            no_fix_reason: Some("The names of the site are not in the code."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        if node.is(Kind::ASSIGNMENT) {
            let left = node.child(Field::LEFT)?;
            let is_setting = left.text() == "ALLOWED_HOSTS" && !debug_mode::is_development_file(file);
            let found =
                Found::new(node.span(), "Django answers whatever host name the client writes into its request.");
            return (is_setting && is_guarded(node).is_none() && holds_star(node.child(Field::RIGHT)?))
                .then_some(found);
        }
        let call = argument::call(file, matched)?;
        let is_added = call.name() == "add_middleware";
        let is_known = !is_added || call.positional(0).is_some_and(|class| dotted::is_any(file, class, MIDDLEWARE));
        let hosts = call.keyword("allowed_hosts").filter(|_| is_known)?;
        holds_star(hosts)
            .then(|| Found::new(node.span(), "The middleware accepts every host name.").confidence(Confidence::High))
    }
}

fn holds_star(hosts: Node<'_>) -> bool {
    let hosts = constant::origin(hosts);
    hosts.named_children().any(|host| literal::text(host) == Some("*"))
}

/// Gives the condition under which a setting is made: `if DEBUG:`.
fn is_guarded(node: Node<'_>) -> Option<Node<'_>> {
    let mut conditions = node.ancestors().into_iter().filter_map(|outer| outer.child(Field::CONDITION));
    conditions.find(|condition| condition.text().contains("DEBUG"))
}
