//! The rule pack `python-crypto`: keys, nonces, salts, parameters and protocols that cryptography does not survive.
//! Invariant: one file for each rule, and one line for it below.

mod argument;
mod binding;
mod constant;
mod dotted;
mod library;
mod occurrences;
mod predictable;
mod receiver;
mod token_format;
mod words;

mod cleartext_login;
mod hardcoded_crypto_key;
mod hardcoded_token;
mod insecure_snmp;
mod jwt_algorithm_confusion;
mod jwt_expiry_unchecked;
mod predictable_seed;
mod predictable_token;
mod private_key_in_code;
mod rsa_without_oaep;
mod secret_default;
mod static_nonce;
mod static_salt;
mod timing_unsafe_comparison;
mod tls_context_unverified;
mod unverified_ssh_host_key;
mod weak_cipher_suite;
mod weak_key_derivation;
mod weak_key_size;
mod weak_password_hash;
mod weak_tls_version;

securecode_sdk::pack! {
    name: "python-crypto",
    library: library::library,
    rules: [
        cleartext_login::CleartextLogin,
        hardcoded_crypto_key::HardcodedCryptoKey,
        hardcoded_token::HardcodedToken,
        insecure_snmp::InsecureSnmp,
        jwt_algorithm_confusion::JwtAlgorithmConfusion,
        jwt_expiry_unchecked::JwtExpiryUnchecked,
        predictable_seed::PredictableSeed,
        predictable_token::PredictableToken,
        private_key_in_code::PrivateKeyInCode,
        rsa_without_oaep::RsaWithoutOaep,
        secret_default::SecretDefault,
        static_nonce::StaticNonce,
        static_salt::StaticSalt,
        timing_unsafe_comparison::TimingUnsafeComparison,
        tls_context_unverified::TlsContextUnverified,
        unverified_ssh_host_key::UnverifiedSshHostKey,
        weak_cipher_suite::WeakCipherSuite,
        weak_key_derivation::WeakKeyDerivation,
        weak_key_size::WeakKeySize,
        weak_password_hash::WeakPasswordHash,
        weak_tls_version::WeakTlsVersion,
    ],
}
