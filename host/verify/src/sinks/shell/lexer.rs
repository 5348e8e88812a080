//! The lexical structure of shell commands. Invariant: a word is one token, and everything in it that the shell
//! expands is another.

use crate::sinks::{
    cursor::Cursor,
    structure::{STAND_IN, Token, TokenKind},
};

/// What a text ends in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// No word.
    Nothing,
    /// A word, outside quotes.
    Word,
    Single,
    Double,
    /// A backslash has been read, outside quotes.
    Escape,
    /// A backslash has been read within `"…`.
    DoubleEscape,
    Comment,
    /// A here-document, an arithmetic or parameter expansion, or backquotes.
    Unclear,
}

/// What the word is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Program,
    Argument,
    /// A word that may be a program or be read as code by one.
    Unclear,
}

/// The tokens of a text, what it ends in, and what the word at its end is for.
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) inside: Inside,
    pub(crate) role: Role,
}

/// Reads a text.
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        cursor: Cursor::new(text),
        tokens: Vec::new(),
        words: Vec::new(),
        word: None,
        inside: Inside::Nothing,
        outer: Vec::new(),
        is_unclear: false,
    };
    while let Some(character) = lexer.cursor.peek() {
        lexer.step(character);
    }
    let begun = |word: &Option<Word>| word.as_ref().map_or(String::new(), |word| word.text.clone());
    // What a command within a program's name writes is a part of the name.
    let is_program = lexer.outer.iter().any(|outer| role(&outer.words, &begun(&outer.word)) == Role::Program);
    let role = if is_program { Role::Program } else { role(&lexer.words, &begun(&lexer.word)) };
    let was_in_word = lexer.word.is_some();
    let inside = if lexer.is_unclear {
        Inside::Unclear
    } else if lexer.inside == Inside::Nothing && was_in_word {
        Inside::Word
    } else {
        lexer.inside
    };
    lexer.end_word();
    Lexed { tokens: lexer.tokens, inside, role }
}

/// A word that is being read: where it starts and what it says without its quotes.
struct Word {
    start: usize,
    text: String,
}

/// A command around `$(…)`.
struct Outer {
    words: Vec<String>,
    word: Option<Word>,
    inside: Inside,
}

struct Lexer<'a> {
    cursor: Cursor<'a>,
    tokens: Vec<Token>,
    /// The words of the command so far.
    words: Vec<String>,
    word: Option<Word>,
    inside: Inside,
    outer: Vec<Outer>,
    is_unclear: bool,
}

impl Lexer<'_> {
    fn step(&mut self, character: char) {
        let start = self.cursor.offset();
        match self.inside {
            Inside::Single => {
                self.cursor.next();
                if character == '\'' {
                    self.inside = Inside::Nothing;
                } else {
                    self.add(character);
                }
            }
            Inside::Double => self.in_double(character, start),
            Inside::DoubleEscape => {
                self.cursor.next();
                self.add(character);
                self.inside = Inside::Double;
            }
            Inside::Escape => {
                self.cursor.next();
                if character != '\n' {
                    self.add(character);
                }
                self.inside = Inside::Nothing;
            }
            Inside::Comment => {
                self.cursor.take_while(|character| character != '\n');
                if self.cursor.peek().is_some() {
                    self.inside = Inside::Nothing;
                }
            }
            Inside::Nothing | Inside::Word | Inside::Unclear => self.outside(character, start),
        }
    }

    fn in_double(&mut self, character: char, start: usize) {
        match character {
            '$' => self.dollar(start),
            '`' => self.backquote(start),
            '"' => {
                self.cursor.next();
                self.inside = Inside::Nothing;
            }
            '\\' => {
                self.cursor.next();
                self.inside = Inside::DoubleEscape;
            }
            _ => {
                self.cursor.next();
                self.add(character);
            }
        }
    }

    fn outside(&mut self, character: char, start: usize) {
        match character {
            '\'' | '"' => {
                self.begin_word(start);
                self.cursor.next();
                self.inside = if character == '"' { Inside::Double } else { Inside::Single };
            }
            '\\' => {
                self.begin_word(start);
                self.cursor.next();
                self.inside = Inside::Escape;
            }
            '$' => self.dollar(start),
            '`' => self.backquote(start),
            ' ' | '\t' | '\r' => {
                self.end_word();
                self.cursor.next();
            }
            '#' if self.word.is_none() => {
                self.cursor.next();
                self.inside = Inside::Comment;
                self.tokens.push(Token::new(TokenKind::Mark('#'), start, start + 1));
            }
            ')' if !self.outer.is_empty() => {
                self.end_word();
                self.cursor.next();
                self.mark(')', start);
                if let Some(outer) = self.outer.pop() {
                    (self.words, self.word, self.inside) = (outer.words, outer.word, outer.inside);
                }
            }
            ';' | '&' | '|' | '(' | ')' | '\n' => {
                self.end_word();
                self.cursor.next();
                self.mark(character, start);
                self.words.clear();
            }
            '<' if self.cursor.rest().starts_with("<<") && !self.cursor.rest().starts_with("<<<") => {
                self.end_word();
                self.cursor.accept("<<");
                self.mark('<', start);
                self.is_unclear = true;
            }
            '<' | '>' => {
                self.end_word();
                self.cursor.take_while(|character| character == '<' || character == '>');
                self.mark(character, start);
            }
            _ if is_special(character) => {
                self.begin_word(start);
                self.cursor.next();
                self.add(character);
                self.mark(character, start);
            }
            _ => {
                self.begin_word(start);
                self.cursor.next();
                self.add(character);
            }
        }
    }

    /// Reads what a dollar sign begins; it expands to something unless nothing follows that could.
    fn dollar(&mut self, start: usize) {
        self.begin_word(start);
        self.cursor.next();
        if self.cursor.accept("((") || self.cursor.rest().starts_with(['\'', '"']) && self.inside == Inside::Nothing {
            self.is_unclear = true;
        } else if self.cursor.accept("(") {
            let outer = Outer { words: std::mem::take(&mut self.words), word: self.word.take(), inside: self.inside };
            self.outer.push(outer);
            self.inside = Inside::Nothing;
        } else if self.cursor.accept("{") {
            self.cursor.take_while(|character| character != '}');
            if self.cursor.next().is_none() {
                self.is_unclear = true;
            }
        } else {
            self.cursor.take_while(|character| character.is_ascii_alphanumeric() || character == '_');
            if self.cursor.peek().is_none() {
                self.is_unclear = true;
            }
        }
        self.mark('$', start);
    }

    fn backquote(&mut self, start: usize) {
        self.begin_word(start);
        self.cursor.next();
        self.is_unclear = true;
        self.mark('`', start);
    }

    fn mark(&mut self, character: char, start: usize) {
        self.tokens.push(Token::new(TokenKind::Mark(character), start, self.cursor.offset()));
    }

    fn begin_word(&mut self, start: usize) {
        if self.word.is_none() {
            self.word = Some(Word { start, text: String::new() });
        }
    }

    fn add(&mut self, character: char) {
        if let Some(word) = &mut self.word {
            word.text.push(character);
        }
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let kind = match (self.inside, role(&self.words, &word.text)) {
            (Inside::Single | Inside::Double | Inside::Escape | Inside::DoubleEscape, _) => TokenKind::OpenLiteral,
            (_, Role::Program) => TokenKind::Word,
            (_, Role::Argument | Role::Unclear) => TokenKind::Literal,
        };
        self.tokens.push(Token::new(kind, word.start, self.cursor.offset()));
        self.words.push(word.text);
    }
}

/// Tells whether the shell may expand the character outside quotes.
fn is_special(character: char) -> bool {
    let is_control = character < ' ' || ('\u{7f}'..'\u{a1}').contains(&character);
    matches!(character, '*' | '?' | '[' | '~' | '{') || is_control
}

const KEYWORDS: &[&str] = &["if", "then", "else", "elif", "do", "while", "until", "!", "{", "time"];

/// Programs that run the command in their arguments.
const WRAPPERS: &[&str] = &[
    "sudo", "doas", "env", "nohup", "exec", "nice", "ionice", "timeout", "command", "builtin", "xargs", "setsid",
    "stdbuf", "chroot", "unshare", "flock", "strace", "time", "watch", "parallel", "find",
];

/// Programs that read their arguments as code.
const READERS: &[&str] = &["eval", "ssh", "su", "awk", "gawk", "mawk", "sed", "trap", "source", ".", "rsh"];

/// Programs that read the argument of `-c`, `-e` or `-r` as code.
const INTERPRETERS: &[&str] =
    &["sh", "bash", "dash", "zsh", "ksh", "ash", "fish", "python", "perl", "ruby", "node", "php", "lua"];

/// What the word is for that comes after these words and has begun like this.
fn role(words: &[String], begun: &str) -> Role {
    let before = words.iter().map(String::as_str);
    let mut command = before.skip_while(|word| KEYWORDS.contains(word) || is_assignment(word));
    let Some(program) = command.next() else {
        return if is_assignment(begun) { Role::Argument } else { Role::Program };
    };
    let program = name(program);
    let arguments: Vec<&str> = command.collect();
    if READERS.contains(&program) {
        return Role::Unclear;
    }
    let takes_code = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.ends_with(['c', 'e', 'r']);
    let has_interpreter = is_interpreter(program) || arguments.iter().any(|word| is_interpreter(name(word)));
    if has_interpreter && arguments.iter().any(|word| takes_code(word)) {
        return Role::Unclear;
    }
    let is_script = |word: &&str| !word.starts_with('-') && *word != STAND_IN;
    if is_interpreter(program) && !arguments.iter().any(is_script) {
        return Role::Unclear;
    }
    if WRAPPERS.contains(&program) {
        let reads = arguments.iter().any(|word| READERS.contains(&name(word)));
        let plain = arguments.iter().filter(|word| !word.starts_with('-') && !is_assignment(word)).count();
        return if reads || plain < 2 || program == "find" { Role::Unclear } else { Role::Argument };
    }
    Role::Argument
}

/// Tells whether the program, perhaps with a version number, reads code from an argument.
fn is_interpreter(name: &str) -> bool {
    INTERPRETERS.contains(&name.trim_end_matches(|character: char| character.is_ascii_digit() || character == '.'))
}

/// A program's name without its directory.
fn name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_')
            && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
    })
}
