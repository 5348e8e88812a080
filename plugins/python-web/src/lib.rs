//! The rule pack `python-web`: what web applications send, whom they send requests for, and what they let others do.
//! Invariant: one file for each rule, and one line for it below.

mod base_url;
mod content_type;
mod cookie;
mod development;
mod dotted;
mod evidence;
mod library;
mod literal;
mod logs;
mod responses;
mod result;
mod setting;
mod tested;
mod vetted;
mod view;
mod words;

mod rules {
    pub(crate) mod cross_site_cookie;
    pub(crate) mod cross_site_scripting;
    pub(crate) mod csrf_disabled;
    pub(crate) mod escape_in_wrong_context;
    pub(crate) mod header_injection;
    pub(crate) mod incomplete_url_check;
    pub(crate) mod insecure_cookie;
    pub(crate) mod log_injection;
    pub(crate) mod mass_assignment;
    pub(crate) mod open_redirect;
    pub(crate) mod permissive_cors;
    pub(crate) mod request_forgery;
    pub(crate) mod script_readable_cookie;
    pub(crate) mod secret_in_log;
    pub(crate) mod stack_trace_exposure;
    pub(crate) mod template_autoescape_off;
    pub(crate) mod trust_boundary;
}

securecode_sdk::pack! {
    name: "python-web",
    library: library::library,
    rules: [
        rules::cross_site_scripting::CrossSiteScripting,
        rules::open_redirect::OpenRedirect,
        rules::request_forgery::RequestForgery,
        rules::header_injection::HeaderInjection,
        rules::log_injection::LogInjection,
        rules::trust_boundary::TrustBoundary,
        rules::insecure_cookie::InsecureCookie,
        rules::script_readable_cookie::ScriptReadableCookie,
        rules::cross_site_cookie::CrossSiteCookie,
        rules::csrf_disabled::CsrfDisabled,
        rules::permissive_cors::PermissiveCors,
        rules::mass_assignment::MassAssignment,
        rules::stack_trace_exposure::StackTraceExposure,
        rules::incomplete_url_check::IncompleteUrlCheck,
        rules::secret_in_log::SecretInLog,
        rules::template_autoescape_off::TemplateAutoescapeOff,
        rules::escape_in_wrong_context::EscapeInWrongContext,
    ],
}
