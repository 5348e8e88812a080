//! Rules for injection weaknesses in Python: untrusted text that reaches an interpreter. Invariant: every rule's
//! interests are flows into sinks, so that each finding brings a contract that the prover decides.

mod evidence;
mod library;

mod rules {
    pub(crate) mod code_injection;
    pub(crate) mod ldap_injection;
    pub(crate) mod os_command_injection;
    pub(crate) mod path_traversal;
    pub(crate) mod sql_injection;
    pub(crate) mod template_injection;
    pub(crate) mod xpath_injection;
}

securecode_sdk::pack! {
    name: "python-injection",
    library: library::library,
    rules: [
        rules::sql_injection::SqlInjection,
        rules::os_command_injection::OsCommandInjection,
        rules::code_injection::CodeInjection,
        rules::path_traversal::PathTraversal,
        rules::template_injection::TemplateInjection,
        rules::ldap_injection::LdapInjection,
        rules::xpath_injection::XpathInjection,
    ],
}
