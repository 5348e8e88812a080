//! The questions that models are asked, made from templates. Invariant: what comes from the code under scan stands between
//! marks that hold the caller's random delimiter, without odd characters, and holds no such delimiter itself.

use std::sync::Arc;

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, syntax::SyntaxConfig, value::Serde,
};
use serde::Serialize;
use serde_json::json;

use crate::{
    error::PromptError,
    odd_characters::escape,
    request::{Message, Output, Prompt, Request, Tier},
    schema::Schema,
};

const TEMPLATES: [(&str, &str); 5] = [
    ("patch_system", include_str!("../prompts/patch_system.jinja")),
    ("patch_user", include_str!("../prompts/patch_user.jinja")),
    ("repair_user", include_str!("../prompts/repair_user.jinja")),
    ("contract_system", include_str!("../prompts/contract_system.jinja")),
    ("contract_user", include_str!("../prompts/contract_user.jinja")),
];

/// A random word that no data holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delimiter(String);

impl Delimiter {
    /// Takes a word of 8 to 64 ASCII letters and digits, which nobody who wrote the code can have known.
    ///
    /// # Errors
    /// [`PromptError::BadDelimiter`] for another word.
    pub fn new(word: impl Into<String>) -> Result<Self, PromptError> {
        let word = word.into();
        let fits = (8..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits { Ok(Self(word)) } else { Err(PromptError::BadDelimiter) }
    }
}

/// An attack that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attack {
    /// The call, as Python.
    pub call: String,
    /// What the sink gets then.
    pub reaches_sink: String,
}

/// What is known of a function that is to be patched; all of it without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PatchQuestion {
    /// The rule's id.
    pub rule_id: String,
    /// The rule's title.
    pub rule_title: String,
    /// The number of the weakness.
    pub cwe: u32,
    /// The finding's message.
    pub message: String,
    /// What the rule says of the weakness and of safe ways to call the sink; may be empty.
    pub guidance: String,
    /// What must hold; empty where there is no contract.
    pub contract_statement: String,
    /// The attack, where one was found.
    pub counterexample: Option<Attack>,
    /// The rule's example of safe code; may be empty.
    pub secure_example: String,
    /// The rule's example of unsafe code; may be empty.
    pub insecure_example: String,
    /// The name of the sink.
    pub sink_name: String,
    /// The name of the function.
    pub function_name: String,
    /// Its neutral text.
    pub function_source: String,
    /// The lines that import, of the file.
    pub imports: Vec<String>,
    /// Calls of it, each on one line.
    pub callers: Vec<String>,
    /// What else has to be known, such as the version of Python; text of this platform, not of the code.
    pub language_notes: Vec<String>,
}

/// One check that refused an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The check's name.
    pub check: String,
    /// What it found.
    pub detail: String,
}

/// Why an answer was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RepairQuestion {
    /// The checks that failed.
    pub refusals: Vec<Refusal>,
    /// An attack on the answer.
    pub counterexample: Option<Attack>,
}

/// What is known of a function that is to get a contract; all of it without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ContractQuestion {
    /// The name of the function.
    pub function_name: String,
    /// What makes it matter for security.
    pub role: String,
    /// The finding, where there is one; else empty.
    pub finding: String,
    /// The function's neutral text.
    pub function_source: String,
}

/// A question that is ready to be asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The messages.
    pub prompt: Prompt,
    /// The version of the template.
    pub version: String,
    /// The form of the answer.
    pub output: Output,
}

impl Question {
    /// Makes a request of it.
    pub fn into_request(self, tier: Tier) -> Request {
        Request { output: self.output, prompt_version: self.version, ..Request::new(tier, self.prompt) }
    }
}

/// The templates, read and ready.
#[derive(Debug)]
pub struct Prompts {
    environment: Environment<'static>,
    patch_prefix: Arc<[Message]>,
    contract_prefix: Arc<[Message]>,
    contract_schema: Arc<Schema>,
}

impl Prompts {
    /// Reads the templates.
    ///
    /// # Errors
    /// [`PromptError`] when a template is broken.
    pub fn new() -> Result<Self, PromptError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
        environment.set_syntax(syntax);
        environment.add_filter("visible", |text: String| escape(&text).text);
        environment.add_function("data", data);
        for (name, template) in TEMPLATES {
            environment.add_template(name, template)?;
        }
        let prefix = |name: &str| -> Result<Arc<[Message]>, PromptError> {
            let text = environment.get_template(name)?.render(Value::from(Serde(json!({}))))?;
            Ok(Arc::new([Message::system(text.trim())]))
        };
        let (patch_prefix, contract_prefix) = (prefix("patch_system")?, prefix("contract_system")?);
        let schema =
            Schema::new("contracts", contracts_schema()).map_err(|error| PromptError::Schema(Box::new(error)))?;
        Ok(Self { environment, patch_prefix, contract_prefix, contract_schema: Arc::new(schema) })
    }

    /// Asks for a corrected function.
    ///
    /// # Errors
    /// [`PromptError::DelimiterInData`] when the data holds the delimiter.
    pub fn patch(&self, question: &PatchQuestion, delimiter: &Delimiter) -> Result<Question, PromptError> {
        let text = self.render("patch_user", question, delimiter)?;
        let prompt = Prompt::new(Arc::clone(&self.patch_prefix), vec![Message::user(text)]);
        Ok(Question { prompt, version: version("patch_user"), output: Output::Text })
    }

    /// Asks for another answer, after one that was refused. `earlier` is the question that it answered.
    ///
    /// # Errors
    /// [`PromptError::DelimiterInData`] when the data holds the delimiter.
    pub fn repair(
        &self,
        earlier: &Question,
        answer: &str,
        question: &RepairQuestion,
        delimiter: &Delimiter,
    ) -> Result<Question, PromptError> {
        let text = self.render("repair_user", question, delimiter)?;
        let turns = [Message::assistant(escape(answer).text), Message::user(text)];
        let version = format!("{}+{}", earlier.version, version("repair_user"));
        Ok(Question { prompt: earlier.prompt.followed_by(turns), version, output: Output::Text })
    }

    /// Asks for contracts.
    ///
    /// # Errors
    /// [`PromptError::DelimiterInData`] when the data holds the delimiter.
    pub fn contract(&self, question: &ContractQuestion, delimiter: &Delimiter) -> Result<Question, PromptError> {
        let text = self.render("contract_user", question, delimiter)?;
        let prompt = Prompt::new(Arc::clone(&self.contract_prefix), vec![Message::user(text)]);
        Ok(Question { prompt, version: version("contract_user"), output: Output::Json(self.contract_schema()) })
    }

    /// Gives the schema of answers with contracts.
    pub fn contract_schema(&self) -> Arc<Schema> {
        Arc::clone(&self.contract_schema)
    }

    fn render(&self, name: &str, question: &impl Serialize, delimiter: &Delimiter) -> Result<String, PromptError> {
        let mut values = serde_json::to_value(question).map_err(PromptError::Values)?;
        if values.to_string().contains(&delimiter.0) {
            return Err(PromptError::DelimiterInData);
        }
        if let Some(values) = values.as_object_mut() {
            values.insert("delimiter".to_owned(), delimiter.0.clone().into());
        }
        Ok(self.environment.get_template(name)?.render(Value::from(Serde(values)))?.trim().to_owned())
    }
}

/// Gives the version that a template's first line holds.
fn version(name: &str) -> String {
    let template = TEMPLATES.iter().find(|(other, _)| *other == name).map_or("", |(_, text)| text);
    let line = template.lines().next().unwrap_or_default();
    line.trim_start_matches("{# version: ").trim_end_matches(" #}").to_owned()
}

/// Puts data between two marks.
fn data(delimiter: String, name: String, text: String) -> Result<String, Error> {
    let text = escape(&text).text;
    if text.contains(&delimiter) {
        return Err(Error::new(ErrorKind::InvalidOperation, "the data holds the delimiter"));
    }
    Ok(format!("[data {delimiter}: {name}]\n{}\n[end {delimiter}]", text.trim_end_matches('\n')))
}

fn contracts_schema() -> serde_json::Value {
    let conditions = json!({"type": "array", "items": {"type": "string"}, "maxItems": 8});
    let contract = json!({
        "type": "object",
        "properties": {"requires": conditions, "ensures": conditions, "why": {"type": "string"}},
        "required": ["requires", "ensures", "why"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": {"contracts": {"type": "array", "items": contract, "maxItems": 3}},
        "required": ["contracts"],
        "additionalProperties": false,
    })
}
