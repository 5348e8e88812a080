//! `python-hardcoded-token`.
//!
//! # What
//! A string in the published format of a vendor's access token: AWS, GitHub, GitLab, Slack, Stripe, Google and others.
//! # Why
//! Whoever reads the code acts in the account (CWE-798).
//! # Fix
//! Revoke the token, and read the new one from the environment or a secret store.
//!
//! Invariant: vendors' documented examples and text of little randomness are not reported.

use securecode_sdk::{
    Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, import, replace},
    test_code,
};

use crate::{argument, constant, receiver, token_format, words};

/// The rule.
pub(crate) struct HardcodedToken;

const HELP: &str = "\
Access tokens of the large services have formats that are easy to search for, and published ones are tried within \
minutes. Whoever has one reads the data and spends the money of its account; removing it from the code does not remove it \
from the history.

Revoke the token first. Then read the new one at run time from the environment or a secret store: \
`os.environ[\"GITHUB_TOKEN\"]`.";

impl Rule for HardcodedToken {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-hardcoded-token",
            title: "Access token in the code",
            help: HELP,
            severity: Severity::Critical,
            cwe: 798,
            tags: &["owasp:A07:2025"],
            interests: vec![Interest::Node(vec!["string".into()])],
            triggers: TRIGGERS,
            bad: "client = connect(key='AKIAQ3EGRDTZ7KW2NHJX')\n",
            good: "import os\nclient = connect(key=os.environ['AWS_ACCESS_KEY_ID'])\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        let (format, token) = token_format::find(node.text())?;
        let message = format!(
            "The {} `{}…` is written into the code, where everybody who reads it has it.",
            format.name, format.start
        );
        let found = Found::new(matched.at, message);
        // The id alone names an account; the secret that belongs to it is what opens it.
        let found =
            if token.starts_with("AKIA") || token.starts_with("ASIA") { found.severity(Severity::High) } else { found };
        Some(test_code::ranked(file, found))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(node) = argument::node(file, finding, matched).filter(|node| is_whole(*node)) else {
            return Vec::new();
        };
        let Some((format, _)) = constant::plain_text(node).and_then(token_format::find) else { return Vec::new() };
        let named = receiver::receiver(node).map(receiver::Receiver::name).filter(|name| words::words(name).len() > 1);
        let variable = words::words(named.unwrap_or(format.name)).join("_").to_uppercase();
        let (os, import) = import::module(file, "os");
        let is_bytes = node.child_of_kind(Kind::STRING_START).is_some_and(|start| start.text().contains(['b', 'B']));
        let encode = if is_bytes { ".encode()" } else { "" };
        let edit = replace(node.span(), format!("{os}.environ[\"{variable}\"]{encode}"));
        let title = format!("Read the token from the environment variable `{variable}` (which then must be set)");
        vec![fix::fix(title, std::iter::once(edit).chain(import).collect())]
    }
}

/// Says whether a literal is nothing but the token, and is evaluated where it stands.
fn is_whole(node: Node<'_>) -> bool {
    let whole = constant::plain_text(node);
    let is_token = whole.is_some_and(|text| token_format::find(text).is_some_and(|(_, token)| token == text));
    let parent = node.parent();
    let is_unfit = parent.is_some_and(|parent| {
        [Kind::DEFAULT_PARAMETER, Kind::TYPED_DEFAULT_PARAMETER, Kind::CONCATENATED_STRING, Kind::EXPRESSION_STATEMENT]
            .contains(&parent.kind())
            || (parent.is(Kind::PAIR) && node.field() == Field::KEY)
    });
    is_token && !is_unfit
}

const TRIGGERS: &[&str] = &[
    "AKIA",
    "ASIA",
    "github_pat_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "glpat-",
    "glrt-",
    "xox",
    "xapp-",
    "hooks.slack.com",
    "discord.com/api/webhooks",
    "sk_live_",
    "rk_live_",
    "AIza",
    "GOCSPX-",
    "npm_",
    "pypi-",
    "SG.",
    "sk-ant-",
    "T3BlbkFJ",
    "hf_",
    "dop_v1_",
    "shpat_",
    "shpss_",
    "dapi",
    "dckr_pat_",
    "hvs.",
    "lin_api_",
    "key-",
    "AccountKey=",
    "NRAK-",
    "PMAK-",
    "pscale_tkn_",
    "glsa_",
    "sntrys_",
];
