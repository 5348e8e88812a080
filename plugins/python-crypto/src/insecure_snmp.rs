//! `python-insecure-snmp`.
//!
//! # What
//! SNMP 1 and 2c, and SNMP 3 without authentication, without encryption, or with MD5 or DES.
//! # Why
//! The community string is a password that every packet shows (CWE-319).
//! # Fix
//! SNMP 3 with an authentication and a privacy key, SHA-2 and AES.
//!
//! Invariant: keys that only the run shows are taken as given.

use securecode_sdk::{File, Found, Interest, Match, Metadata, Rule, Severity};

use crate::{argument, constant, dotted};

/// The rule.
pub(crate) struct InsecureSnmp;

const HELP: &str = "\
SNMP 1 and 2c know one password, the community string, and send it in every packet as it is. SNMP 3 without keys checks \
nothing; with MD5 and DES its keys are guessed.

Use SNMP 3 with both keys: `UsmUserData(user, auth_key, priv_key, authProtocol=usmHMAC192SHA256AuthProtocol, \
privProtocol=usmAesCfb256Protocol)`.";

const HOMES: [&str; 6] = [
    "pysnmp.hlapi",
    "pysnmp.hlapi.asyncio",
    "pysnmp.hlapi.asyncore",
    "pysnmp.hlapi.v3arch.asyncio",
    "pysnmp.hlapi.v1arch.asyncio",
    "pysnmp.hlapi.v3arch",
];
const BROKEN: [&str; 4] =
    ["usmHMACMD5AuthProtocol", "usmDESPrivProtocol", "usm3DESEDEPrivProtocol", "usmNoAuthProtocol"];

impl Rule for InsecureSnmp {
    fn metadata(&self) -> Metadata {
        let pysnmp =
            HOMES.iter().flat_map(|home| ["CommunityData", "UsmUserData"].map(|name| format!("{home}.{name}")));
        let easy = ["easysnmp.Session", "easysnmp.session.Session"].map(str::to_owned);
        Metadata {
            id: "python-insecure-snmp",
            title: "SNMP without authentication or encryption",
            help: HELP,
            severity: Severity::Medium,
            cwe: 319,
            tags: &["owasp:A04:2025"],
            interests: vec![Interest::Call(pysnmp.chain(easy).collect())],
            triggers: &["pysnmp", "easysnmp"],
            bad: "from pysnmp.hlapi import CommunityData\nlogin = CommunityData('public', mpModel=0)\n",
            good: "from pysnmp.hlapi import UsmUserData\nlogin = UsmUserData('monitor', auth_key, priv_key)\n",
            no_fix_reason: Some("SNMP 3 needs users and keys on the device too."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        if argument::has_splat(call) {
            return None;
        }
        if matched.name.ends_with(".CommunityData") {
            return Some(Found::new(matched.at, "SNMP 1 and 2c send the community string, a password, unencrypted."));
        }
        if matched.name.ends_with(".Session") {
            let version = argument::value(call, None, &["version"]).and_then(constant::integer).unwrap_or(3);
            let message = format!("SNMP {version} sends the community string, a password, unencrypted.");
            return (version < 3).then(|| Found::new(matched.at, message));
        }
        let named =
            call.arguments().filter_map(|argument| argument.child(securecode_sdk::Field::VALUE).or(Some(argument)));
        let mut broken = named.filter_map(dotted::last_name).filter(|name| BROKEN.contains(name));
        if let Some(name) = broken.next() {
            return Some(Found::new(
                matched.at,
                format!("`{name}` protects SNMP with a broken algorithm or with none."),
            ));
        }
        let authentication = argument::value(call, Some(1), &["authKey"]);
        let privacy = argument::value(call, Some(2), &["privKey"]);
        match (authentication, privacy) {
            (None, _) => {
                Some(Found::new(matched.at, "This SNMP user has no authentication key, so anybody can be it."))
            }
            (Some(_), None) => Some(
                Found::new(matched.at, "This SNMP user has no privacy key, so that everything is sent unencrypted.")
                    .severity(Severity::Low),
            ),
            (Some(_), Some(_)) => None,
        }
    }
}
