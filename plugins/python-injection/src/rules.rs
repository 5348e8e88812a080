//! The pack's rules, one in each file. Invariant: a rule's file is all that is needed to understand it.

pub(crate) mod code_injection;
pub(crate) mod ldap_injection;
pub(crate) mod os_command_injection;
pub(crate) mod path_traversal;
pub(crate) mod sql_injection;
pub(crate) mod template_injection;
pub(crate) mod xpath_injection;
