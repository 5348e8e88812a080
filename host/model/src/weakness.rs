//! The CWE entries that rules name. Invariant: the table is sorted by number, so look-ups can bisect.
//!
//! Source: MITRE's Common Weakness Enumeration; names as published there.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A weakness number of MITRE's CWE list, shown as `CWE-89`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cwe(pub u16);

/// Says that a text is not of the form `CWE-89`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a CWE id such as `CWE-89`")]
pub struct InvalidCwe(String);

impl fmt::Display for Cwe {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CWE-{}", self.0)
    }
}

impl FromStr for Cwe {
    type Err = InvalidCwe;
    fn from_str(text: &str) -> Result<Self, InvalidCwe> {
        let number = text.strip_prefix("CWE-").and_then(|digits| digits.parse().ok());
        number.map(Self).ok_or_else(|| InvalidCwe(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Cwe {
    type Error = InvalidCwe;
    fn try_from(text: String) -> Result<Self, InvalidCwe> {
        text.parse()
    }
}

impl From<Cwe> for String {
    fn from(cwe: Cwe) -> Self {
        cwe.to_string()
    }
}

impl Cwe {
    /// Gives the published name, or `None` for a number outside the table.
    pub fn name(self) -> Option<&'static str> {
        let found = NAMES.binary_search_by_key(&self.0, |entry| entry.0).ok()?;
        NAMES.get(found).map(|entry| entry.1)
    }

    /// Gives the page that defines the weakness.
    pub fn url(self) -> String {
        format!("https://cwe.mitre.org/data/definitions/{}.html", self.0)
    }
}

const NAMES: &[(u16, &str)] = &[
    (22, "Improper Limitation of a Pathname to a Restricted Directory ('Path Traversal')"),
    (73, "External Control of File Name or Path"),
    (78, "Improper Neutralization of Special Elements used in an OS Command ('OS Command Injection')"),
    (79, "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')"),
    (88, "Improper Neutralization of Argument Delimiters in a Command ('Argument Injection')"),
    (89, "Improper Neutralization of Special Elements used in an SQL Command ('SQL Injection')"),
    (90, "Improper Neutralization of Special Elements used in an LDAP Query ('LDAP Injection')"),
    (94, "Improper Control of Generation of Code ('Code Injection')"),
    (95, "Improper Neutralization of Directives in Dynamically Evaluated Code ('Eval Injection')"),
    (113, "Improper Neutralization of CRLF Sequences in HTTP Headers ('HTTP Request/Response Splitting')"),
    (117, "Improper Output Neutralization for Logs"),
    (209, "Generation of Error Message Containing Sensitive Information"),
    (215, "Insertion of Sensitive Information Into Debugging Code"),
    (259, "Use of Hard-coded Password"),
    (285, "Improper Authorization"),
    (295, "Improper Certificate Validation"),
    (312, "Cleartext Storage of Sensitive Information"),
    (319, "Cleartext Transmission of Sensitive Information"),
    (321, "Use of Hard-coded Cryptographic Key"),
    (326, "Inadequate Encryption Strength"),
    (327, "Use of a Broken or Risky Cryptographic Algorithm"),
    (328, "Use of Weak Hash"),
    (330, "Use of Insufficiently Random Values"),
    (338, "Use of Cryptographically Weak Pseudo-Random Number Generator (PRNG)"),
    (347, "Improper Verification of Cryptographic Signature"),
    (352, "Cross-Site Request Forgery (CSRF)"),
    (377, "Insecure Temporary File"),
    (379, "Creation of Temporary File in Directory with Insecure Permissions"),
    (400, "Uncontrolled Resource Consumption"),
    (489, "Active Debug Code"),
    (501, "Trust Boundary Violation"),
    (502, "Deserialization of Untrusted Data"),
    (601, "URL Redirection to Untrusted Site ('Open Redirect')"),
    (605, "Multiple Binds to the Same Port"),
    (611, "Improper Restriction of XML External Entity Reference"),
    (614, "Sensitive Cookie in HTTPS Session Without 'Secure' Attribute"),
    (617, "Reachable Assertion"),
    (643, "Improper Neutralization of Data within XPath Expressions ('XPath Injection')"),
    (703, "Improper Check or Handling of Exceptional Conditions"),
    (732, "Incorrect Permission Assignment for Critical Resource"),
    (776, "Improper Restriction of Recursive Entity References in DTDs ('XML Entity Expansion')"),
    (798, "Use of Hard-coded Credentials"),
    (917, "Improper Neutralization of Special Elements used in an Expression Language Statement"),
    (918, "Server-Side Request Forgery (SSRF)"),
    (943, "Improper Neutralization of Special Elements in Data Query Logic"),
    (1333, "Inefficient Regular Expression Complexity"),
    (1336, "Improper Neutralization of Special Elements Used in a Template Engine"),
];

#[cfg(test)]
mod tests {
    use super::{Cwe, NAMES};

    #[test]
    fn table_is_sorted_and_found() {
        assert!(NAMES.is_sorted_by_key(|entry| entry.0));
        assert!(Cwe(89).name().is_some_and(|name| name.contains("SQL")));
        assert_eq!("CWE-89".parse(), Ok(Cwe(89)));
        assert!("cwe-89".parse::<Cwe>().is_err());
    }
}
