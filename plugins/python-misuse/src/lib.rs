//! The rule pack `python-misuse`: library calls and settings that are unsafe whatever the data. Invariant: one file for
//! each rule, and one line for it below.

mod argument;
mod dotted;
mod identifier;
mod library;
mod literal;
mod receiver;
mod test_code;

mod assert_access_control;
mod bind_all_interfaces;
mod debug_mode;
mod hardcoded_password;
mod insecure_temp_file;
mod jwt_unverified;
mod permissive_file_mode;
mod request_without_timeout;
mod tls_verification_disabled;
mod unsafe_deserialization;
mod unsafe_marshal_load;
mod unsafe_yaml_load;
mod weak_cipher;
mod weak_hash;
mod weak_random;
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
    ],
}
