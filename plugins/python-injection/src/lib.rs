//! Rules for injection weaknesses in Python: untrusted text that reaches an interpreter. Invariant: where untrusted data
//! makes the weakness, a rule's interests are flows into sinks, so that each finding brings a contract that the prover
//! decides.

mod evidence;
mod library;
mod literal;

mod rules {
    pub(crate) mod archive_extraction;
    pub(crate) mod argument_injection;
    pub(crate) mod catastrophic_regex;
    pub(crate) mod code_injection;
    pub(crate) mod format_string;
    pub(crate) mod ldap_injection;
    pub(crate) mod nosql_injection;
    pub(crate) mod os_command_injection;
    pub(crate) mod path_traversal;
    pub(crate) mod regex_injection;
    pub(crate) mod sql_injection;
    pub(crate) mod template_injection;
    pub(crate) mod unsafe_reflection;
    pub(crate) mod xml_injection;
    pub(crate) mod xpath_injection;
}

securecode_sdk::pack! {
    name: "python-injection",
    library: library::library,
    rules: [
        rules::sql_injection::SqlInjection,
        rules::os_command_injection::OsCommandInjection,
        rules::argument_injection::ArgumentInjection,
        rules::code_injection::CodeInjection,
        rules::path_traversal::PathTraversal,
        rules::template_injection::TemplateInjection,
        rules::ldap_injection::LdapInjection,
        rules::xpath_injection::XpathInjection,
        rules::nosql_injection::NosqlInjection,
        rules::xml_injection::XmlInjection,
        rules::regex_injection::RegexInjection,
        rules::unsafe_reflection::UnsafeReflection,
        rules::archive_extraction::ArchiveExtraction,
        rules::catastrophic_regex::CatastrophicRegex,
        rules::format_string::FormatString,
    ],
}
