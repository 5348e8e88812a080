//! JSON schemas of answers. Invariant: a schema of this type has been compiled, so checking with it cannot fail.

use std::fmt;

use jsonschema::Validator;
use serde_json::Value;

use crate::error::LlmError;

/// How many problems of an answer are told.
const MOST_PROBLEMS: usize = 5;

/// A schema with a name.
///
/// Bound no text that holds code (`maxLength`): constrained decoding then goes wrong on quotes and line breaks.
pub struct Schema {
    name: String,
    schema: Value,
    validator: Validator,
    strictness: Strictness,
}

/// Whether OpenAI's strict mode takes a schema; a schema that it does not take would be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Every object lists all its properties as required and takes no others.
    Strict,
    /// Some object does not.
    Loose,
}

impl fmt::Debug for Schema {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Schema").field("name", &self.name).field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Schema {
    /// Compiles a schema. The name has 1 to 64 letters, digits, `_` or `-`.
    ///
    /// # Errors
    /// [`LlmError::InvalidRequest`] when it is no schema, refers to another document, or the name is not of that form.
    pub fn new(name: impl Into<String>, schema: Value) -> Result<Self, LlmError> {
        let name = name.into();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) {
            return Err(LlmError::InvalidRequest(format!("`{name}` cannot name a schema")));
        }
        let validator = jsonschema::validator_for(&schema)
            .map_err(|error| LlmError::InvalidRequest(format!("schema `{name}` cannot be used: {error}")))?;
        let strictness = if is_strict(&schema) { Strictness::Strict } else { Strictness::Loose };
        Ok(Self { name, schema, validator, strictness })
    }

    /// Gives the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives the schema itself.
    pub fn as_json(&self) -> &Value {
        &self.schema
    }

    pub(crate) fn strictness(&self) -> Strictness {
        self.strictness
    }

    /// Checks a value; the problems name places and keywords, never values.
    pub(crate) fn check(&self, value: &Value) -> Result<(), String> {
        let problems = self.validator.iter_errors(value).take(MOST_PROBLEMS);
        let problems: Vec<String> =
            problems.map(|error| format!("`{}`: {}", error.instance_path(), error.masked())).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
    }
}

fn is_strict(schema: &Value) -> bool {
    let mut rest = vec![schema];
    while let Some(value) = rest.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::Object(properties)) = fields.get("properties") {
                    let required = fields.get("required").and_then(Value::as_array);
                    let is_required =
                        |name: &String| required.is_some_and(|names| names.iter().any(|other| other == name));
                    let is_closed = fields.get("additionalProperties") == Some(&Value::Bool(false));
                    if !is_closed || !properties.keys().all(is_required) {
                        return false;
                    }
                }
                rest.extend(fields.values());
            }
            Value::Array(values) => rest.extend(values),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_strict;

    #[test]
    fn strict_schemas_leave_nothing_open() {
        let closed = json!({"properties": {"a": {}}, "required": ["a"], "additionalProperties": false});
        let open = json!({"properties": {"a": {}}, "required": ["a"]});
        let optional = json!({"properties": {"a": {}}, "additionalProperties": false});
        assert!(is_strict(&closed));
        assert!(is_strict(&json!({"type": "array", "items": closed})));
        for schema in [&open, &optional] {
            assert!(!is_strict(schema) && !is_strict(&json!({"anyOf": [closed, schema]})), "{schema}");
        }
    }
}
