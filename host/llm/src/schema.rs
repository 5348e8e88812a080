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
        Ok(Self { name, schema, validator })
    }

    /// Gives the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives the schema itself.
    pub fn as_json(&self) -> &Value {
        &self.schema
    }

    /// Checks a value; the problems name places and keywords, never values.
    pub(crate) fn check(&self, value: &Value) -> Result<(), String> {
        let problems = self.validator.iter_errors(value).take(MOST_PROBLEMS);
        let problems: Vec<String> =
            problems.map(|error| format!("`{}`: {}", error.instance_path(), error.masked())).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
    }
}
