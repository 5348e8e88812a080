//! `python-empty-password`.
//!
//! # What
//! A connection to a server, or the settings of one, with an account and an empty password.
//! # Why
//! The account has no password, so that everybody who reaches the server can use it (CWE-258).
//! # Fix
//! A password for the account, read from the environment. The server has to be changed with it.
//!
//! Invariant: an empty password is reported only beside an account of a server; a default that is filled in later is
//! not.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, fix::call::Call, test_code,
};

use crate::{literal, receiver};

/// The rule.
pub(crate) struct EmptyPassword;

const ACCOUNTS: &[&str] = &["user", "username", "login", "uid", "db_user", "account"];
const SERVERS: &[&str] = &["host", "hostname", "server", "dsn", "database", "db", "dbname", "name", "port"];

const HELP: &str = "\
An account with an empty password is open to everybody who can reach the server: other containers, other users of the \
machine, or the Internet after one wrong firewall rule.

Give the account a password and read it at run time: `connect(user=\"shop\", password=os.environ[\"DB_PASSWORD\"])`.";

impl Rule for EmptyPassword {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-empty-password",
            title: "Account with an empty password",
            help: HELP,
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            cwe: 258,
            tags: &["owasp:A07:2025", "cwe:521"],
            interests: vec![Interest::NamedString(["password", "passwd", "pwd"].map(Into::into).into())],
            triggers: &["password", "PASSWORD", "passwd", "pwd"],
            bad: "import pymysql\ndb = pymysql.connect(host='db', user='shop', password='')\n",
            good: "import os\nimport pymysql\ndb = pymysql.connect(host='db', user='shop', password=os.environ['DB_PASSWORD'])\n",
            no_fix_reason: Some("The account needs a password on the server first."),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        let is_empty = node.child(Field::VALUE).and_then(literal::text).is_some_and(str::is_empty);
        if !is_empty {
            return None;
        }
        let others = match node.kind() {
            Kind::KEYWORD_ARGUMENT => {
                let call = node.ancestors().into_iter().find_map(Call::of)?;
                call.arguments().filter_map(|argument| setting(argument, Field::NAME)).collect::<Vec<_>>()
            }
            Kind::PAIR => node.parent()?.named_children().filter_map(|pair| setting(pair, Field::KEY)).collect(),
            _ => return None,
        };
        let find = |names: &[&str]| {
            others.iter().find(|(name, _)| names.contains(&name.to_ascii_lowercase().as_str())).map(|(_, value)| *value)
        };
        let account = find(ACCOUNTS).and_then(literal::text).filter(|account| !account.is_empty())?;
        let is_file = find(&["engine"]).and_then(literal::text).is_some_and(|engine| engine.contains("sqlite"));
        let is_server = find(SERVERS).is_some_and(|value| literal::text(value).is_none_or(|text| !text.is_empty()));
        (is_server && !is_file).then(|| {
            let message =
                format!("The account `{account}` has an empty password: whoever reaches the server can use it.");
            test_code::ranked(file, Found::new(node.span(), message))
        })
    }
}

/// Gives the name and value of a keyword argument or a pair.
fn setting<'a>(node: Node<'a>, name: Field) -> Option<(&'a str, Node<'a>)> {
    let label = node.child(name)?;
    let label = literal::text(label).or_else(|| receiver::target(label))?;
    Some((label, node.child(Field::VALUE)?))
}
