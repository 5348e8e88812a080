//! Values as text, and tests of text. Invariant: a test of one source gives two languages that each over-approximate.

use std::rc::Rc;

use crate::{
    automata::char_set::CharSet,
    automata::language::Language,
    interpreter::Interpreter,
    literal,
    rope::{Piece, Rope, pull_back},
    state::State,
    term::{BoolTerm, IntTerm},
    value::{Influence, Object, Value},
};

impl Interpreter<'_> {
    /// Gives `str(value)`.
    pub(crate) fn text_of(&mut self, state: &mut State, value: &Value) -> Rope {
        match value {
            Value::Str(rope) | Value::Path(rope) => rope.clone(),
            Value::Int(term) => Rope::piece(Piece::Number(term.clone())),
            Value::None => Rope::text("None"),
            Value::Ellipsis => Rope::text("Ellipsis"),
            Value::Bool(BoolTerm::Const(true)) => Rope::text("True"),
            Value::Bool(BoolTerm::Const(false)) => Rope::text("False"),
            Value::Bool(_) => {
                let words = Language::one_of(["True", "False"]).ok();
                self.unknown_text(state, "a truth value", Influence::Environment, words)
            }
            Value::Float(number) => Rope::text(&literal::float(*number)),
            Value::Opaque(opaque) => self.text_of_opaque(state, opaque),
            Value::Global(path) => {
                let path = Rc::clone(path);
                self.unknown_text_named(
                    state,
                    &format!("text of {path}"),
                    &format!("`{path}`"),
                    (Influence::Environment, None),
                )
            }
            Value::Exception(exception) => match exception.message.as_deref() {
                Some(Value::Str(rope)) => rope.clone(),
                None | Some(_) => self.unknown_text(state, "the text of an exception", Influence::Attacker, None),
            },
            Value::Bytes(_)
            | Value::Tuple(_)
            | Value::Object(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Pattern(..)
            | Value::Match(..) => match self.representation(state, value, 8) {
                Some(rope) => rope,
                None => {
                    let influence = self.influence(state, std::slice::from_ref(value));
                    self.unknown_text(state, "the text form of an object", influence, None)
                }
            },
        }
    }

    /// Gives `repr(value)` where it is modelled: known values, and containers of them.
    pub(crate) fn representation(&mut self, state: &mut State, value: &Value, depth: u32) -> Option<Rope> {
        if depth == 0 {
            return None;
        }
        let sequence = |this: &mut Self, state: &mut State, items: &[Value], open: &str, close: &str| {
            let mut rope = Rope::text(open);
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    rope.append(&Rope::text(", "));
                }
                rope.append(&this.representation(state, item, depth - 1)?);
            }
            if open == "(" && items.len() == 1 {
                rope.append(&Rope::text(","));
            }
            rope.append(&Rope::text(close));
            Some(rope)
        };
        match value {
            Value::Str(rope) => match rope.marked() {
                Some(marked) => {
                    let shown = literal::string(&marked.text);
                    Some(Rope::derived(&marked, &shown))
                }
                None => {
                    let influence = self.influence(state, std::slice::from_ref(value));
                    Some(self.unknown_text(state, "`repr` of a text", influence, repr_language()))
                }
            },
            Value::Int(_) | Value::None | Value::Bool(_) | Value::Float(_) | Value::Ellipsis => {
                Some(self.text_of(state, value))
            }
            Value::Tuple(items) => sequence(self, state, items, "(", ")"),
            Value::Object(id) if state.special.contains_key(id) => None,
            Value::Object(id) => match state.object(*id)?.clone() {
                Object::List(items) => sequence(self, state, &items, "[", "]"),
                Object::Dict(entries) => {
                    let mut rope = Rope::text("{");
                    for (position, (key, value)) in entries.iter().enumerate() {
                        if position > 0 {
                            rope.append(&Rope::text(", "));
                        }
                        rope.append(&self.representation(state, key, depth - 1)?);
                        rope.append(&Rope::text(": "));
                        rope.append(&self.representation(state, value, depth - 1)?);
                    }
                    rope.append(&Rope::text("}"));
                    Some(rope)
                }
                Object::Set(_)
                | Object::Instance { .. }
                | Object::Iterator { .. }
                | Object::OpenIterator { .. }
                | Object::Generator { .. }
                | Object::Cell(_)
                | Object::Unknown(_) => None,
            },
            Value::Bytes(rope) => {
                let text = rope.marked()?;
                let plain =
                    text.text.chars().all(|c| c.is_ascii_graphic() || c == ' ') && !text.text.contains(['\'', '\\']);
                plain.then(|| Rope::derived(&text, &format!("b'{}'", text.text)))
            }
            Value::Path(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Global(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(..)
            | Value::Opaque(_) => None,
        }
    }

    /// Tests whether a text is in a language.
    pub(crate) fn is_in(&mut self, rope: &Rope, language: &Language) -> BoolTerm {
        if let Some(text) = rope.known() {
            let holds = language.accepts(&text);
            if holds && rope.has_injected_text() && is_listed(language) {
                self.vouched.insert(text);
            }
            return BoolTerm::Const(holds);
        }
        if let Some((source, chain)) = rope.single_source() {
            let holds = pull_back(&chain, language);
            let fails = pull_back(&chain, &language.complement());
            if let (Some(holds), Some(fails)) = (holds, fails) {
                return BoolTerm::Member { source, holds: Rc::new(holds), fails: Rc::new(fails) };
            }
        }
        BoolTerm::RopeIn { rope: rope.clone(), language: Rc::new(language.clone()) }
    }

    /// Tests whether a text is empty or not, when that follows from its known parts.
    fn is_not_empty(&mut self, rope: &Rope) -> BoolTerm {
        if rope.pieces().iter().any(|piece| matches!(piece, Piece::Const { .. } | Piece::Number(_))) {
            return BoolTerm::Const(true);
        }
        match any_character().plus() {
            Ok(language) => self.is_in(rope, &language),
            Err(_) => self.fresh_condition("a text's truth", Influence::Attacker),
        }
    }

    /// Gives `bool(value)`.
    pub(crate) fn truth(&mut self, state: &State, value: &Value) -> BoolTerm {
        match value {
            Value::None => BoolTerm::Const(false),
            Value::Bool(term) => term.clone(),
            Value::Int(term) => BoolTerm::compare(crate::term::Order::Equal, term.clone(), IntTerm::number(0)).negate(),
            Value::Float(number) => BoolTerm::Const(*number != 0.0),
            Value::Str(rope) | Value::Bytes(rope) => self.is_not_empty(rope),
            Value::Tuple(items) => BoolTerm::Const(!items.is_empty()),
            Value::Object(id) => match state.object(*id) {
                Some(Object::List(items) | Object::Set(items)) => BoolTerm::Const(!items.is_empty()),
                Some(Object::Dict(entries)) => BoolTerm::Const(!entries.is_empty()),
                Some(Object::Unknown(opaque)) => {
                    let (id, why, influence) = (opaque.id, Rc::clone(&opaque.why), opaque.influence);
                    self.named_condition(format!("truth {id}"), &why, influence)
                }
                Some(Object::Instance { class, .. }) => {
                    let class = *class;
                    let plain =
                        ["__bool__", "__len__"].iter().all(|name| self.index.class_member(class, name).is_none())
                            && self.index.class(class).is_some_and(|class| self.index.knows_bases(class));
                    if plain {
                        BoolTerm::Const(true)
                    } else {
                        self.fresh_condition("the truth of an object", Influence::Attacker)
                    }
                }
                Some(
                    Object::Iterator { .. } | Object::OpenIterator { .. } | Object::Generator { .. } | Object::Cell(_),
                )
                | None => BoolTerm::Const(true),
            },
            Value::Opaque(opaque) => {
                self.named_condition(format!("truth {}", opaque.id), &opaque.why, opaque.influence)
            }
            Value::Global(path) => {
                self.named_condition(format!("truth {path}"), &format!("`{path}`"), Influence::Environment)
            }
            Value::Ellipsis
            | Value::Path(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(..) => BoolTerm::Const(true),
        }
    }
}

/// Gives a language that holds every `repr` of a string: quoted, without control characters.
fn repr_language() -> Option<Language> {
    let inner = Language::chars(&CharSet::range(' ', char::MAX)).star().ok()?;
    let quoted = |quote: &str| {
        let quote = Language::literal(quote).ok()?;
        quote.concat(&inner).ok()?.concat(&quote).ok()
    };
    quoted("'")?.union(&quoted("\"")?).ok()
}

/// Gives the language of all one-character texts.
pub(crate) fn any_character() -> Language {
    Language::chars(&CharSet::all())
}

/// Tells whether a language is a list of a few texts: whoever passes a test for it has sent a text that the program
/// itself names.
pub(crate) fn is_listed(language: &Language) -> bool {
    let mut rest = language.clone();
    for _ in 0..LISTED_LIMIT {
        let Some(word) = rest.witness() else { return true };
        match Language::literal(&word).and_then(|word| rest.minus(&word)) {
            Ok(fewer) => rest = fewer,
            Err(_) => return false,
        }
    }
    rest.is_empty()
}

/// The longest list of texts that counts as one.
const LISTED_LIMIT: u32 = 48;
