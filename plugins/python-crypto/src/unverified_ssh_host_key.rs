//! `python-unverified-ssh-host-key`.
//!
//! # What
//! SSH clients that accept the key of any host: Paramiko's `AutoAddPolicy` and `WarningPolicy`, asyncssh's
//! `known_hosts=None`, pysftp's `hostkeys = None`, and `ssh -o StrictHostKeyChecking=no`.
//! # Why
//! Whoever answers in the host's place gets the password and sees every command (CWE-295).
//! # Fix
//! Refuse unknown hosts, and load the keys of the known ones.
//!
//! Invariant: a policy that the code does not name is not reported.

use securecode_sdk::{
    Confidence, Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, import, replace},
};

use crate::{argument, binding, constant::plain_text, dotted};

/// The rule.
pub(crate) struct UnverifiedSshHostKey;

const HELP: &str = "\
SSH has no certificate authorities: the client knows a server by its key. A client that takes any key talks to whoever \
answers, hands over the password and runs its commands there.

Load the known keys (`client.load_system_host_keys()` or `client.load_host_keys(path)`) and refuse others: \
`client.set_missing_host_key_policy(paramiko.RejectPolicy())`, which is the default.";

const POLICIES: [&str; 2] = ["AutoAddPolicy", "WarningPolicy"];
const SET_POLICY: [&str; 3] = [
    "paramiko.SSHClient.set_missing_host_key_policy",
    "paramiko.client.SSHClient.set_missing_host_key_policy",
    "*.set_missing_host_key_policy",
];
const CONNECT: [&str; 3] = ["asyncssh.connect", "asyncssh.create_connection", "asyncssh.connect_reverse"];

impl Rule for UnverifiedSshHostKey {
    fn metadata(&self) -> Metadata {
        let callees = SET_POLICY.iter().chain(&CONNECT).map(|&callee| callee.to_owned());
        Metadata {
            id: "python-unverified-ssh-host-key",
            title: "SSH host key not checked",
            help: HELP,
            severity: Severity::High,
            cwe: 295,
            tags: &["owasp:A07:2025", "cwe:322"],
            interests: vec![
                Interest::Call(callees.collect()),
                Interest::Node(vec!["assignment".into(), "string".into()]),
            ],
            triggers: &["set_missing_host_key_policy", "asyncssh", "pysftp", "StrictHostKeyChecking"],
            bad: "import paramiko\nclient = paramiko.SSHClient()\nclient.set_missing_host_key_policy(paramiko.AutoAddPolicy())\n",
            good: "import paramiko\nclient = paramiko.SSHClient()\nclient.set_missing_host_key_policy(paramiko.RejectPolicy())\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        match node.kind() {
            Kind::STRING => {
                let text = plain_text(node)?;
                let is_off = text.contains("StrictHostKeyChecking=no") || text.contains("StrictHostKeyChecking no");
                // Text of many lines is documentation; a comparison asks what somebody else said.
                let is_mentioned = text.contains('\n')
                    || node.parent().is_some_and(|parent| {
                        [Kind::EXPRESSION_STATEMENT, Kind::COMPARISON_OPERATOR].contains(&parent.kind())
                    });
                (is_off && !is_mentioned).then(|| {
                    Found::new(matched.at, "`ssh` is told to accept the key of any host.")
                        .confidence(Confidence::Medium)
                })
            }
            Kind::ASSIGNMENT => {
                let left = node.child(Field::LEFT).filter(|left| left.is(Kind::ATTRIBUTE))?;
                let is_none = node.child(Field::RIGHT)?.is(Kind::NONE);
                let is_host_keys = left.child(Field::ATTRIBUTE)?.text() == "hostkeys" && file.imports_module("pysftp");
                (is_none && is_host_keys).then(|| {
                    Found::new(matched.at, format!("`{}` is empty, so that any host's key is accepted.", left.text()))
                })
            }
            _ if matched.name.starts_with("asyncssh.") => {
                let known = Call::of(node)?.keyword("known_hosts").filter(|known| known.is(Kind::NONE))?;
                Some(Found::new(matched.at, format!("`known_hosts={}` accepts the key of any host.", known.text())))
            }
            _ => {
                let policy = policy(file, Call::of(node)?)?;
                let message = format!("`{}` accepts the key of any host that is not known yet.", policy.text());
                Some(Found::new(matched.at, message))
            }
        }
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        if let Some(known) = call.keyword_argument("known_hosts") {
            return vec![fix::fix("Check the host's key against the user's known hosts", vec![call.remove(known)])];
        }
        let Some(policy) = policy(file, call) else { return Vec::new() };
        // A policy that is passed through a variable is made elsewhere.
        if !call.list.contains(policy) {
            return Vec::new();
        }
        let edits: Vec<Edit> = match policy.child(Field::ATTRIBUTE) {
            Some(name) => vec![replace(name.span(), "RejectPolicy")],
            None => {
                let (local, import) = import::name(file, "paramiko", "RejectPolicy");
                std::iter::once(replace(policy.span(), local)).chain(import).collect()
            }
        };
        vec![fix::fix("Refuse hosts whose keys are not loaded", edits)]
    }
}

/// Gives the name of the policy's class where it is one that accepts any key.
fn policy<'a>(file: File<'a>, call: Call<'a>) -> Option<Node<'a>> {
    let given = argument::value(call, Some(0), &["policy"]).map(binding::origin)?;
    let class = given.child(Field::FUNCTION).unwrap_or(given);
    let name = dotted::path(file, class)?;
    let last = name.rsplit('.').next()?;
    (name.starts_with("paramiko.") && POLICIES.contains(&last)).then_some(class)
}
