//! What builtin and library functions may raise. Invariant: a function is listed with the types of arguments for which its
//! model shows every exception; a call that is not listed may raise anything.

use ir::instruction::BinaryOperator;

use crate::{
    interpreter::{
        Interpreter,
        call::Arguments,
        hazard::{Certain, DIGITS, Hazard, SURROGATES},
        operator::Mutation,
    },
    state::State,
    value::{Object, Value},
};

/// Functions that raise nothing for texts.
const OF_TEXTS: &[&str] = &[
    "html.escape",
    "html.unescape",
    "shlex.quote",
    "re.escape",
    "os.path.join",
    "os.path.basename",
    "os.path.dirname",
    "os.path.normpath",
    "os.path.splitext",
    "os.path.split",
    "os.path.isabs",
    "os.fspath",
];

/// Functions without arguments that raise nothing.
const PLAIN: &[&str] = &[
    "time.time",
    "time.monotonic",
    "time.perf_counter",
    "time.time_ns",
    "time.monotonic_ns",
    "time.perf_counter_ns",
    "uuid.uuid4",
    "secrets.token_hex",
    "random.random",
];

/// Functions of `logging` that swallow what goes wrong in them.
pub(crate) const LOGGING: &[&str] =
    &["logging.debug", "logging.info", "logging.warning", "logging.error", "logging.critical", "logging.exception"];

impl Interpreter<'_> {
    /// Says what calling something outside the program may raise.
    pub(crate) fn library_hazard(&mut self, state: &mut State, path: &str, arguments: &Arguments) -> Hazard {
        if let Some(name) = path.strip_prefix("builtins.") {
            return self.builtin_hazard(state, name, arguments);
        }
        let types: Vec<Certain> = arguments.all.iter().map(|value| self.certain(state, value)).collect();
        let unseen = || Hazard::Unseen(format!("`{path}`"));
        if let Some(name) = path.strip_prefix("math.") {
            return self.math_hazard(state, name, arguments);
        }
        let of_texts = types.iter().all(|kind| *kind == Certain::Str);
        if OF_TEXTS.contains(&path) && !types.is_empty() {
            let flags = path == "html.escape" && types.iter().all(|kind| matches!(kind, Certain::Str | Certain::Bool));
            return Hazard::unless(of_texts || flags, &format!("`{path}`"));
        }
        if PLAIN.contains(&path) && types.is_empty() || LOGGING.contains(&path) && !types.is_empty() {
            return Hazard::Shown;
        }
        match path {
            "urllib.parse.quote" | "urllib.parse.quote_plus" if of_texts && !types.is_empty() => {
                Hazard::Beyond(vec![&SURROGATES])
            }
            "collections.OrderedDict" | "collections.defaultdict" | "collections.deque"
                if types
                    .iter()
                    .all(|kind| matches!(kind, Certain::List | Certain::Tuple | Certain::None | Certain::Class))
                    && arguments.all.iter().all(|value| {
                        self.is_plain(state, value)
                            && self.known_items(state, value).is_none_or(|items| items.is_empty())
                    }) =>
            {
                Hazard::Shown
            }
            "typing.cast" if types.len() == 2 => Hazard::Shown,
            "sys.exit" if types.len() < 2 => Hazard::Shown,
            "uuid.UUID" if types.len() == 1 && of_texts => Hazard::Shown,
            "copy.copy" | "copy.deepcopy" if types.len() == 1 => {
                let plain = arguments.all.iter().all(|value| self.is_plain(state, value));
                Hazard::unless(plain, &format!("`{path}`"))
            }
            "re.match" | "re.fullmatch" | "re.search" if types.len() == 2 && of_texts => {
                let pattern = arguments.at(0).and_then(Value::as_text);
                let is_known = pattern.is_some_and(|pattern| {
                    crate::regex::language(&pattern, crate::regex::Flags::default(), crate::regex::Mode::FullMatch)
                        .is_ok()
                });
                Hazard::unless(is_known, &format!("`{path}`"))
            }
            _ => unseen(),
        }
    }

    fn math_hazard(&mut self, state: &State, name: &str, arguments: &Arguments) -> Hazard {
        let unseen = || Hazard::Unseen(format!("`math.{name}`"));
        let Some(plain) = arguments.plain() else { return unseen() };
        let types: Vec<Certain> = plain.iter().map(|value| self.certain(state, value)).collect();
        if types.iter().any(|kind| kind.is_closed() && !kind.is_number()) && !plain.is_empty() {
            return Hazard::Raises("TypeError");
        }
        match (name, types.as_slice(), plain) {
            ("floor" | "ceil" | "trunc", [kind], _) if kind.is_integer() => Hazard::Shown,
            ("floor" | "ceil" | "trunc", [Certain::Float], [Value::Float(number)]) if number.is_finite() => {
                Hazard::Shown
            }
            ("gcd", [a, b], _) if a.is_integer() && b.is_integer() => Hazard::Shown,
            ("isqrt" | "factorial", [kind], _) if kind.is_integer() => Hazard::Shown,
            ("sqrt", [kind], [value]) if kind.is_integer() => self.float_hazard(state, value),
            ("sqrt", [Certain::Float], [Value::Float(_)]) => Hazard::Shown,
            ("isnan" | "isinf" | "isfinite" | "fabs", [kind], [value]) if kind.is_number() => {
                self.float_hazard(state, value)
            }
            _ => unseen(),
        }
    }

    fn builtin_hazard(&mut self, state: &mut State, name: &str, arguments: &Arguments) -> Hazard {
        let unseen = || Hazard::Unseen(format!("`{name}`"));
        if self.is_exception_class(&format!("builtins.{name}")) {
            let is_plain = arguments.keywords.is_empty() && !name.starts_with("Unicode");
            return Hazard::unless(is_plain, &format!("`{name}`"));
        }
        let positional = arguments.positional.clone().unwrap_or_default();
        let types: Vec<Certain> = positional.iter().map(|value| self.certain(state, value)).collect();
        // What stands for any value is read in a way that only the checked code's author chose.
        let is_arbitrary = name == "input"
            && state
                .frame()
                .and_then(|frame| self.index.function(frame.function))
                .is_some_and(|function| function.name.starts_with("nondet_"));
        if is_arbitrary {
            return Hazard::Shown;
        }
        let named =
            |allowed: &[&str]| arguments.keywords.iter().all(|(keyword, _)| allowed.contains(&keyword.as_str()));
        if name == "print" {
            return self.print_hazard(state, arguments);
        }
        let only_by_key = match name {
            "sorted" => named(&["key", "reverse"]),
            "min" | "max" => named(&["key", "default"]),
            "enumerate" => named(&["start"]),
            "dict" => true,
            _ => named(&[]),
        };
        if !only_by_key {
            return unseen();
        }
        match (name, types.as_slice(), positional.as_slice()) {
            ("str" | "int" | "bool" | "list" | "tuple" | "set" | "frozenset" | "dict", [], _) => Hazard::Shown,
            ("str" | "repr" | "ascii", [_], [value]) => self.text_hazard(state, value),
            ("int", [kind], [value]) => match kind {
                Certain::Int | Certain::Bool => Hazard::Shown,
                Certain::Str | Certain::Bytes => {
                    // What a known text gives is shown by evaluation.
                    if value.as_text().is_some() || self.is_short(state, value) {
                        Hazard::Shown
                    } else {
                        Hazard::Beyond(vec![&DIGITS])
                    }
                }
                Certain::Float => match value {
                    Value::Float(number) if number.is_nan() => Hazard::Raises("ValueError"),
                    Value::Float(number) if number.is_infinite() => Hazard::Raises("OverflowError"),
                    Value::Float(_) => Hazard::Shown,
                    _ => Hazard::Unseen("`int` of a float that may be no number".to_owned()),
                },
                kind if kind.is_closed() => Hazard::Raises("TypeError"),
                _ => unseen(),
            },
            ("float", [kind], [value]) => match kind {
                kind if kind.is_number() => self.float_hazard(state, value),
                Certain::Str => Hazard::Shown,
                kind if kind.is_closed() && *kind != Certain::Bytes => Hazard::Raises("TypeError"),
                _ => unseen(),
            },
            ("bool", [_], [value]) => {
                Hazard::unless(self.has_known_truth(state, value), "the truth of an object whose type is not known")
            }
            ("len", [kind], [value]) => match kind {
                Certain::Str
                | Certain::Bytes
                | Certain::Tuple
                | Certain::List
                | Certain::Set
                | Certain::Dict
                | Certain::View
                | Certain::Range
                | Certain::Items => Hazard::Shown,
                Certain::None
                | Certain::Bool
                | Certain::Int
                | Certain::Float
                | Certain::Iterator
                | Certain::Function => Hazard::Raises("TypeError"),
                Certain::Instance(_) => {
                    let items = self.named_items(state, value).is_some();
                    Hazard::unless(items, "the length of an object")
                }
                _ => unseen(),
            },
            ("isinstance", [_, class], [_, wanted]) => {
                let is_class = match wanted {
                    Value::Tuple(items) => items.iter().all(|item| self.certain(state, item) == Certain::Class),
                    _ => *class == Certain::Class,
                };
                Hazard::unless(is_class, "`isinstance` with something that may be no class")
            }
            ("range", kinds, _) if (1..=3).contains(&kinds.len()) => {
                if kinds.iter().all(|kind| kind.is_integer()) {
                    Hazard::Shown
                } else if kinds.iter().all(|kind| kind.is_closed()) {
                    Hazard::Raises("TypeError")
                } else {
                    unseen()
                }
            }
            ("list" | "tuple" | "any" | "all" | "iter" | "enumerate", [_, ..], [value, ..]) => {
                let truths = match self.known_items(state, value) {
                    Some(items) if matches!(name, "any" | "all") => {
                        items.iter().all(|item| self.has_known_truth(state, item))
                    }
                    Some(_) | None => true,
                };
                let counted =
                    types.get(1).is_none_or(|kind| kind.is_integer()) && (types.len() == 1 || name == "enumerate");
                self.iteration_hazard(state, value).and(Hazard::unless(truths && counted, &format!("`{name}`")))
            }
            ("set" | "frozenset", [_], [value]) => {
                let keys = match self.known_items(state, value) {
                    Some(items) => self.keys_hazard(state, &items),
                    None => unseen(),
                };
                self.iteration_hazard(state, value).and(keys)
            }
            ("dict", [Certain::Dict], _) => Hazard::Shown,
            ("zip", _, values) => {
                values.iter().fold(Hazard::Shown, |hazard, value| hazard.and(self.iteration_hazard(state, value)))
            }
            ("reversed", [kind], [_]) => match kind {
                Certain::List | Certain::Tuple | Certain::Str | Certain::Dict | Certain::View | Certain::Range => {
                    Hazard::Shown
                }
                Certain::Set | Certain::Iterator | Certain::None | Certain::Int | Certain::Float | Certain::Bool => {
                    Hazard::Raises("TypeError")
                }
                _ => unseen(),
            },
            ("sorted", [_], [value]) => {
                let order = self.order_hazard(state, value, arguments);
                self.iteration_hazard(state, value).and(order)
            }
            ("min" | "max", [_], [value]) => {
                let order = self.order_hazard(state, value, arguments);
                self.iteration_hazard(state, value).and(order)
            }
            ("min" | "max", [_, _, ..], values) => {
                let items = Value::Tuple(values.into());
                self.order_hazard(state, &items, arguments)
            }
            ("sum", [_], [value]) => match self.known_items(state, value) {
                Some(items) => {
                    let numbers = items.iter().all(|item| self.certain(state, item).is_number());
                    let whole = items.iter().all(|item| self.certain(state, item).is_integer());
                    let floats = if whole {
                        Hazard::Shown
                    } else {
                        items.iter().fold(Hazard::Shown, |hazard, item| hazard.and(self.float_hazard(state, item)))
                    };
                    Hazard::unless(numbers, "a sum of values whose types are not known").and(floats)
                }
                None => self.iteration_hazard(state, value).and(unseen()),
            },
            ("abs", [kind], _) if kind.is_number() => Hazard::Shown,
            ("abs" | "ord", [kind], _) if kind.is_closed() && !matches!(kind, Certain::Str | Certain::Bytes) => {
                Hazard::Raises("TypeError")
            }
            ("round", [kind], [value]) => match (kind, value) {
                (kind, _) if kind.is_integer() => Hazard::Shown,
                (_, Value::Float(number)) if number.is_finite() => Hazard::Shown,
                _ => unseen(),
            },
            ("pow", [of, to], [a, b]) if of.is_integer() && to.is_integer() => {
                self.binary_hazard(state, BinaryOperator::Pow, (a, b), Mutation::Fresh)
            }
            ("pow", [_, _, _], values) | ("hex" | "oct" | "bin", [_], values)
                if values.iter().all(|value| value.known_integer().is_some()) =>
            {
                Hazard::Shown
            }
            ("divmod", [a, b], _) if a.is_integer() && b.is_integer() => Hazard::Shown,
            ("ord", [Certain::Str], _) => Hazard::Shown,
            ("chr", [kind], _) if kind.is_integer() => Hazard::Shown,
            ("chr", [kind], _) if kind.is_closed() => Hazard::Raises("TypeError"),
            ("next", [Certain::Iterator], [value]) | ("next", [Certain::Iterator, _], [value, _]) => {
                let has_items = match value {
                    Value::Object(id) => !matches!(state.object(*id), Some(Object::OpenIterator { .. })),
                    _ => false,
                };
                Hazard::unless(has_items, "the next item of something that is not known")
            }
            ("_order_of", [_], [keys]) => match self.known_items(state, keys) {
                Some(keys) => self.sorting_hazard(state, &keys),
                None => unseen(),
            },
            ("slice", [_, ..], _) if types.len() < 4 => Hazard::Shown,
            ("getattr", [_, Certain::Str, _], [value, wanted, _]) => {
                let is_told = wanted.as_text().is_some_and(|name| self.has_attribute(state, value, &name).is_some());
                Hazard::unless(is_told, "`getattr`")
            }
            ("type" | "id" | "callable", [_], _) => Hazard::Shown,
            ("hasattr", [_, Certain::Str], [value, _]) => {
                Hazard::unless(self.is_plain(state, value), "`hasattr` of a value whose type is not known")
            }
            ("getattr", [_, Certain::Str], [value, wanted]) => match wanted.as_text() {
                Some(wanted) => self.attribute_hazard(state, value, &wanted),
                None => unseen(),
            },
            ("super", [], _) | ("exit" | "quit", _, _) => Hazard::Shown,
            _ => unseen(),
        }
    }

    fn print_hazard(&mut self, state: &State, arguments: &Arguments) -> Hazard {
        let mut hazard = Hazard::unless(
            arguments.keywords.iter().all(|(name, value)| {
                matches!(name.as_str(), "sep" | "end") && matches!(value, Value::Str(_) | Value::None)
                    || name == "flush"
            }),
            "`print` to somewhere else",
        );
        for value in arguments.positional.iter().flatten() {
            let of_text = self.text_hazard(state, value);
            hazard = hazard.and(of_text);
            if value.as_text().is_none() && self.certain(state, value) == Certain::Str {
                hazard = hazard.and(Hazard::Beyond(vec![&SURROGATES]));
            }
        }
        hazard
    }

    /// Says what putting a container's items in order may raise.
    pub(crate) fn order_hazard(&mut self, state: &mut State, items: &Value, arguments: &Arguments) -> Hazard {
        let is_plain_key = match arguments.keyword("key") {
            None | Some(Value::None) => true,
            Some(_) => false,
        };
        match self.known_items(state, items) {
            Some(items) if is_plain_key => self.sorting_hazard(state, &items),
            Some(items) => {
                let by_length =
                    matches!(arguments.keyword("key"), Some(Value::Global(path)) if path.as_ref() == "builtins.len");
                let sized = items.iter().all(|item| self.known_items(state, item).is_some());
                Hazard::unless(by_length && sized, "the key of an order")
            }
            None => Hazard::Unseen("an order of values whose types are not known".to_owned()),
        }
    }
}
