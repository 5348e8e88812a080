//! Where in a SQL statement the text so far ends. Invariant: when in doubt, no value may stand there.

/// What the text outside quotes says about the next thing.
#[derive(Clone, Debug, Default)]
pub(super) struct Position {
    word: String,
    /// The last complete token: an upper-case word or one punctuation character.
    last: String,
    before_last: String,
    /// The clause of each open parenthesis, outermost first.
    levels: Vec<Level>,
    clause: String,
    between: bool,
}

#[derive(Clone, Debug)]
struct Level {
    outer_clause: String,
}

const CLAUSES: [&str; 20] = [
    "SELECT",
    "FROM",
    "WHERE",
    "INTO",
    "VALUES",
    "SET",
    "UPDATE",
    "JOIN",
    "ON",
    "HAVING",
    "ORDER",
    "GROUP",
    "LIMIT",
    "OFFSET",
    "TABLE",
    "USING",
    "RETURNING",
    "DELETE",
    "INSERT",
    "WITH",
];
const BEFORE_VALUE: [&str; 20] = [
    "=", "<", ">", "|", "+", "-", "/", "LIKE", "ILIKE", "GLOB", "REGEXP", "RLIKE", "MATCH", "BETWEEN", "LIMIT",
    "OFFSET", "THEN", "ELSE", "ESCAPE", "CASE",
];
/// Inside these, a list in parentheses holds values.
const VALUE_LIST: &str = "(values)";

impl Position {
    /// Takes the next character outside quotes and comments.
    pub(super) fn character(&mut self, value: char) {
        if value.is_alphanumeric() || value == '_' {
            self.word.push(value.to_ascii_uppercase());
            return;
        }
        self.finish_word();
        if value.is_whitespace() {
            return;
        }
        match value {
            '(' => {
                let opens_values = match self.last.as_str() {
                    "VALUES" | "IN" => true,
                    "," | ")" => self.clause == "VALUES",
                    last if is_operator(last) => true,
                    last if is_name(last) => {
                        ["WHERE", "SET", "SELECT", "HAVING", "ON", VALUE_LIST].contains(&self.clause.as_str())
                    }
                    _ => self.clause == VALUE_LIST,
                };
                let clause = if opens_values { VALUE_LIST.to_owned() } else { "(names)".to_owned() };
                let outer_clause = std::mem::replace(&mut self.clause, clause);
                self.levels.push(Level { outer_clause });
            }
            ')' => {
                if let Some(level) = self.levels.pop() {
                    self.clause = level.outer_clause;
                }
            }
            ';' => *self = Self::default(),
            _ => {}
        }
        self.token(value.to_string());
    }

    /// Takes a value: a quoted text or a placeholder.
    pub(super) fn value(&mut self) {
        self.finish_word();
        self.token("VALUE?".into());
    }

    /// Takes constant text that is not known here: a name, as far as position goes.
    pub(super) fn name(&mut self) {
        self.finish_word();
        self.token("NAME".into());
    }

    fn finish_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if word.is_empty() {
            return;
        }
        if CLAUSES.contains(&word.as_str()) {
            self.clause.clone_from(&word);
            self.between = false;
        }
        if word == "BETWEEN" {
            self.between = true;
        }
        self.token(word);
    }

    fn token(&mut self, token: String) {
        if self.last == "AND" {
            self.between = false;
        }
        self.before_last = std::mem::replace(&mut self.last, token);
    }

    /// Tells whether what stands here without quotes is one value: `IN (x)` may hold a whole list.
    pub(super) fn takes_bare_value(&self) -> bool {
        self.takes_value() && !(self.last == "(" && self.before_last == "IN")
    }

    /// Tells whether a value may stand here.
    pub(super) fn takes_value(&self) -> bool {
        if !self.word.is_empty() {
            return false;
        }
        match self.last.as_str() {
            "-" if self.before_last == "-" => false,
            "AND" => self.between,
            "(" => self.clause == VALUE_LIST,
            "," => [VALUE_LIST, "LIMIT"].contains(&self.clause.as_str()),
            last => BEFORE_VALUE.contains(&last),
        }
    }
}

fn is_operator(token: &str) -> bool {
    ["=", "<", ">", "|", "+", "-", "*", "/"].contains(&token)
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic())
        && !CLAUSES.contains(&token)
        && token != "AND"
        && token != "OR"
}
