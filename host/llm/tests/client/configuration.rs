//! What operators write. Invariant: a mistake is found at the start and named.

use llm::{
    client::Client,
    config::{DEFAULT_MODEL, LlmConfig},
    error::ConfigError,
    request::Tier,
};
use serde_json::{Value, json};

fn minimal() -> Value {
    json!({
        "endpoints": {"local": {"base_url": "http://localhost:8000/v1"}},
        "tiers": {"fast": {"endpoints": ["local"]}},
    })
}

fn parsed(config: Value) -> LlmConfig {
    serde_json::from_value(config).unwrap()
}

#[test]
fn little_is_needed() {
    let config = parsed(minimal());
    config.check().unwrap();
    for tier in [Tier::Fast, Tier::Strong] {
        let tier = config.tier(tier);
        assert_eq!((tier.model.as_str(), tier.temperature, tier.top_p), (DEFAULT_MODEL, 0.2, 0.95));
        assert_eq!(tier.max_tokens, 2048);
    }
    let written = serde_json::to_value(&config).unwrap();
    parsed(written).check().unwrap();
}

#[test]
fn mistakes_are_named() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 8] = [
        (|config| config["endpoints"]["local"]["base_url"] = json!("localhost:8000"), "http://"),
        (|config| config["endpoints"]["local"]["base_url"] = json!("http://user:pw@host/v1"), "api_key_env"),
        (|config| config["endpoints"]["local"]["max_in_flight"] = json!(0), "endpoints.local.max_in_flight"),
        (|config| config["endpoints"] = json!({}), "endpoints"),
        (|config| config["tiers"]["fast"]["temperature"] = json!(3.0), "tiers.fast.temperature"),
        (|config| config["tiers"]["fast"]["endpoints"] = json!(["remote"]), "names the endpoint `remote`"),
        (|config| config["tiers"]["fast"]["endpoints"] = json!([]), "tiers.fast.endpoints"),
        (|config| config["retry"] = json!({"attempts": 0}), "retry.attempts"),
    ];
    for (change, wanted) in cases {
        let mut config = minimal();
        change(&mut config);
        let error = parsed(config).check().unwrap_err().to_string();
        assert!(error.contains(wanted), "{wanted}: {error}");
    }
}

#[test]
fn unknown_fields_are_refused() {
    for pointer in ["", "/endpoints/local", "/tiers", "/tiers/fast"] {
        let mut config = minimal();
        config.pointer_mut(pointer).unwrap()["modle"] = json!("x");
        let error = serde_json::from_value::<LlmConfig>(config).unwrap_err().to_string();
        assert!(error.contains("modle"), "{pointer}: {error}");
    }
}

#[test]
fn a_missing_key_is_named() {
    let mut config = minimal();
    config["endpoints"]["local"]["api_key_env"] = json!("SECURECODE_NO_SUCH_VARIABLE");
    let error = Client::start(parsed(config)).unwrap_err();
    assert!(matches!(&error, ConfigError::MissingKey { variable } if variable.ends_with("SUCH_VARIABLE")), "{error}");
}
