//! Rules for injection weaknesses in Python: untrusted text that reaches an interpreter. Invariant: every rule's
//! interests are flows into sinks, so that each finding brings a contract that the prover decides.

mod evidence;
mod library;
mod rules;

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
