//! Functions of the standard library and of common packages. Invariant: what is not listed is an unknown call.

use crate::{
    automata::{
        language::Language,
        operation::{Operation, Quotes},
    },
    interpreter::{Choice, Choices, Interpreter, call::Arguments, operator::as_integer},
    models::{encoders::FILTER, raises::LOGGING},
    regex,
    state::State,
    term::{BoolTerm, IntTerm, Order},
    value::{Exception, Influence, Object, Value},
};

/// Calls that end the request or the program.
const RAISING: &[(&str, &str)] = &[
    ("flask.abort", "werkzeug.exceptions.HTTPException"),
    ("werkzeug.exceptions.abort", "werkzeug.exceptions.HTTPException"),
    ("django.http.Http404", "django.http.Http404"),
    ("bottle.abort", "bottle.HTTPError"),
    ("sys.exit", "builtins.SystemExit"),
    ("os._exit", "builtins.SystemExit"),
];

/// Functions and packages that neither change their arguments nor tell anything about them.
const HARMLESS: &[&str] = &[
    "logging.",
    "warnings.warn",
    "flask.flash",
    "time.",
    "sys.stdout.",
    "sys.stderr.",
    "flask.render_template",
    "flask.url_for",
    "flask.make_response",
    "os.makedirs",
    "os.mkdir",
    "os.path.",
    "subprocess.",
    "os.system",
    "sqlite3.connect",
];

impl Interpreter<'_> {
    /// Calls a function outside the program.
    pub(crate) fn call_library(&mut self, state: &mut State, path: &str, arguments: Arguments) -> Choices {
        if let Some(name) = path.strip_prefix("builtins.") {
            if let Some(choices) = self.call_builtin(state, name, &arguments) {
                return choices;
            }
            if self.question.is_some() {
                return Vec::new();
            }
            if name == "dict.fromkeys"
                && let Some(choices) = self.call_written(state, "builtins._fromkeys", arguments.clone())
            {
                return choices;
            }
            if let Some((class, method)) = name.split_once('.')
                && class == "str"
                && let Some(choices) = self.text_function(state, method, &arguments)
            {
                return choices;
            }
        }
        if let Some(name) = path.strip_prefix("math.")
            && let Some(choices) = self.call_math(name, &arguments)
        {
            return choices;
        }
        if let Some(name) = path.strip_prefix("re.")
            && let Some(choices) = self.call_re(state, name, &arguments)
        {
            return choices;
        }
        if let Some(name) = path.strip_prefix("os.path.")
            && let Some(choices) = self.call_os_path(state, name, &arguments)
        {
            return choices;
        }
        if let Some((_, class)) = RAISING.iter().find(|(name, _)| *name == path) {
            let exception = Exception { class: Some((*class).into()), message: None };
            return vec![Choice {
                when: BoolTerm::Const(true),
                outcome: crate::interpreter::Outcome::Raise(exception),
                presence: None,
            }];
        }
        if let Some(choices) = self.call_text_function(state, path, &arguments) {
            return choices;
        }
        if let Some(choices) = self.call_encoder(state, path, &arguments) {
            return choices;
        }
        if let Some(choices) = self.call_value_function(state, path, &arguments) {
            return choices;
        }
        if let Some(name) = path.strip_prefix("dataclasses.")
            && let Some(choices) = self.call_dataclasses(state, name, &arguments)
        {
            return choices;
        }
        if let Some(name) = path.strip_prefix("collections.")
            && let Some(choices) = self.make_collection(state, name, &arguments)
        {
            return choices;
        }
        if self.question.is_some() {
            return Vec::new();
        }
        if self.runs_as_written(state, path, &arguments)
            && let Some(choices) = self.call_written(state, path, arguments.clone())
        {
            return choices;
        }
        if LOGGING.contains(&path) || path.starts_with("time.") && arguments.all.is_empty() {
            let value = match path.strip_prefix("time.") {
                Some("time" | "monotonic" | "perf_counter") => {
                    self.fresh_float(&format!("the result of `{path}`"), Influence::Environment)
                }
                Some(_) => self.fresh_opaque(&format!("the result of `{path}`"), Influence::Environment),
                None => Value::None,
            };
            return vec![Choice::value(value)];
        }
        if let Some(choices) = self.call_response(state, path, &arguments) {
            return choices;
        }
        if HARMLESS.iter().any(|harmless| path.starts_with(harmless)) {
            let value = self.fresh_opaque(&format!("the result of `{path}`"), Influence::Environment);
            return self.with_any_exception(state, vec![Choice::value(value)]);
        }
        self.unknown_call(state, path, None, &arguments)
    }

    fn text_function(&mut self, state: &mut State, method: &str, arguments: &Arguments) -> Option<Choices> {
        if method == "maketrans" {
            return self.translation_table(state, arguments);
        }
        let rope = arguments.at(0)?.as_rope()?.clone();
        let rest = Arguments {
            positional: arguments.positional.as_ref().map(|all| all.get(1..).unwrap_or_default().to_vec()),
            ..arguments.clone()
        };
        Some(self.text_method(state, &rope, method, &rest))
    }

    fn translation_table(&mut self, state: &mut State, arguments: &Arguments) -> Option<Choices> {
        let code = |c: char| Value::number(u32::from(c));
        let mut entries: Vec<(Value, Value)> = Vec::new();
        if let Some(Value::Object(id)) = arguments.at(0) {
            let Some(Object::Dict(pairs)) = state.object(*id) else { return None };
            for (key, value) in pairs {
                let key = match key.as_text() {
                    Some(text) => code(text.chars().next()?),
                    None => key.clone(),
                };
                entries.push((key, value.clone()));
            }
        } else {
            let (from, to) = (arguments.at(0)?.as_text()?, arguments.at(1)?.as_text()?);
            if from.chars().count() != to.chars().count() {
                return Some(vec![Choice::raise("ValueError")]);
            }
            entries.extend(from.chars().zip(to.chars()).map(|(from, to)| (code(from), code(to))));
            if let Some(deleted) = arguments.at(2) {
                entries.extend(deleted.as_text()?.chars().map(|c| (code(c), Value::None)));
            }
        }
        Some(vec![Choice::value(Value::Object(state.allocate(Object::Dict(entries))))])
    }

    /// Calls a function from one text to another.
    fn call_text_function(&mut self, state: &mut State, path: &str, arguments: &Arguments) -> Option<Choices> {
        if arguments.open_keywords {
            return None;
        }
        let is_single = arguments.plain().is_some_and(|plain| plain.len() == 1);
        // What is markup already is kept by functions for markup, and no request holds any.
        let is_text = match arguments.at(0) {
            Some(Value::Str(_)) => true,
            Some(Value::Opaque(opaque)) => self.trees.contains_key(&opaque.id),
            Some(_) | None => false,
        };
        let operation = match path {
            "html.escape" => {
                let quote = arguments.get(1, "quote").cloned();
                match quote.map(|quote| self.truth(state, &quote)) {
                    None | Some(BoolTerm::Const(true)) => Operation::HtmlEscape(Quotes::Escaped),
                    Some(BoolTerm::Const(false)) => Operation::HtmlEscape(Quotes::Kept),
                    // Whether quotes are escaped is not known.
                    Some(_) => return None,
                }
            }
            "xml.sax.saxutils.escape" if is_single => Operation::HtmlEscape(Quotes::Kept),
            "markupsafe.escape"
            | "flask.escape"
            | "jinja2.escape"
            | "markupsafe.Markup.escape"
            | "flask.Markup.escape"
                if is_text =>
            {
                Operation::MarkupEscape
            }
            "django.utils.html.escape" | "django.utils.html.conditional_escape" if is_text => {
                Operation::HtmlEscape(Quotes::Escaped)
            }
            "shlex.quote" | "pipes.quote" => Operation::ShellQuote,
            "urllib.parse.quote" => {
                let safe = match arguments.get(1, "safe") {
                    None => "/".to_owned(),
                    Some(value) => value.as_text()?,
                };
                Operation::UrlQuote { safe }
            }
            "urllib.parse.unquote" | "urllib.parse.unquote_plus" if is_single => Operation::UrlUnquote,
            "urllib.parse.quote_plus" if is_single => Operation::UrlQuotePlus,
            "werkzeug.utils.secure_filename" | "werkzeug.secure_filename" => Operation::SecureFilename,
            "ldap.filter.escape_filter_chars" | "ldap3.utils.conv.escape_filter_chars" if is_single => {
                Operation::Translate(FILTER.iter().map(|(from, to)| (*from, (*to).to_owned())).collect())
            }
            _ => return None,
        };
        match arguments.at(0)? {
            Value::Str(rope) => {
                let mut rope = rope.clone();
                if path.ends_with("unquote_plus") {
                    rope = self.apply(state, &rope, Operation::Replace { from: "+".to_owned(), to: " ".to_owned() });
                }
                Some(vec![Choice::value(Value::Str(self.apply(state, &rope, operation)))])
            }
            Value::Opaque(opaque) => {
                let opaque = opaque.clone();
                let rope = self.text_of_opaque(state, &opaque);
                let choices = vec![Choice::value(Value::Str(self.apply(state, &rope, operation)))];
                Some(self.with_any_exception(state, choices))
            }
            Value::None | Value::Int(_) => Some(vec![Choice::raise("TypeError")]),
            _ => None,
        }
    }

    /// Calls a function whose result's form is known.
    fn call_value_function(&mut self, state: &mut State, path: &str, arguments: &Arguments) -> Option<Choices> {
        let form = |pattern: &str| -> Option<Language> {
            let flags = regex::Flags { ascii: true, ..regex::Flags::default() };
            regex::language(pattern, flags, regex::Mode::FullMatch).ok()
        };
        match path {
            "os.fspath"
            | "typing.cast"
            | "sqlalchemy.text"
            | "sqlalchemy.sql.text"
            | "sqlalchemy.sql.expression.text"
            | "os.path.expanduser" => {
                let at = usize::from(path == "typing.cast");
                Some(vec![Choice::value(arguments.at(at)?.clone())])
            }
            "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" => {
                let parts = arguments.plain()?.to_vec();
                if parts.is_empty() {
                    return Some(vec![Choice::value(Value::Path(crate::rope::Rope::text(".")))]);
                }
                Some(self.join_paths(state, &parts, Value::Path))
            }
            // An address of the program's own site, unless the whole one is asked for: what is filled in is quoted.
            "flask.url_for" | "django.urls.reverse" | "django.urls.base.reverse"
                if !arguments.open_keywords
                    && ["_external", "_scheme", "urlconf"].iter().all(|name| arguments.keyword(name).is_none())
                    && arguments.at(0).is_some_and(|name| {
                        self.influence(state, std::slice::from_ref(name)) == Influence::Environment
                    }) =>
            {
                let value = self.formed(state, path, form(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")?)?;
                Some(self.with_any_exception(state, vec![Choice::value(value)]))
            }
            "uuid.UUID" => {
                let value =
                    self.formed(state, path, form("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")?)?;
                Some(vec![Choice::value(value), Choice::raise("ValueError")])
            }
            "random.randint" | "random.randrange" | "secrets.randbelow" => {
                let numbers: Vec<IntTerm> = arguments.plain()?.iter().map(as_integer).collect::<Option<_>>()?;
                let (low, high) = match (path, numbers.as_slice()) {
                    ("random.randint", [low, high]) => (low.clone(), IntTerm::add(high, &IntTerm::number(1))?),
                    ("random.randrange", [low, high]) => (low.clone(), high.clone()),
                    ("random.randrange" | "secrets.randbelow", [high]) => (IntTerm::number(0), high.clone()),
                    _ => return None,
                };
                let number = self.fresh_integer();
                let within = BoolTerm::compare(Order::LessEqual, low.clone(), number.clone()).and(BoolTerm::compare(
                    Order::Less,
                    number.clone(),
                    high.clone(),
                ));
                let empty = BoolTerm::compare(Order::LessEqual, high, low);
                let chosen = Choice::value(Value::Int(number)).when(within);
                Some(vec![chosen, Choice::raise("ValueError").when(empty)])
            }
            "random.choice" | "secrets.choice" => {
                let [items] = arguments.plain()? else { return None };
                let items = self.known_items(state, items).filter(|items| items.len() <= 16)?;
                if items.is_empty() {
                    return Some(vec![Choice::raise("IndexError")]);
                }
                Some(items.into_iter().map(Choice::value).collect())
            }
            "uuid.uuid4" | "uuid.uuid1" => {
                let value =
                    self.formed(state, path, form("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")?)?;
                Some(vec![Choice::value(value)])
            }
            "secrets.token_hex"
                if arguments.at(0).and_then(Value::as_number).is_some_and(|size| (0..=64).contains(&size)) =>
            {
                let size = arguments.at(0).and_then(Value::as_number)? * 2;
                let language = form(&format!("[0-9a-f]{{{size}}}"))?;
                let text = self.unknown_text(state, "random digits", Influence::Environment, Some(language));
                Some(vec![Choice::value(Value::Str(text))])
            }
            "secrets.token_hex" => {
                let value = self.formed(state, path, form("[0-9a-f]*")?)?;
                Some(vec![Choice::value(value)])
            }
            "shlex.join" => {
                let items = self.known_items(state, arguments.at(0)?)?;
                let mut line = crate::rope::Rope::default();
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        line.append(&crate::rope::Rope::text(" "));
                    }
                    let rope = item.as_rope()?.clone();
                    let quoted = self.apply(state, &rope, Operation::ShellQuote);
                    line.append(&quoted);
                }
                Some(vec![Choice::value(Value::Str(line))])
            }
            "json.loads" if let Some(choices) = self.read_json(state, arguments) => Some(choices),
            "json.loads" | "urllib.parse.parse_qs" if let Some(choices) = self.parsed(state, path, arguments) => {
                Some(choices)
            }
            "json.loads" => {
                let influence = self.influence(state, &arguments.all);
                if influence == Influence::Attacker && self.chosen.is_none() {
                    let value = self.fresh_opaque("`json.loads(…)`", Influence::Attacker);
                    return Some(self.with_any_exception(state, vec![Choice::value(value)]));
                }
                None
            }
            _ => None,
        }
    }

    /// Makes an unknown value whose text has a known form.
    fn formed(&mut self, state: &mut State, path: &str, language: Language) -> Option<Value> {
        self.of_form(state, &format!("`{path}(…)`"), language)
    }

    /// Makes an unknown value that no attacker chooses freely, shown as `shown`, whose text has a known form.
    pub(crate) fn of_form(&mut self, state: &mut State, shown: &str, language: Language) -> Option<Value> {
        let value = self.fresh_opaque(shown, Influence::Environment);
        let Value::Opaque(opaque) = &value else { return None };
        let key = format!("text of opaque#{}", opaque.id);
        let _ = self.unknown_text_named(state, &key, shown, (Influence::Environment, Some(language)));
        Some(value)
    }
}

/// Gives the text of a constant of the standard library, on a POSIX system.
pub(crate) fn constant(path: &str) -> Option<&'static str> {
    Some(match path {
        "os.sep" | "os.path.sep" => "/",
        "os.curdir" => ".",
        "os.pardir" => "..",
        "os.linesep" => "\n",
        "os.devnull" => "/dev/null",
        "string.digits" => "0123456789",
        "string.ascii_lowercase" => "abcdefghijklmnopqrstuvwxyz",
        "string.ascii_uppercase" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "string.ascii_letters" => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "string.hexdigits" => "0123456789abcdefABCDEF",
        _ => return None,
    })
}
