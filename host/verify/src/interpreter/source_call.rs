//! Calls that give the attacker's data. Invariant: the same expression gives the same source each time.

use crate::{
    interpreter::{
        Choice, Choices, Interpreter, Outcome,
        access::{shown_key, shown_path},
        call::Arguments,
    },
    source::Sort,
    state::State,
    term::BoolTerm,
    value::{Influence, Value},
};

impl Interpreter<'_> {
    pub(crate) fn call_source(&mut self, state: &mut State, path: &str, arguments: &Arguments) -> Choices {
        let function = state.frame().and_then(|frame| self.index.program.function(frame.function));
        let shown = match function.filter(|function| ir::nondet::is_name(&function.name)) {
            Some(stand_in) => stand_in.name.clone(),
            None => shown_path(path.strip_prefix("builtins.").unwrap_or(path)),
        };
        let keys: Vec<String> = arguments.positional.iter().flatten().take(1).map(shown_key).collect();
        if shown.ends_with("json") || shown.ends_with("parse_args") || shown.ends_with("getlist") {
            let name = format!("{shown}({})", keys.join(", "));
            return vec![Choice::value(self.tree(&name))];
        }
        let is_keyed = shown.contains("get") && !shown.ends_with("get_data");
        if is_keyed {
            let name = format!("{shown}({})", keys.join(", "));
            let default = arguments.get(1, "default").cloned().unwrap_or(Value::None);
            return self.read_source(state, &name, Sort::Text, Some(Outcome::Value(default)));
        }
        let count = state.reads.entry(shown.clone()).or_default();
        *count += 1;
        let name = if *count == 1 { format!("{shown}()") } else { format!("{shown}() #{count}") };
        let is_text = matches!(arguments.keyword("as_text"), Some(Value::Bool(BoolTerm::Const(true))));
        let sort = if shown.ends_with("get_data") && !is_text { Sort::Bytes } else { Sort::Text };
        self.read_source(state, &name, sort, None)
    }

    pub(crate) fn source_method(
        &mut self,
        state: &mut State,
        base: &str,
        method: &str,
        arguments: &Arguments,
    ) -> Choices {
        let shown = shown_path(base);
        let key = arguments.at(0).map(shown_key).unwrap_or_default();
        match method {
            "get" | "pop" | "setdefault" => {
                let default = arguments.get(1, "default").cloned().unwrap_or(Value::None);
                let name = format!("{shown}.get({key})");
                if let Some(convert) = arguments.keyword("type") {
                    let converts = matches!(convert, Value::Global(path) if path.as_ref() == "builtins.int");
                    if converts {
                        // What is no integer gives the default.
                        return self.read_source(
                            state,
                            &format!("{shown}.get({key}, type=int)"),
                            Sort::Integer,
                            Some(Outcome::Value(default)),
                        );
                    }
                    let value = self.fresh_opaque(&format!("`{name}` after conversion"), Influence::Attacker);
                    return vec![Choice::value(value), Choice::value(default)];
                }
                self.read_source(state, &name, Sort::Text, Some(Outcome::Value(default)))
            }
            "getlist" | "getall" | "items" | "keys" | "values" | "to_dict" | "copy" | "lists" | "dict" => {
                vec![Choice::value(self.tree(&format!("{shown}.{method}({key})")))]
            }
            "decode" | "strip" | "lower" | "upper" | "split" | "replace" | "startswith" | "endswith" => {
                let value = self.global(state, base);
                if matches!(value, Value::Global(_)) {
                    return vec![Choice::raise("AttributeError")];
                }
                self.call_method(state, &value, method, arguments.clone())
            }
            _ => {
                let value = self.fresh_opaque(&format!("`{shown}.{method}(…)`"), Influence::Attacker);
                self.with_any_exception(state, vec![Choice::value(value)])
            }
        }
    }
}
