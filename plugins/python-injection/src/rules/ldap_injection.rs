//! Untrusted text in an LDAP search filter or distinguished name (CWE-90). Invariant: a name that is taken whole, as a
//! login is, is no finding; one that is composed is.
//!
//! # What
//! A filter such as `(uid=…)` is composed from untrusted text.
//! # Why
//! Parentheses and `*` in the text change the filter: `*)(uid=*` matches everybody (RFC 4515).
//! # Fix
//! Escape the value with the library's `escape_filter_chars`.

mod distinguished_name;

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Match, Metadata, Rule, Severity, SinkLanguage,
    compose::Composition,
    fix::{call::Call, fix, import, local, replace},
    spec::{argument, sink},
};

use crate::evidence;

pub(crate) struct LdapInjection;

impl Rule for LdapInjection {
    fn metadata(&self) -> Metadata {
        let filter = SinkLanguage::LdapFilter;
        let python_ldap = [
            "ldap.ldapobject.LDAPObject.search",
            "ldap.ldapobject.LDAPObject.search_s",
            "ldap.ldapobject.LDAPObject.search_st",
            "ldap.ldapobject.LDAPObject.search_ext",
            "ldap.ldapobject.LDAPObject.search_ext_s",
        ];
        let unknown = ["*.search_s", "*.search_st", "*.search_ext", "*.search_ext_s"];
        let mut sinks = vec![
            sink(&python_ldap, argument(2, "filterstr"), filter),
            sink(
                &["ldap3.Connection.search", "ldap3.core.connection.Connection.search"],
                argument(1, "search_filter"),
                filter,
            ),
            sink(
                &["*.paged_search", "ldap3.extend.StandardExtendedOperations.paged_search"],
                argument(1, "search_filter"),
                filter,
            )
            .confidence(Confidence::Medium),
            sink(&unknown, argument(2, "filterstr"), filter).confidence(Confidence::Medium),
        ];
        sinks.extend(distinguished_name::sinks(&python_ldap));
        Metadata {
            id: "python-ldap-injection",
            title: "Untrusted text in an LDAP filter or name",
            help: "An LDAP server parses the whole search filter. `*`, `(`, `)` and `\\` in untrusted text change what \
                   it matches (RFC 4515):\n\n\
                   ```python\n\
                   connection.search_s(base, ldap.SCOPE_SUBTREE, f\"(uid={name})\")   # name = *)(uid=*\n\
                   ```\n\n\
                   Escape each value:\n\n\
                   ```python\n\
                   from ldap.filter import escape_filter_chars\n\
                   connection.search_s(base, ldap.SCOPE_SUBTREE, f\"(uid={escape_filter_chars(name)})\")\n\
                   ```\n\n\
                   With ldap3 the function is `ldap3.utils.conv.escape_filter_chars`. A distinguished name such as \
                   `uid=…,ou=people` has other rules (RFC 4514): escape with `ldap.dn.escape_dn_chars` or \
                   `ldap3.utils.dn.escape_rdn`.",
            severity: Severity::High,
            cwe: 90,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks.into_iter().map(Interest::Flow).collect(),
            triggers: &["ldap"],
            bad: "import ldap\n\n\n\
                  def find(name: str):\n    \
                      connection = ldap.initialize(\"ldap://directory\")\n    \
                      return connection.search_s(\"dc=x\", ldap.SCOPE_SUBTREE, f\"(uid={name})\")\n",
            good: "import ldap\nfrom ldap.filter import escape_filter_chars\n\n\n\
                   def find(name: str):\n    \
                       connection = ldap.initialize(\"ldap://directory\")\n    \
                       return connection.search_s(\"dc=x\", ldap.SCOPE_SUBTREE, f\"(uid={escape_filter_chars(name)})\")\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        if matched.interest < FILTERS {
            return Some(evidence::flow(matched, "is part of the filter that `{callee}` searches with"));
        }
        distinguished_name::is_composed(file, matched)
            .then(|| evidence::flow(matched, "is part of the distinguished name that `{callee}` is given"))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let matched = matched.filter(|matched| matched.interest < FILTERS);
        matched.and_then(|matched| escape(file, matched)).into_iter().collect()
    }
}

/// How many of the interests are filters; names follow.
const FILTERS: u32 = 4;

fn escape(file: File<'_>, matched: &Match) -> Option<Fix> {
    let call = Call::of(file.node_of(matched)?)?;
    let ldap3 = matched.name.starts_with("ldap3.") || !file.imports_module("ldap") && file.imports_module("ldap3");
    let (module, filter) = if ldap3 {
        ("ldap3.utils.conv", call.positional(1).or_else(|| call.keyword("search_filter"))?)
    } else {
        ("ldap.filter", call.positional(2).or_else(|| call.keyword("filterstr"))?)
    };
    let origin = local::origin(filter)?;
    let composition = Composition::of(origin.expression)?;
    let (function, import) = import::name(file, module, "escape_filter_chars");
    let mut edits: Vec<_> = composition
        .holes()
        .filter(|hole| hole.text.is_none() && !hole.expression.text().contains("escape_filter_chars"))
        .map(|hole| {
            replace(hole.expression.span(), format!("{function}({})", hole.expression.without_parentheses().text()))
        })
        .collect();
    if edits.is_empty() {
        return None;
    }
    edits.extend(import);
    Some(fix("Escape the values for the filter", edits))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;
    use securecode_testkit::Snippet;

    fn fixed(text: &str, callee: &str) -> Vec<String> {
        let snippet = Snippet::new(text);
        let matched = snippet.call("c.search", callee).expect("the call");
        snippet.fixed(&LdapInjection, &matched).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn escapes_every_value() {
        assert_eq!(
            fixed(
                "import ldap\nc.search_s(b, s, \"(&(uid=%s)(o=%s))\" % (u, o))\n",
                "ldap.ldapobject.LDAPObject.search_s"
            ),
            [
                "import ldap\nfrom ldap.filter import escape_filter_chars\nc.search_s(b, s, \"(&(uid=%s)(o=%s))\" % (escape_filter_chars(u), escape_filter_chars(o)))\n"
            ]
        );
        assert_eq!(
            fixed(
                "from ldap3 import Connection\nf = \"(uid=\" + u + \")\"\nc.search(b, f)\n",
                "ldap3.Connection.search"
            ),
            [
                "from ldap3 import Connection\nfrom ldap3.utils.conv import escape_filter_chars\nf = \"(uid=\" + escape_filter_chars(u) + \")\"\nc.search(b, f)\n"
            ]
        );
    }
}
