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
    taint::{Key, Taints},
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

/// What was checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subject {
    local: LocalId,
    /// Where that was read from.
    home: Option<Home>,
    /// Its taints at the time of the check.
    seen: Taints,
}

impl Subject {
    /// `None` when there is nothing to clean.
    pub(crate) fn new(operand: &Operand, value: &Value) -> Option<Self> {
        let Operand::Local(local) = operand else { return None };
        let seen = value.all_taints();
        (!seen.is_empty()).then(|| Self { local: *local, home: value.home.clone(), seen })
    }

    fn with(&self, effect: Effect) -> Guard {
        Guard { subject: self.clone(), effect, holds_when: true }
    }
}

/// What a branch tells of a variable.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Guard {
    pub(crate) subject: Subject,
    /// What the check tells.
    pub(crate) effect: Effect,
    /// On which side.
    pub(crate) holds_when: bool,
}

/// Which side of a value another one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aspect {
    /// `type(x)`.
    Type,
    /// `len(x)`.
    Length,
    /// `urlparse(x)`.
    Url,
    /// `urlparse(x).netloc`.
    Host,
    /// `os.path.commonpath([base, x])`.
    CommonPath,
    /// `x.parents`.
    Parents,
    /// `set(x)`.
    Elements,
}

/// That a value is a side of another, so that its comparison tells of that one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct About {
    pub(crate) aspect: Aspect,
    pub(crate) subject: Subject,
}

fn urls() -> Effect {
    Effect::Languages(LanguageSet::of(&[SinkLanguage::RequestUrl, SinkLanguage::RedirectUrl]))
}

fn redirects() -> Effect {
    Effect::Languages(LanguageSet::of(&[SinkLanguage::RedirectUrl]))
}

impl About {
    /// Gives the guard of testing the truth of the value.
    pub(crate) fn when_falsy(&self) -> Option<Guard> {
        match self.aspect {
            Aspect::Length | Aspect::Elements => Some(self.subject.with(Effect::All)),
            Aspect::Host => Some(self.subject.with(redirects())),
            Aspect::Type | Aspect::Url | Aspect::CommonPath | Aspect::Parents => None,
        }
    }

    /// Gives the guard of being equal to another value.
    pub(crate) fn equal_to(&self, operand: &Operand, other: &Value) -> Option<Guard> {
        let constant = other.constant.as_deref();
        match self.aspect {
            Aspect::Type => is_number_type(operand).then(|| self.subject.with(Effect::All)),
            Aspect::Length => (constant == Some(&Constant::Int("0".into()))).then(|| self.subject.with(Effect::All)),
            Aspect::Host if constant.is_some_and(|constant| !crate::constants::truth(constant)) => {
                Some(self.subject.with(redirects()))
            }
            Aspect::Host => (!other.is_tainted()).then(|| self.subject.with(urls())),
            Aspect::CommonPath => (!other.is_tainted()).then(|| self.subject.with(Effect::Contained)),
            Aspect::Elements => is_fixed_collection(operand, other).then(|| self.subject.with(Effect::All)),
            Aspect::Url | Aspect::Parents => None,
        }
    }
}

/// Tells whether an operand is a class of numbers.
pub(crate) fn is_number_type(operand: &Operand) -> bool {
    matches!(operand, Operand::Global(path)
        if matches!(crate::pattern::normalised(path), "int" | "float" | "bool" | "complex"))
}

impl Guard {
    /// Makes the guard of a check that passed when its value is true; `None` when there is nothing to clean.
    pub(crate) fn new(subject: &Operand, value: &Value, effect: Effect) -> Option<Self> {
        Some(Subject::new(subject, value)?.with(effect))
    }

    pub(crate) fn flipped(&self) -> Self {
        Self { holds_when: !self.holds_when, ..self.clone() }
    }

    /// Follows the subject to the container that it was taken from.
    pub(crate) fn with_home_in(&self, state: &State) -> Self {
        let mut guard = self.clone();
        for _ in 0..MAX_HOMES {
            let Some(Home::Local(local)) = &guard.subject.home else { break };
            let Some(home) = state.get(*local).and_then(|value| value.home.clone()) else { break };
            guard.subject.home = Some(home);
        }
        guard
    }

    /// Makes the guard of all elements' checks out of that of some element: the whole is the subject.
    pub(crate) fn of_all(&self) -> Option<Self> {
        match &self.subject.home {
            Some(Home::Part(whole, Key::Any)) => {
                let subject =
                    Subject { local: *whole, home: Some(Home::Local(*whole)), seen: self.subject.seen.clone() };
                Some(Self { subject, ..self.clone() })
            }
            _ => None,
        }
    }

    /// Tells whether two guards are of the same check.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.subject.local == other.subject.local && self.effect == other.effect && self.holds_when == other.holds_when
    }

    /// Cleans what the check cleans.
    pub(crate) fn apply(&self, state: &mut State) {
        self.clean_local(state, self.subject.local);
        let mut home = self.subject.home.clone();
        for _ in 0..MAX_HOMES {
            match home {
                Some(Home::Local(local)) => {
                    self.clean_local(state, local);
                    home = state.get(local).and_then(|value| value.home.clone());
                }
                Some(Home::Part(_, Key::Any)) => return,
                Some(Home::Part(local, key)) => {
                    let Some(whole) = state.get(local) else { return };
                    let mut part = whole.part(&key);
                    if whole.parts.as_ref().is_none_or(|parts| !parts.entries.contains_key(&key)) {
                        part.taints.join(&self.subject.seen);
                    }
                    self.clean(&mut part);
                    state.update(local, |whole| whole.set_part(&key, part));
                    return;
                }
                Some(Home::Param(_) | Home::Global(_) | Home::Field(..)) | None => return,
            }
        }
    }

    fn clean_local(&self, state: &mut State, local: LocalId) {
        let holds_the_same = state.get(local).is_some_and(|value| {
            let now = value.all_taints();
            now.iter().all(|taint| self.subject.seen.iter().any(|seen| seen.origin == taint.origin))
        });
        if holds_the_same {
            state.update(local, |value| self.clean(value));
        }
    }

    fn clean(&self, value: &mut Value) {
        value.text = None;
        value.bound_to = None;
        match self.effect {
            Effect::All => {
                value.taints = Taints::default();
                value.parts = None;
                value.is_fixed = true;
            }
            Effect::Languages(languages) => {
                value.merge_parts();
                value.taints.clean(languages);
            }
            Effect::Contained => {
                value.taints.clean_normalised(LanguageSet::of(&[SinkLanguage::Path]));
                // It begins with the directory.
                value.taints.clean(LanguageSet::of(&[SinkLanguage::Argument]));
            }
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
        CompareOperator::LessEqual => {
            let about = left.1.about.as_ref().filter(|about| about.aspect == Aspect::Elements)?;
            return about.equal_to(right.0, right.1);
        }
        CompareOperator::Less | CompareOperator::Greater | CompareOperator::GreaterEqual => return None,
    };
    let guard = match operator {
        CompareOperator::In | CompareOperator::NotIn => of_membership(left, right),
        _ => of_equality(left, right),
    }?;
    Some(if is_positive { guard } else { guard.flipped() })
}

fn of_membership(left: (&Operand, &Value), right: (&Operand, &Value)) -> Option<Guard> {
    if let Some(about) = right.1.about.as_ref().filter(|about| about.aspect == Aspect::Parents) {
        return (!left.1.is_tainted()).then(|| about.subject.with(Effect::Contained));
    }
    if let Some(Constant::Str(part)) = left.1.constant.as_deref() {
        // `".." in name`: what holds when it is not.
        let fact = match part.as_str() {
            ".." => LanguageSet::NO_DOTS,
            "/" => LanguageSet::NO_SLASH,
            _ => return None,
        };
        return Some(Guard::new(right.0, right.1, Effect::Languages(fact))?.flipped());
    }
    if matches!(left.0, Operand::Global(path) if path == "os.sep" || path == "os.path.sep") {
        return Some(Guard::new(right.0, right.1, Effect::Languages(LanguageSet::NO_SLASH))?.flipped());
    }
    if !is_fixed_collection(right.0, right.1) {
        return None;
    }
    match left.1.about.as_ref().map(|about| (about.aspect, about)) {
        Some((Aspect::Host, about)) => Some(about.subject.with(urls())),
        Some((Aspect::Type | Aspect::Length | Aspect::Url | Aspect::CommonPath | Aspect::Parents, _)) => None,
        Some((Aspect::Elements, _)) | None => Guard::new(left.0, left.1, Effect::All),
    }
}

fn of_equality(left: (&Operand, &Value), right: (&Operand, &Value)) -> Option<Guard> {
    for (checked, against) in [(left, right), (right, left)] {
        if let Some(about) = &checked.1.about
            && let Some(guard) = about.equal_to(against.0, against.1)
        {
            return Some(guard);
        }
        if let Some(constant) = against.1.constant.as_deref() {
            if let Some(guard) = &checked.1.guard {
                // `re.fullmatch(..) is None`, `check(x) == False`: the check's other side.
                let is_falsy = !crate::constants::truth(constant);
                return Some(if is_falsy { guard.flipped() } else { Guard::clone(guard) });
            }
            return Guard::new(checked.0, checked.1, Effect::All);
        }
        if against.1.is_fixed && !against.1.is_tainted() {
            return Guard::new(checked.0, checked.1, Effect::All);
        }
    }
    None
}

/// Tells whether a container holds nothing but what the program's author wrote.
pub(crate) fn is_fixed_collection(operand: &Operand, value: &Value) -> bool {
    if value.is_tainted() {
        return false;
    }
    let is_constant = value.constant.as_deref().is_some_and(|constant| {
        matches!(
            constant,
            Constant::Str(_) | Constant::Tuple(_) | Constant::List(_) | Constant::Set(_) | Constant::Dict(_)
        )
    });
    let is_display = value.is_fixed || value.parts.as_ref().is_some_and(|parts| parts.length.is_some());
    let is_named_constant = |path: &str| {
        let name = path.rsplit('.').next().unwrap_or(path);
        name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
    };
    let is_named = match (operand, &value.home) {
        (Operand::Global(path), _) => is_named_constant(path) || path.starts_with("string."),
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
