//! The lexical structure of SQL, by dialect. Invariant: every character but white space belongs to exactly one token.

use model::contract::SqlDialect;

use crate::sinks::{
    cursor::Cursor,
    structure::{Token, TokenKind},
};

/// What a text ends in the middle of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// Nothing that goes on by itself.
    Nothing,
    /// A quoted literal or name.
    Quoted { quote: char, escapes: Escapes, is_pending: Pending },
    /// `$tag$…`.
    Dollar,
    /// `-- …` or `# …`.
    LineComment,
    /// `/* …`.
    BlockComment,
    /// `--`, where the next character decides whether it is a comment.
    Dashes,
}

/// Whether a backslash escapes the next character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escapes {
    Backslash,
    None,
}

/// Whether the last character was an escaping backslash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pending {
    Yes,
    No,
}

/// The tokens of a text and what it ends in the middle of.
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) open: Open,
}

/// Tells whether a character goes on a name, keyword or number.
pub(crate) fn is_word(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '_' | '$' | '@')
        || !character.is_ascii() && !character.is_whitespace()
}

/// Tells whether a character ends a `--` comment.
pub(crate) fn ends_line(character: char, dialect: SqlDialect) -> bool {
    character == '\n' || (character == '\r' && dialect == SqlDialect::Postgres)
}

/// Reads a text. `Generic` is read as SQLite; its callers read it in every dialect.
pub(crate) fn lex(text: &str, dialect: SqlDialect) -> Lexed {
    let mut lexer = Lexer { cursor: Cursor::new(text), dialect, tokens: Vec::new(), open: Open::Nothing };
    while let Some(character) = lexer.cursor.peek() {
        lexer.token(character);
    }
    Lexed { tokens: lexer.tokens, open: lexer.open }
}

struct Lexer<'a> {
    cursor: Cursor<'a>,
    dialect: SqlDialect,
    tokens: Vec<Token>,
    open: Open,
}

impl Lexer<'_> {
    fn token(&mut self, character: char) {
        let start = self.cursor.offset();
        let is_mysql = self.dialect == SqlDialect::Mysql;
        let is_postgres = self.dialect == SqlDialect::Postgres;
        let kind = match character {
            '\'' => self.quoted('\'', if is_mysql { Escapes::Backslash } else { Escapes::None }),
            '"' if is_mysql => self.quoted('"', Escapes::Backslash),
            '"' | '`' => self.quoted(character, Escapes::None),
            '[' if self.dialect == SqlDialect::Sqlite || self.dialect == SqlDialect::Generic => self.bracketed(),
            '-' if self.cursor.accept("--") => self.after_dashes(),
            '#' if is_mysql => self.line_comment(),
            '/' if is_mysql && self.cursor.accept("/*!") => TokenKind::Mark('!'),
            '/' if self.cursor.accept("/*") => self.block_comment(),
            '$' if is_postgres && self.dollar() => match self.open {
                Open::Dollar => TokenKind::OpenLiteral,
                Open::Nothing | Open::Quoted { .. } | Open::LineComment | Open::BlockComment | Open::Dashes => {
                    TokenKind::Literal
                }
            },
            ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' => {
                self.cursor.next();
                return;
            }
            _ if self.cursor.number() => TokenKind::Literal,
            _ if is_word(character) => {
                self.cursor.take_while(is_word);
                if is_postgres && self.is_escape_prefix(start) {
                    self.quoted('\'', Escapes::Backslash)
                } else {
                    TokenKind::Word
                }
            }
            _ => {
                self.cursor.next();
                TokenKind::Mark(character)
            }
        };
        self.tokens.push(Token::new(kind, start, self.cursor.offset()));
    }

    /// Tells whether the word that has been read is `E` and a text follows.
    fn is_escape_prefix(&self, start: usize) -> bool {
        let is_short = self.cursor.offset() == start + 1;
        is_short && self.cursor.peek() == Some('\'') && self.cursor.was(start, ['e', 'E'])
    }

    fn quoted(&mut self, quote: char, escapes: Escapes) -> TokenKind {
        let is_text = quote == '\'' || escapes == Escapes::Backslash;
        let (closed, unclosed) = if is_text {
            (TokenKind::Literal, TokenKind::OpenLiteral)
        } else {
            (TokenKind::Name, TokenKind::OpenLiteral)
        };
        self.cursor.next();
        while let Some(character) = self.cursor.next() {
            if character == '\\' && escapes == Escapes::Backslash {
                if self.cursor.next().is_none() {
                    self.open = Open::Quoted { quote, escapes, is_pending: Pending::Yes };
                    return unclosed;
                }
            } else if character == quote {
                if self.cursor.peek() != Some(quote) {
                    return closed;
                }
                self.cursor.next();
            }
        }
        self.open = Open::Quoted { quote, escapes, is_pending: Pending::No };
        unclosed
    }

    fn bracketed(&mut self) -> TokenKind {
        self.cursor.take_while(|character| character != ']');
        if self.cursor.next().is_some() {
            return TokenKind::Name;
        }
        self.open = Open::Quoted { quote: ']', escapes: Escapes::None, is_pending: Pending::No };
        TokenKind::OpenLiteral
    }

    fn after_dashes(&mut self) -> TokenKind {
        if self.dialect != SqlDialect::Mysql {
            return self.line_comment();
        }
        match self.cursor.peek() {
            None => {
                self.open = Open::Dashes;
                TokenKind::Comment
            }
            Some(character) if character.is_whitespace() || character.is_control() => self.line_comment(),
            Some(_) => TokenKind::Mark('-'),
        }
    }

    fn line_comment(&mut self) -> TokenKind {
        let dialect = self.dialect;
        self.cursor.take_while(|character| !ends_line(character, dialect));
        if self.cursor.peek().is_none() {
            self.open = Open::LineComment;
        }
        TokenKind::Comment
    }

    /// Reads a block comment after its beginning; PostgreSQL's nest.
    fn block_comment(&mut self) -> TokenKind {
        let mut depth = 1_usize;
        while depth > 0 {
            if self.cursor.accept("*/") {
                depth -= 1;
            } else if self.dialect == SqlDialect::Postgres && self.cursor.accept("/*") {
                depth += 1;
            } else if self.cursor.next().is_none() {
                self.open = Open::BlockComment;
                return TokenKind::OpenLiteral;
            }
        }
        TokenKind::Comment
    }

    /// Reads `$tag$…$tag$`, if it is one.
    fn dollar(&mut self) -> bool {
        let rest = self.cursor.rest();
        let Some((tag, body)) = rest.strip_prefix('$').and_then(|rest| rest.split_once('$')) else { return false };
        let is_name = tag.chars().all(|character| character.is_alphanumeric() || character == '_')
            && !tag.starts_with(|character: char| character.is_ascii_digit());
        if !is_name {
            return false;
        }
        let fence = format!("${tag}$");
        self.cursor.accept(&fence);
        match body.find(&fence) {
            Some(end) => {
                let close = self.cursor.offset() + end + fence.len();
                while self.cursor.offset() < close && self.cursor.next().is_some() {}
            }
            None => {
                while self.cursor.next().is_some() {}
                self.open = Open::Dollar;
            }
        }
        true
    }
}
