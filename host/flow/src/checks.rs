//! Calls that check a value: their result is a guard. Invariant: a pattern that does not have to match the whole text
//! tells nothing.

use ir::instruction::{Constant, Operand};

use crate::{
    calls::{Argument, Evaluated},
    function_pass::Pass,
    guard::{self, Effect, Guard},
    language_set::LanguageSet,
    pattern::normalised,
    taint::Key,
    value::Value,
};

impl<'a> Pass<'_, 'a> {
    /// Gives the guard that a check makes when its result is tested.
    pub(crate) fn check(&self, call: &Evaluated<'a>) -> Option<Guard> {
        if let (Some((operand, receiver)), Some(method)) = (&call.receiver, call.method()) {
            match method {
                "isdigit" | "isalnum" | "isdecimal" | "isidentifier" | "isnumeric" | "isalpha" => {
                    return Guard::new(operand, receiver, Effect::All);
                }
                "startswith" | "is_relative_to" => return Guard::new(operand, receiver, Effect::Contained),
                "fullmatch" | "match" => {
                    return pattern_guard(&compiled_pattern(receiver)?, method, call.nth(0)?);
                }
                _ => {}
            }
        }
        let name = call.names().next()?;
        let first = call.nth(0)?;
        match name {
            "re.fullmatch" | "re.match" => {
                let Some(Constant::Str(pattern)) = first.value.constant.as_deref() else { return None };
                let method = name.strip_prefix("re.").unwrap_or(name);
                pattern_guard(pattern, method, call.nth(1)?)
            }
            "isinstance" => {
                let is_number = matches!(call.nth(1)?.operand, Operand::Global(path)
                    if matches!(normalised(path), "int" | "float" | "bool"));
                if is_number { Guard::new(first.operand, &first.value, Effect::All) } else { None }
            }
            "bool" => first.value.guard.as_deref().cloned(),
            _ => None,
        }
    }
}

fn pattern_guard(pattern: &str, method: &str, argument: &Argument<'_>) -> Option<Guard> {
    let ends_whole = pattern.ends_with('$') && !pattern.ends_with("\\$") && !pattern.contains('|');
    let is_whole = method == "fullmatch" || pattern.ends_with("\\Z") || ends_whole;
    let languages = guard::languages_of_pattern(pattern);
    if !is_whole || languages == LanguageSet::default() {
        return None;
    }
    Guard::new(argument.operand, &argument.value, Effect::Languages(languages))
}

/// The part of a compiled regular expression that holds its text.
pub(crate) fn pattern_key() -> Key {
    Key::Attribute("pattern".into())
}

fn compiled_pattern(receiver: &Value) -> Option<String> {
    match receiver.part(&pattern_key()).constant.as_deref()? {
        Constant::Str(pattern) => Some(pattern.clone()),
        _ => None,
    }
}
