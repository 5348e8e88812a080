//! What methods of builtin types may raise. Invariant: a method is listed with the types of arguments for which its model
//! shows every exception; a call that is not listed may raise anything.

use crate::{
    interpreter::{
        Interpreter,
        call::Arguments,
        hazard::{Certain, Hazard, SURROGATES},
    },
    models::texts::is_text_method,
    state::State,
    value::Value,
};

/// Methods of numbers.
const OF_NUMBERS: &[&str] = &[
    "as_integer_ratio",
    "bit_count",
    "bit_length",
    "conjugate",
    "from_bytes",
    "fromhex",
    "from_number",
    "hex",
    "is_integer",
    "to_bytes",
];

/// Methods of lists, sets and dicts.
const OF_CONTAINERS: &[&str] = &[
    "add",
    "append",
    "clear",
    "copy",
    "count",
    "difference",
    "difference_update",
    "discard",
    "extend",
    "fromkeys",
    "get",
    "index",
    "insert",
    "intersection",
    "intersection_update",
    "isdisjoint",
    "issubset",
    "issuperset",
    "items",
    "keys",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "symmetric_difference",
    "symmetric_difference_update",
    "union",
    "update",
    "values",
];

impl Interpreter<'_> {
    /// Says what calling a method may raise besides what evaluation shows.
    pub(crate) fn method_hazard(
        &mut self,
        state: &mut State,
        receiver: &Value,
        name: &str,
        arguments: &Arguments,
    ) -> Hazard {
        let unseen = || Hazard::Unseen(format!("the method `{name}` of a value whose type is not known"));
        match self.certain(state, receiver) {
            Certain::Instance(_) | Certain::Class => self.attribute_hazard(state, receiver, name),
            Certain::Str => self.text_method_hazard(state, receiver, name, arguments),
            Certain::Bytes => {
                let is_utf8 = match arguments.positional.as_deref() {
                    Some([]) => true,
                    Some([encoding]) => encoding.as_text().is_some_and(|text| is_utf8(&text)),
                    Some(_) | None => false,
                };
                Hazard::unless(name == "decode" && is_utf8 && arguments.keywords.is_empty(), &format!("`bytes.{name}`"))
            }
            Certain::List | Certain::Set | Certain::Dict
                if !OF_CONTAINERS.contains(&name) && !name.starts_with("__") =>
            {
                Hazard::Raises("AttributeError")
            }
            Certain::List => self.list_hazard(state, receiver, name, arguments),
            Certain::Set => self.set_hazard(state, receiver, name, arguments),
            Certain::Dict => self.dict_method_hazard(state, receiver, name, arguments),
            Certain::Match => match arguments.positional.as_deref() {
                Some([]) => Hazard::unless(matches!(name, "group" | "groups" | "start" | "end" | "span"), "a match"),
                Some(_) | None => unseen(),
            },
            Certain::Pattern => {
                let texts = arguments.all.iter().all(|value| self.certain(state, value) == Certain::Str);
                let is_test = matches!(name, "match" | "fullmatch" | "search");
                Hazard::unless(texts && is_test && arguments.all.len() == 1, &format!("`re.Pattern.{name}`"))
            }
            // What `super()` gives says itself what it does.
            Certain::Unknown => match receiver {
                Value::Opaque(opaque) if let Some((_, after)) = self.parents.get(&opaque.id) => {
                    // The constructor of `object` takes nothing.
                    let class = self.index.program.class(*after);
                    let is_exception =
                        class.is_some_and(|class| self.is_exception_class(&self.index.class_path(class)));
                    let plain = arguments.all.is_empty() || is_exception && arguments.keywords.is_empty();
                    let is_found = self.index.member_after(*after, *after, name).is_some();
                    Hazard::unless(plain || is_found, &format!("`super().{name}`"))
                }
                _ => unseen(),
            },
            Certain::Tuple if matches!(name, "index" | "count") => match arguments.plain() {
                Some([wanted]) => {
                    let plain = self.is_plain(state, wanted) && self.is_plain(state, receiver);
                    Hazard::unless(plain, "`==` on values whose types are not known")
                }
                Some(_) | None => unseen(),
            },
            Certain::None if !name.starts_with("__") => Hazard::Raises("AttributeError"),
            kind
            @ (Certain::Int | Certain::Bool | Certain::Float | Certain::Tuple | Certain::Range | Certain::View) => {
                let known = match kind {
                    Certain::Int | Certain::Bool | Certain::Float => OF_NUMBERS,
                    _ => &["count", "index", "isdisjoint", "mapping"],
                };
                if name.starts_with("__") || known.contains(&name) {
                    unseen()
                } else {
                    Hazard::Raises("AttributeError")
                }
            }
            _ => unseen(),
        }
    }

    fn text_method_hazard(&mut self, state: &mut State, receiver: &Value, name: &str, arguments: &Arguments) -> Hazard {
        if !is_text_method(name) {
            return Hazard::Raises("AttributeError");
        }
        let unseen = || Hazard::Unseen(format!("`str.{name}`"));
        let positional = arguments.positional.clone().unwrap_or_default();
        let types: Vec<Certain> = positional.iter().map(|value| self.certain(state, value)).collect();
        if name == "format" {
            return self.template_hazard(state, receiver, arguments);
        }
        if name == "encode" {
            let is_plain = match positional.as_slice() {
                [] => true,
                [encoding] => encoding.as_text().is_some_and(|text| is_utf8(&text)),
                [_, _, ..] => false,
            };
            if !is_plain || !arguments.keywords.is_empty() {
                return unseen();
            }
            return if receiver.as_text().is_some() { Hazard::Shown } else { Hazard::Beyond(vec![&SURROGATES]) };
        }
        if !arguments.keywords.is_empty() {
            return unseen();
        }
        let is_wrong = |kind: &Certain, wanted: Certain| kind.is_closed() && *kind != wanted;
        match (name, types.as_slice()) {
            (
                "lower" | "upper" | "casefold" | "capitalize" | "title" | "swapcase" | "isdigit" | "isalnum"
                | "isalpha" | "isdecimal" | "isidentifier" | "isnumeric" | "isascii" | "isspace" | "islower"
                | "isupper" | "istitle" | "isprintable" | "splitlines" | "split" | "rsplit" | "strip" | "lstrip"
                | "rstrip",
                [],
            ) => Hazard::Shown,
            ("strip" | "lstrip" | "rstrip", [Certain::Str | Certain::None]) => Hazard::Shown,
            ("replace", [Certain::Str, Certain::Str]) => Hazard::Shown,
            ("replace", [Certain::Str, Certain::Str, count]) if count.is_integer() => Hazard::Shown,
            ("startswith" | "endswith", [Certain::Str]) => Hazard::Shown,
            ("startswith" | "endswith", [Certain::Tuple]) => {
                let texts = match positional.first() {
                    Some(Value::Tuple(items)) => items.iter().all(|item| self.certain(state, item) == Certain::Str),
                    Some(_) | None => false,
                };
                Hazard::unless(texts, &format!("`str.{name}`"))
            }
            ("removeprefix" | "removesuffix" | "find" | "rfind" | "count" | "index" | "rindex", [Certain::Str]) => {
                Hazard::Shown
            }
            (
                "removeprefix" | "removesuffix" | "find" | "rfind" | "count" | "index" | "rindex" | "partition"
                | "rpartition",
                [kind],
            ) if is_wrong(kind, Certain::Str) => Hazard::Raises("TypeError"),
            ("startswith" | "endswith", [kind]) if is_wrong(kind, Certain::Str) => Hazard::Raises("TypeError"),
            ("replace", [a, b]) if is_wrong(a, Certain::Str) || is_wrong(b, Certain::Str) => {
                Hazard::Raises("TypeError")
            }
            ("split" | "rsplit" | "partition" | "rpartition", [Certain::Str, rest @ ..])
                if rest.iter().all(|kind| kind.is_integer()) && rest.len() < 2 =>
            {
                match positional.first().and_then(Value::as_text) {
                    Some(separator) if separator.is_empty() => Hazard::Raises("ValueError"),
                    Some(_) => Hazard::Shown,
                    None => Hazard::Unseen("a separator that may be empty".to_owned()),
                }
            }
            ("split" | "rsplit", [Certain::None]) => Hazard::Shown,
            ("zfill" | "center" | "ljust" | "rjust", [width]) if width.is_integer() => match positional.first() {
                Some(width) => self.size_hazard(state, width),
                None => Hazard::Shown,
            },
            ("center" | "ljust" | "rjust", [width, Certain::Str]) if width.is_integer() => {
                let is_one = positional.get(1).and_then(Value::as_text).is_some_and(|text| text.chars().count() == 1);
                let size = positional.first().map_or(Hazard::Shown, |width| self.size_hazard(state, width));
                Hazard::unless(is_one, &format!("`str.{name}`")).and(size)
            }
            ("join", [_]) => match positional.first() {
                Some(items) => self.join_hazard(state, items),
                None => unseen(),
            },
            _ => unseen(),
        }
    }

    /// Says what `str.format` may raise; only empty and numbered fields without a format are listed.
    fn template_hazard(&mut self, state: &mut State, receiver: &Value, arguments: &Arguments) -> Hazard {
        let unseen = || Hazard::Unseen("`str.format`".to_owned());
        let Some(template) = receiver.as_text() else { return unseen() };
        let mut rest = template.as_str();
        while let Some((_, behind)) = rest.split_once('{') {
            let Some((field, after)) = behind.split_once('}') else { return unseen() };
            if !field.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) {
                return unseen();
            }
            rest = after;
        }
        if template.contains("}}") || template.contains("{{") {
            return unseen();
        }
        let mut hazard = Hazard::Shown;
        for value in &arguments.all {
            hazard = hazard.and(self.formatting_hazard(state, value, None, Some("")));
        }
        hazard
    }

    fn list_hazard(&mut self, state: &mut State, receiver: &Value, name: &str, arguments: &Arguments) -> Hazard {
        let unseen = || Hazard::Unseen(format!("`list.{name}`"));
        let positional = arguments.positional.clone().unwrap_or_default();
        if !arguments.keywords.is_empty() && name != "sort" {
            return unseen();
        }
        match (name, positional.as_slice()) {
            ("append", [_]) | ("reverse" | "copy" | "clear" | "pop", []) => Hazard::Shown,
            ("insert", [at, _]) | ("pop", [at]) => match self.certain(state, at) {
                kind if kind.is_integer() => self.size_hazard(state, at),
                kind if kind.is_closed() => Hazard::Raises("TypeError"),
                _ => unseen(),
            },
            ("extend", [more]) => self.iteration_hazard(state, more),
            ("sort", []) => self.order_hazard(state, receiver, arguments),
            ("index" | "count" | "remove", [wanted]) => {
                let plain = self.is_plain(state, wanted) && self.is_plain(state, receiver);
                Hazard::unless(plain, "`==` on values whose types are not known")
            }
            _ => unseen(),
        }
    }

    fn set_hazard(&mut self, state: &mut State, receiver: &Value, name: &str, arguments: &Arguments) -> Hazard {
        let unseen = || Hazard::Unseen(format!("`set.{name}`"));
        let Some(plain) = arguments.plain() else { return unseen() };
        let plain = plain.to_vec();
        let all_plain = self.is_plain(state, receiver) && plain.iter().all(|value| self.is_plain(state, value));
        if !all_plain {
            return unseen();
        }
        match (name, plain.as_slice()) {
            ("copy", []) => Hazard::Shown,
            ("add", [item]) => self.key_hazard(state, item).and(self.resize_hazard(state, receiver)),
            ("discard" | "remove", [item]) => self.key_hazard(state, item).and(self.resize_hazard(state, receiver)),
            (
                "union"
                | "intersection"
                | "difference"
                | "symmetric_difference"
                | "isdisjoint"
                | "issubset"
                | "issuperset",
                [others],
            ) => {
                let keys = match self.known_items(state, others) {
                    Some(items) => self.keys_hazard(state, &items),
                    None => unseen(),
                };
                self.iteration_hazard(state, others).and(keys)
            }
            _ => unseen(),
        }
    }

    fn dict_method_hazard(&mut self, state: &mut State, receiver: &Value, name: &str, arguments: &Arguments) -> Hazard {
        let unseen = || Hazard::Unseen(format!("`dict.{name}`"));
        let positional = arguments.positional.clone().unwrap_or_default();
        if !arguments.keywords.is_empty() && name != "update" {
            return unseen();
        }
        if matches!(name, "keys" | "values" | "items") {
            state.note_iteration(receiver);
        }
        match (name, positional.as_slice()) {
            ("keys" | "values" | "items" | "copy", []) => Hazard::Shown,
            ("clear", []) => self.resize_hazard(state, receiver),
            ("get", [key] | [key, _]) => {
                let plain = self.is_plain(state, key) && self.has_plain_keys(state, receiver);
                self.key_hazard(state, key).and(Hazard::unless(plain, "the search for a key whose type is not known"))
            }
            ("setdefault" | "pop", [key] | [key, _]) => {
                let plain = self.is_plain(state, key) && self.has_plain_keys(state, receiver);
                let resized = self.resize_hazard(state, receiver);
                self.key_hazard(state, key)
                    .and(Hazard::unless(plain, "the search for a key whose type is not known"))
                    .and(resized)
            }
            ("update", []) => self.resize_hazard(state, receiver),
            ("update", [more]) => {
                let is_dict = self.certain(state, more) == Certain::Dict;
                Hazard::unless(is_dict, "`dict.update`").and(self.resize_hazard(state, receiver))
            }
            _ => unseen(),
        }
    }
}

fn is_utf8(encoding: &str) -> bool {
    matches!(encoding.to_ascii_lowercase().as_str(), "utf-8" | "utf8")
}
