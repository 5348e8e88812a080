//! Checks that make a value harmless on one side of a branch. Invariant: a guard cleans a variable only when it still
//! holds what was checked.

use ir::{
    function::LocalId,
    instruction::{CompareOperator, Constant, Operand},
};
use model::contract::{SinkLanguage, SqlDialect};

use crate::{
    language_set::LanguageSet,
    state::State,
    taint::Taints,
    value::{Home, Value},
};

/// How far copies of a checked value are followed back.
const MAX_HOMES: usize = 4;

/// What a passed check tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Effect {
    /// Harmless for every language.
    All,
    /// Harmless for these.
    Languages(LanguageSet),
    /// A normalised path lies within a directory.
    Contained,
}

/// What a branch tells of a variable.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Guard {
    /// What was checked.
    pub(crate) subject: LocalId,
    /// Where that was read from.
    pub(crate) home: Option<Home>,
    /// Its taints at the time of the check.
    pub(crate) seen: Taints,
    /// What the check tells.
    pub(crate) effect: Effect,
    /// On which side.
    pub(crate) holds_when: bool,
}

impl Guard {
    /// Makes the guard of a check that passed when its value is true; `None` when there is nothing to clean.
    pub(crate) fn new(subject: &Operand, value: &Value, effect: Effect) -> Option<Self> {
        let Operand::Local(subject) = subject else { return None };
        let seen = value.all_taints();
        (!seen.is_empty()).then(|| Self { subject: *subject, home: value.home.clone(), seen, effect, holds_when: true })
    }

    pub(crate) fn flipped(&self) -> Self {
        Self { holds_when: !self.holds_when, ..self.clone() }
    }

    /// Cleans what the check cleans.
    pub(crate) fn apply(&self, state: &mut State) {
        self.clean_local(state, self.subject);
        let mut home = self.home.clone();
        for _ in 0..MAX_HOMES {
            match home {
                Some(Home::Local(local)) => {
                    self.clean_local(state, local);
                    home = state.get(local).and_then(|value| value.home.clone());
                }
                Some(Home::Part(local, key)) => {
                    let Some(whole) = state.get(local) else { return };
                    let mut part = whole.part(&key);
                    if whole.parts.as_ref().is_none_or(|parts| !parts.entries.contains_key(&key)) {
                        part.taints.join(&self.seen);
                    }
                    self.clean(&mut part);
                    state.update(local, |whole| whole.set_part(&key, part));
                    return;
                }
                Some(Home::Param(_) | Home::Global(_)) | None => return,
            }
        }
    }

    fn clean_local(&self, state: &mut State, local: LocalId) {
        let holds_the_same = state.get(local).is_some_and(|value| {
            let now = value.all_taints();
            now.iter().all(|taint| self.seen.iter().any(|seen| seen.origin == taint.origin))
        });
        if holds_the_same {
            state.update(local, |value| self.clean(value));
        }
    }

    fn clean(&self, value: &mut Value) {
        match self.effect {
            Effect::All => {
                value.taints = Taints::default();
                value.parts = None;
            }
            Effect::Languages(languages) => {
                value.merge_parts();
                value.taints.clean(languages);
            }
            Effect::Contained => value.taints.clean_normalised(LanguageSet::of(&[SinkLanguage::Path])),
        }
    }
}

/// Gives the guard that a comparison makes, if it makes one.
pub(crate) fn of_comparison(
    operator: CompareOperator,
    left: (&Operand, &Value),
    right: (&Operand, &Value),
) -> Option<Guard> {
    let is_positive = match operator {
        CompareOperator::Equal | CompareOperator::Is | CompareOperator::In => true,
        CompareOperator::NotEqual | CompareOperator::IsNot | CompareOperator::NotIn => false,
        CompareOperator::Less
        | CompareOperator::LessEqual
        | CompareOperator::Greater
        | CompareOperator::GreaterEqual => {
            return None;
        }
    };
    let guard = match operator {
        CompareOperator::In | CompareOperator::NotIn => {
            if !is_fixed_collection(right.0, right.1) {
                return None;
            }
            Guard::new(left.0, left.1, Effect::All)
        }
        _ => of_equality(left, right),
    }?;
    Some(if is_positive { guard } else { guard.flipped() })
}

fn of_equality(left: (&Operand, &Value), right: (&Operand, &Value)) -> Option<Guard> {
    for (checked, against) in [(left, right), (right, left)] {
        if let Some(constant) = against.1.constant.as_deref() {
            if let Some(guard) = &checked.1.guard {
                // `re.fullmatch(..) is None`, `check(x) == False`: the check's other side.
                let is_falsy = !crate::constants::truth(constant);
                return Some(if is_falsy { guard.flipped() } else { Guard::clone(guard) });
            }
            return Guard::new(checked.0, checked.1, Effect::All);
        }
    }
    None
}

/// Tells whether a container holds nothing but what the program's author wrote.
fn is_fixed_collection(operand: &Operand, value: &Value) -> bool {
    if value.is_tainted() {
        return false;
    }
    let is_constant = value.constant.as_deref().is_some_and(|constant| {
        matches!(
            constant,
            Constant::Str(_) | Constant::Tuple(_) | Constant::List(_) | Constant::Set(_) | Constant::Dict(_)
        )
    });
    let is_display = value
        .parts
        .as_ref()
        .is_some_and(|parts| parts.length.is_some() || parts.entries.values().all(|part| part.constant.is_some()));
    let is_named_constant = |path: &str| {
        let name = path.rsplit('.').next().unwrap_or(path);
        name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
    };
    let is_named = match (operand, &value.home) {
        (Operand::Global(path), _) => is_named_constant(path),
        (_, Some(Home::Global(path))) => is_named_constant(path),
        _ => false,
    };
    is_constant || is_display || is_named
}

/// Gives the languages that a text is harmless for when the whole of it matches a pattern.
///
/// The pattern's literal characters, classes and ranges give the characters that a match may hold; what cannot be read
/// as such (`.`, negated classes) makes nothing harmless.
pub(crate) fn languages_of_pattern(pattern: &str) -> LanguageSet {
    let Some(letters) = allowed_characters(pattern) else { return LanguageSet::default() };
    let has = |dangerous: &str| dangerous.chars().any(|letter| letters.contains(&letter));
    let mut clean = LanguageSet::default();
    let mut add = |language: SinkLanguage, dangerous: &str| {
        if !has(dangerous) {
            clean = clean.union(LanguageSet::of(&[language]));
        }
    };
    add(SinkLanguage::Sql { dialect: SqlDialect::Generic }, "'\"`\\;()[ \t\n/*$#=");
    add(SinkLanguage::Shell, " \t\n'\"\\;|&<>()$`*?[]{}!#~");
    add(SinkLanguage::PythonCode, "()[]{}'\" \t\n=:;,+*/%@!<>&|^~\\");
    add(SinkLanguage::Path, "/\\");
    add(SinkLanguage::Template, "{}$<%#");
    add(SinkLanguage::LdapFilter, "()*\\|&!=\0");
    add(SinkLanguage::XPath, "'\" \t\n()[]/|=<>@:*");
    clean
}

/// Collects the characters below U+0080 that a match of the whole pattern may hold; `None` for "any".
fn allowed_characters(pattern: &str) -> Option<Vec<char>> {
    let mut letters = Vec::new();
    let mut rest = pattern.chars().peekable();
    let (mut in_class, mut is_class_start) = (false, false);
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => match rest.next()? {
                'd' | 'w' | 'Z' | 'A' | 'b' | 'B' | 'z' => {}
                's' => letters.extend([' ', '\t', '\n']),
                'n' => letters.push('\n'),
                't' => letters.push('\t'),
                escaped if escaped.is_ascii_alphanumeric() => return None,
                escaped => letters.push(escaped),
            },
            '[' if !in_class => {
                (in_class, is_class_start) = (true, true);
                if rest.peek() == Some(&'^') {
                    return None;
                }
                continue;
            }
            ']' if in_class && !is_class_start => in_class = false,
            '-' if in_class && !is_class_start && rest.peek().is_some_and(|next| *next != ']') => {
                let from = letters.last().copied().unwrap_or('\0');
                let to = rest.next()?;
                if to == '\\' {
                    letters.extend([from, '-']);
                    return None;
                }
                letters.extend((from..=to).take(128));
            }
            '.' if !in_class => return None,
            '(' if !in_class => {
                if rest.peek() == Some(&'?') {
                    rest.next();
                    match rest.next()? {
                        ':' => {}
                        'P' => while rest.next().is_some_and(|letter| letter != '>') {},
                        _ => return None,
                    }
                }
            }
            '{' if !in_class => while rest.next().is_some_and(|letter| letter != '}') {},
            '^' | '$' | ')' | '|' | '*' | '+' | '?' if !in_class => {}
            letter => letters.push(letter),
        }
        is_class_start = false;
    }
    Some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_tell_what_they_allow() {
        let sqlite = SinkLanguage::Sql { dialect: SqlDialect::Sqlite };
        assert!(languages_of_pattern(r"[A-Za-z0-9_]{1,20}").contains(&sqlite));
        assert!(languages_of_pattern(r"^\w+$").contains(&SinkLanguage::Shell));
        assert!(!languages_of_pattern(r".*").contains(&sqlite));
        assert!(!languages_of_pattern(r"[^;]+").contains(&SinkLanguage::Shell));
        assert!(!languages_of_pattern(r"[\w ']+").contains(&sqlite));
        assert!(!languages_of_pattern(r"[\w./]+").contains(&SinkLanguage::Path));
        assert!(languages_of_pattern(r"[\w.-]+").contains(&SinkLanguage::Path));
        assert!(!languages_of_pattern(r"[ -~]+").contains(&SinkLanguage::Shell));
        assert!(!languages_of_pattern(r"\w+").contains(&SinkLanguage::Program));
    }
}
