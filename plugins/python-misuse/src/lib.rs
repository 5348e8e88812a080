//! The rule pack `python-misuse`: library calls and settings that are unsafe whatever the data. Invariant: one file for
//! each rule, and one line for it below.

mod argument;
mod constant;
mod dotted;
mod identifier;
mod library;
mod literal;
mod receiver;

mod access_check_race;
mod allowed_hosts_wildcard;
mod assert_access_control;
mod bidirectional_control_character;
mod bind_all_interfaces;
mod credentials_in_url;
mod debug_mode;
mod debugger_call;
mod empty_password;
mod hardcoded_password;
mod insecure_temp_file;
mod jwt_unverified;
mod logging_config_listener;
mod mako_template_unescaped;
mod permissive_file_mode;
mod predictable_temp_path;
mod request_without_timeout;
mod swallowed_exception;
mod tls_verification_disabled;
mod unpinned_model_download;
mod unsafe_deserialization;
mod unsafe_marshal_load;
mod unsafe_yaml_load;
mod weak_cipher;
mod weak_hash;
mod weak_random;
mod wildcard_argument;
mod xml_entity_expansion;
mod xml_external_entities;

securecode_sdk::pack! {
    name: "python-misuse",
    library: library::library,
    rules: [
        assert_access_control::AssertAccessControl,
        bind_all_interfaces::BindAllInterfaces,
        debug_mode::DebugMode,
        hardcoded_password::HardcodedPassword,
        insecure_temp_file::InsecureTempFile,
        jwt_unverified::JwtUnverified,
        permissive_file_mode::PermissiveFileMode,
        request_without_timeout::RequestWithoutTimeout,
        tls_verification_disabled::TlsVerificationDisabled,
        unsafe_deserialization::UnsafeDeserialization,
        unsafe_marshal_load::UnsafeMarshalLoad,
        unsafe_yaml_load::UnsafeYamlLoad,
        weak_cipher::WeakCipher,
        weak_hash::WeakHash,
        weak_random::WeakRandom,
        xml_external_entities::XmlExternalEntities,
        credentials_in_url::CredentialsInUrl,
        empty_password::EmptyPassword,
        swallowed_exception::SwallowedException,
        predictable_temp_path::PredictableTempPath,
        wildcard_argument::WildcardArgument,
        logging_config_listener::LoggingConfigListener,
        bidirectional_control_character::BidirectionalControlCharacter,
        unpinned_model_download::UnpinnedModelDownload,
        mako_template_unescaped::MakoTemplateUnescaped,
        xml_entity_expansion::XmlEntityExpansion,
        allowed_hosts_wildcard::AllowedHostsWildcard,
        debugger_call::DebuggerCall,
        access_check_race::AccessCheckRace,
    ],
}
