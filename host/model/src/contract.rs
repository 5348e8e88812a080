//! What must hold for code to be safe. Invariant: a contract is data; only `verify` gives it meaning.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ids::FileId, span::Span};

/// SQL dialects, as far as their lexers differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SqlDialect {
    /// SQLite: no backslash escapes; `"x"`, `` `x` `` and `[x]` quote identifiers.
    #[default]
    Sqlite,
    /// PostgreSQL: dollar quoting, `E'…'` with backslash escapes.
    Postgres,
    /// MySQL and MariaDB: backslash escapes in `'…'` and `"…"`, `#` comments.
    Mysql,
    /// The driver is not known: what is safe must be safe in all of the above.
    Generic,
}

/// The language that a sink interprets, which decides what "stays data" means.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "language", rename_all = "kebab-case")]
pub enum SinkLanguage {
    /// An SQL statement: untrusted text stays inside one literal.
    Sql {
        /// Whose lexer.
        dialect: SqlDialect,
    },
    /// A POSIX shell command line: untrusted text stays within one word.
    Shell,
    /// The program name (first element) of an argument list: untrusted text must not choose it.
    Program,
    /// Python source text for `eval`, `exec`, `compile`: untrusted text stays a literal.
    PythonCode,
    /// A file path: untrusted text must not lead outside the directory that the constant prefix names.
    Path,
    /// A template's source (Jinja2, Mako): untrusted text must hold no template syntax.
    Template,
    /// An LDAP search filter (RFC 4515): untrusted text stays within one assertion value.
    LdapFilter,
    /// An XPath 1.0 expression: untrusted text stays within one string literal.
    XPath,
    /// Bytes for a deserializer that can run code: no untrusted data may reach it at all.
    Deserialize,
    /// An HTML page: untrusted text stays text, or one attribute's value.
    Html,
    /// An XML document: untrusted text stays text, or one attribute's value.
    Xml,
    /// The value of an HTTP header (RFC 9110): untrusted text begins no further line.
    HeaderValue,
    /// A record of a log, one line each: untrusted text begins no further record.
    LogRecord,
    /// The URL that the program requests: untrusted text does not choose the host.
    RequestUrl,
    /// The URL that a browser is sent to: untrusted text does not lead to another site.
    RedirectUrl,
    /// A regular expression: untrusted text is matched literally.
    Regex,
    /// The template of `str.format`: untrusted text holds no replacement field.
    FormatString,
    /// An LDAP distinguished name (RFC 4514): untrusted text stays within one attribute value.
    LdapName,
    /// A text that a regular expression is matched against: untrusted text must not make that take exponential time.
    MatchedText {
        /// The expression as Python's `re` takes it; empty until the prover has seen it.
        pattern: String,
        /// How it is matched: `match`, `fullmatch`, `search` or another function of `re`; empty until then.
        function: String,
    },
    /// One word of a program's arguments: untrusted text does not begin it with a hyphen, which makes an option of it.
    Argument,
    /// Something that must not be chosen from outside at all: a module's or attribute's name, a query's operators, an
    /// entry of a trusted store.
    Choice,
}

/// What must hold, in one of the forms that `verify` understands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Condition {
    /// At the call that starts at `call`, the argument's untrusted parts stay data in `language`.
    SinkStaysData {
        /// The sink call's span in the file.
        call: Span,
        /// Which argument is interpreted.
        argument: ArgumentSelector,
        /// By which language.
        language: SinkLanguage,
    },
    /// The `assert` statement at this span never fails.
    AssertHolds {
        /// The statement.
        at: Span,
    },
    /// Whenever the function is called with arguments for which all `requires` hold, it returns and all `ensures`
    /// hold. Python expressions over the parameters; `ensures` may also use `__return__`.
    Function {
        /// Preconditions.
        requires: Vec<String>,
        /// Postconditions.
        ensures: Vec<String>,
    },
}

/// Which argument of a call is meant; without position and keyword the method's receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ArgumentSelector {
    /// Zero-based position, not counting a method's receiver; `None` when it can only be given by keyword.
    pub position: Option<u32>,
    /// Keyword name, when there is one.
    pub keyword: Option<String>,
}

impl ArgumentSelector {
    /// Tells whether the method's receiver is meant: the template in `template.format(value)`.
    pub const fn is_receiver(&self) -> bool {
        self.position.is_none() && self.keyword.is_none()
    }
}

/// One contract of one function.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contract {
    /// The entry function's file.
    pub file: FileId,
    /// The file that the condition's spans lie in; another one when the entry calls the sink over files.
    pub at_file: FileId,
    /// The entry function's qualified name within its module (`Shop.search`), or `<module>` for top-level code.
    pub function: String,
    /// What must hold.
    pub condition: Condition,
    /// One sentence for people: "every value that reaches the SQL text stays inside one literal".
    pub statement: String,
}

impl Contract {
    /// Gives the place in the entry function's own file that the condition is about, if it is there.
    pub fn place(&self) -> Option<Span> {
        match &self.condition {
            Condition::SinkStaysData { call, .. } => (self.at_file == self.file).then_some(*call),
            Condition::AssertHolds { at } => (self.at_file == self.file).then_some(*at),
            Condition::Function { .. } => None,
        }
    }

    /// Says the contract formally: `u` stands for what the attacker writes, `h` for harmless text in its place.
    pub fn formal(&self) -> String {
        match &self.condition {
            Condition::SinkStaysData { argument, language, .. } => {
                let argument = match (&argument.keyword, argument.position) {
                    (Some(keyword), _) => keyword.clone(),
                    (None, Some(position)) => format!("argument{position}"),
                    (None, None) => "receiver".into(),
                };
                format!("∀ u ∈ untrusted : {}", language.formal(&argument))
            }
            Condition::AssertHolds { .. } => format!("∀ arguments of {} : the assertion is true", self.function),
            Condition::Function { requires, ensures } => {
                let function = &self.function;
                let all = |conditions: &[String], none: &str| match conditions {
                    [] => none.to_owned(),
                    [one] => one.clone(),
                    many => many.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" ∧ "),
                };
                let ensured = all(ensures, &format!("¬raises({function})"));
                format!("∀ arguments of {function} : {} ⇒ {ensured}", all(requires, "true"))
            }
        }
    }
}

impl SinkLanguage {
    /// Says what must hold of an argument, written `a(u)`.
    fn formal(&self, a: &str) -> String {
        let same = |function: &str| format!("{function}({a}(u)) = {function}({a}(h))");
        match self {
            Self::Sql { dialect: SqlDialect::Generic } => {
                format!("∀ d ∈ {{SQLite, PostgreSQL, MySQL}} : {}", same("tokens_d"))
            }
            Self::Sql { dialect } => same(&format!("tokens_{dialect}")),
            Self::Shell => same("words_sh"),
            Self::Program => format!("{a}(u)[0] = {a}(h)[0]"),
            Self::PythonCode => same("ast"),
            Self::Path => format!("normal({a}(u)) ∈ below(folder({a}(h)))"),
            Self::Template => same("template_syntax"),
            Self::LdapFilter => same("filter_RFC4515"),
            Self::LdapName => same("name_RFC4514"),
            Self::XPath => same("tokens_XPath"),
            Self::Html => same("tokens_HTML"),
            Self::Xml => same("tokens_XML"),
            Self::HeaderValue | Self::LogRecord => format!("CR, LF ∉ {a}(u)"),
            Self::RequestUrl => same("host"),
            Self::RedirectUrl => same("origin"),
            Self::Regex => same("syntax_re"),
            Self::FormatString => same("fields"),
            Self::MatchedText { .. } => format!("∃ k : steps({a}(u)) ∈ O(|u|^k)"),
            Self::Argument => format!("{a}(u)[0] ≠ '-'"),
            Self::Deserialize | Self::Choice => format!("{a}(u) = {a}(h)"),
        }
    }
}

impl fmt::Display for SqlDialect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Generic => "SQL",
        })
    }
}
