//! Distinguished names as sinks. Invariant: only a name that the program composes is looked at.

use securecode_sdk::{
    Confidence, File, Match, Sink, SinkLanguage,
    compose::Composition,
    fix::call::Call,
    spec::{argument, keyword, position, sink},
};

use crate::{evidence, literal};

/// Gives the sinks; `searches` are the methods of python-ldap that search from a base.
pub(super) fn sinks(searches: &[&str]) -> Vec<Sink> {
    let of = |callees: &[&str], argument| sink(callees, argument, SinkLanguage::LdapName);
    let connection = "ldap.ldapobject.LDAPObject";
    let methods = ["simple_bind_s", "simple_bind", "bind_s", "bind"].map(|method| format!("{connection}.{method}"));
    let binds: Vec<&str> = methods.iter().map(String::as_str).collect();
    let methods =
        ["add_s", "modify_s", "delete_s", "rename_s", "modrdn_s", "compare_s", "passwd_s", "add", "modify", "delete"]
            .map(|method| format!("{connection}.{method}"));
    let changes: Vec<&str> = methods.iter().map(String::as_str).collect();
    let ldap3 = ["add", "delete", "modify", "modify_dn", "compare"].map(|method| format!("ldap3.Connection.{method}"));
    let ldap3: Vec<&str> = ldap3.iter().map(String::as_str).collect();
    vec![
        of(searches, argument(0, "base")),
        of(&binds, argument(0, "who")),
        of(&changes, argument(0, "dn")),
        of(&["*.simple_bind_s", "*.search_s", "*.search_ext_s"], position(0)).confidence(Confidence::Medium),
        of(&["ldap3.Connection"], argument(1, "user")),
        of(&["ldap3.Connection.rebind"], keyword("user")),
        of(&["ldap3.Connection.search"], argument(0, "search_base")),
        of(&ldap3, argument(0, "dn")),
    ]
}

/// Tells whether the argument is a name that the program composes: text such as `uid=` stands around a value.
pub(super) fn is_composed(file: File<'_>, matched: &Match) -> bool {
    let call = file.node_of(matched).and_then(Call::of);
    let named = ["who", "user", "base", "search_base", "dn"];
    let arguments = call.into_iter().flat_map(|call| {
        let keywords = named.into_iter().filter_map(move |name| call.keyword(name));
        keywords.chain(call.positional(0)).chain(call.positional(1))
    });
    let mut seen = false;
    for argument in arguments {
        let Some(composition) = Composition::of(literal::written(argument)) else { continue };
        if composition.holes().next().is_none() {
            continue;
        }
        let outline = composition.outline("");
        if outline.contains('=') && !outline.contains('(') {
            return true;
        }
        seen = true;
    }
    !seen && evidence::is_composed(matched)
}
