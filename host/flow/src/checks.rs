//! Calls that check a value: their result is a guard, or that they return at all tells something. Invariant: a pattern
//! that does not have to match the whole text tells nothing.

use ir::{
    function::{LocalId, Terminator},
    instruction::{Constant, InstructionKind, Item, Operand, Rvalue},
};
use model::contract::SinkLanguage;

use crate::{
    calls::{Argument, Evaluated},
    function_pass::Pass,
    guard::{self, About, Aspect, Effect, Guard, Subject},
    language_set::LanguageSet,
    pattern::normalised,
    state::State,
    taint::Key,
    value::Value,
};

/// Callables that raise for every text but a harmless one.
const CONVERSIONS: &[&str] = &[
    "int",
    "float",
    "complex",
    "uuid.UUID",
    "decimal.Decimal",
    "fractions.Fraction",
    "datetime.date.fromisoformat",
    "datetime.datetime.fromisoformat",
    "ipaddress.IPv4Address",
];

/// Callables that tell whether a redirect stays on the site.
const REDIRECT_CHECKS: &[&str] = &[
    "django.utils.http.url_has_allowed_host_and_scheme",
    "django.utils.http.is_safe_url",
    "django.utils.http._url_has_allowed_host_and_scheme",
];

impl<'a> Pass<'_, 'a> {
    /// Gives the guard that a check makes when its result is tested.
    pub(crate) fn check(&self, call: &Evaluated<'a>) -> Option<Guard> {
        if let (Some((operand, receiver)), Some(method)) = (&call.receiver, call.method()) {
            match method {
                "isdigit" | "isalnum" | "isdecimal" | "isidentifier" | "isnumeric" | "isalpha" => {
                    return Guard::new(operand, receiver, Effect::All);
                }
                "startswith" => return starts_with(operand, receiver, call.nth(0)?),
                "endswith" => return ends_with(receiver, call.nth(0)?),
                "is_relative_to" => {
                    let is_clean = call.nth(0).is_some_and(|base| !base.value.is_tainted());
                    return if is_clean { Guard::new(operand, receiver, Effect::Contained) } else { None };
                }
                "issubset" => {
                    let about = receiver.about.as_ref().filter(|about| about.aspect == Aspect::Elements)?;
                    return about.equal_to(call.nth(0)?.operand, &call.nth(0)?.value);
                }
                "fullmatch" | "match" => {
                    return pattern_guard(&compiled_pattern(receiver)?, method, call.nth(0)?);
                }
                _ => {}
            }
        }
        let name = call.names().next()?;
        let first = call.nth(0)?;
        match name {
            "re.fullmatch" | "re.match" => {
                let Some(Constant::Str(pattern)) = first.value.constant.as_deref() else { return None };
                let method = name.strip_prefix("re.").unwrap_or(name);
                pattern_guard(pattern, method, call.nth(1)?)
            }
            "isinstance" if self.is_number_test(call.nth(1)?.operand) => {
                Guard::new(first.operand, &first.value, Effect::All)
            }
            "bool" => first.value.guard.as_deref().cloned(),
            "any" => self.element_guard(first.operand).filter(|guard| guard.holds_when),
            "all" => {
                let guard = self.element_guard(first.operand)?;
                if guard.holds_when { guard.of_all() } else { Some(guard) }
            }
            name if REDIRECT_CHECKS.contains(&name) => {
                let effect = Effect::Languages(LanguageSet::of(&[SinkLanguage::RedirectUrl]));
                Guard::new(first.operand, &first.value, effect)
            }
            _ => None,
        }
    }

    /// Tells which value the call's result is a side of.
    pub(crate) fn side(&self, call: &Evaluated<'a>) -> Option<About> {
        let name = call.names().next()?;
        let first = call.nth(0)?;
        let aspect = match name {
            "type" if call.arguments.len() == 1 => Aspect::Type,
            "len" => Aspect::Length,
            "set" | "frozenset" => Aspect::Elements,
            "urllib.parse.urlparse" | "urllib.parse.urlsplit" => Aspect::Url,
            "os.path.commonpath" | "os.path.commonprefix" => {
                return self.items_of(first.operand).into_iter().find_map(|(operand, value)| {
                    Some(About { aspect: Aspect::CommonPath, subject: Subject::new(operand, &value)? })
                });
            }
            _ => return None,
        };
        Some(About { aspect, subject: Subject::new(first.operand, &first.value)? })
    }

    /// Gives what holds once the call has returned.
    pub(crate) fn passed(&self, call: &Evaluated<'a>) -> Option<Guard> {
        if let (Some((operand, receiver)), Some("relative_to")) = (&call.receiver, call.method()) {
            let is_clean = call.nth(0).is_some_and(|base| !base.value.is_tainted());
            return Guard::new(operand, receiver, Effect::Contained).filter(|_| is_clean);
        }
        let first = call.nth(0)?;
        let is_conversion = call.names().next().is_some_and(|name| CONVERSIONS.contains(&name));
        let is_member = call.called.constructs.is_some_and(|class| self.is_enum(class));
        if is_conversion || is_member { Guard::new(first.operand, &first.value, Effect::All) } else { None }
    }

    /// Tells whether a class is an enumeration.
    pub(crate) fn is_enum(&self, class: ir::program::ClassId) -> bool {
        let (inside, outside) = self.analysis.project.ancestry(class);
        inside.iter().any(|class| class.kind == ir::program::ClassKind::Enum)
            || outside.iter().any(|base| base.starts_with("enum."))
    }

    fn is_number_test(&self, classes: &Operand) -> bool {
        guard::is_number_type(classes) || {
            let items = self.operands_of(classes);
            !items.is_empty() && items.into_iter().all(guard::is_number_type)
        }
    }

    /// Gives the operands of the display that a temporary of this block holds.
    fn operands_of(&self, operand: &Operand) -> Vec<&'a Operand> {
        let Operand::Local(local) = operand else { return Vec::new() };
        let block = self.function.blocks.get(self.at.0);
        let instructions = block.into_iter().flat_map(|block| block.instructions.iter().take(self.at.1)).rev();
        for instruction in instructions {
            if let InstructionKind::Assign { target, value: Rvalue::Display { items, .. } } = &instruction.kind
                && target == local
            {
                let one = |item: &'a Item| match item {
                    Item::One(operand) => Some(operand),
                    Item::Spread(_) => None,
                };
                return items.iter().filter_map(one).collect();
            }
        }
        Vec::new()
    }

    fn items_of(&self, operand: &Operand) -> Vec<(&'a Operand, Value)> {
        let Some(state) = &self.current else { return Vec::new() };
        let value = |operand: &Operand| match operand {
            Operand::Local(local) => state.get(*local).cloned().unwrap_or_default(),
            Operand::Constant(_) | Operand::Global(_) => Value::default(),
        };
        self.operands_of(operand).into_iter().map(|operand| (operand, value(operand))).collect()
    }

    fn element_guard(&self, operand: &Operand) -> Option<Guard> {
        let Operand::Local(local) = operand else { return None };
        self.element_guards.get(local).cloned().flatten()
    }

    /// Notes that a comprehension's item is the result of a check.
    pub(crate) fn note_element_guard(&mut self, state: &State, receiver: LocalId, item: &Value) {
        if self.local_name(receiver).is_some() {
            return;
        }
        // Items that a condition leaves out are not checked.
        let is_every_item =
            self.function.blocks.iter().any(
                |block| matches!(&block.terminator, Terminator::Next { body, .. } if body.0 as usize == self.at.0),
            );
        let guard = item.guard.as_deref().filter(|_| is_every_item).map(|guard| guard.with_home_in(state));
        match self.element_guards.get_mut(&receiver) {
            None => {
                self.has_new_guard |= guard.is_some();
                self.element_guards.insert(receiver, guard);
            }
            Some(known) => match (&known, guard) {
                (Some(old), Some(new)) if old.is_like(&new) => *known = Some(new),
                (None, _) | (Some(_), _) => *known = None,
            },
        }
    }

    /// Keeps the state for checks that look at more than their arguments.
    pub(crate) fn remember(&mut self, call: &Evaluated<'a>, state: &State) {
        let is_asked = call.names().any(|name| name.starts_with("os.path.common"));
        self.current = is_asked.then(|| state.clone());
    }
}

fn starts_with(operand: &Operand, receiver: &Value, argument: &Argument<'_>) -> Option<Guard> {
    let languages = |languages: &[SinkLanguage]| Effect::Languages(LanguageSet::of(languages));
    let prefixes: Vec<&str> = match argument.value.constant.as_deref() {
        Some(Constant::Str(prefix)) => vec![prefix],
        Some(Constant::Tuple(items)) => items
            .iter()
            .filter_map(|item| match item {
                Constant::Str(prefix) => Some(prefix.as_str()),
                _ => None,
            })
            .collect(),
        _ if argument.value.is_tainted() => return None,
        _ => return Guard::new(operand, receiver, Effect::Contained),
    };
    if prefixes.is_empty() {
        return None;
    }
    if prefixes.contains(&"-") {
        return Some(Guard::new(operand, receiver, languages(&[SinkLanguage::Argument]))?.flipped());
    }
    if prefixes.contains(&"//") {
        let fact = Effect::Languages(LanguageSet::NOT_TWO_SLASHES);
        return Some(Guard::new(operand, receiver, fact)?.flipped());
    }
    let is_local = |prefix: &&str| {
        let mut letters = prefix.chars();
        letters.next() == Some('/') && letters.next().is_some_and(|letter| !matches!(letter, '/' | '\\'))
    };
    let has_host = |prefix: &&str| prefix.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
    let effect = if prefixes.iter().all(|prefix| *prefix == "/") {
        Effect::Languages(LanguageSet::ROOTED)
    } else if prefixes.iter().all(has_host) {
        languages(&[SinkLanguage::RequestUrl, SinkLanguage::RedirectUrl, SinkLanguage::Argument])
    } else if prefixes.iter().all(is_local) && receiver.all_taints().iter().all(|taint| !taint.clean.is_normalised()) {
        languages(&[SinkLanguage::RedirectUrl, SinkLanguage::Argument])
    } else {
        Effect::Contained
    };
    Guard::new(operand, receiver, effect)
}

/// `urlparse(x).netloc.endswith(".example.com")`.
fn ends_with(receiver: &Value, argument: &Argument<'_>) -> Option<Guard> {
    let about = receiver.about.as_ref().filter(|about| about.aspect == Aspect::Host)?;
    match argument.value.constant.as_deref() {
        Some(Constant::Str(suffix)) if suffix.starts_with('.') => about.equal_to(argument.operand, &argument.value),
        _ => None,
    }
}

fn pattern_guard(pattern: &str, method: &str, argument: &Argument<'_>) -> Option<Guard> {
    let ends_whole = pattern.ends_with('$') && !pattern.ends_with("\\$") && !pattern.contains('|');
    let is_whole = method == "fullmatch" || pattern.ends_with("\\Z") || ends_whole;
    let languages = guard::languages_of_pattern(pattern);
    if !is_whole || languages == LanguageSet::default() {
        return None;
    }
    Guard::new(argument.operand, &argument.value, Effect::Languages(languages))
}

/// The part of a compiled regular expression that holds its text.
pub(crate) fn pattern_key() -> Key {
    Key::Attribute("pattern".into())
}

fn compiled_pattern(receiver: &Value) -> Option<String> {
    match receiver.part(&pattern_key()).constant.as_deref()? {
        Constant::Str(pattern) => Some(pattern.clone()),
        _ => None,
    }
}

/// Tells whether a method of `str` tests every letter (`filter(str.isdigit, ..)`).
pub(crate) fn is_letter_test(path: &str) -> bool {
    matches!(
        normalised(path),
        "str.isdigit" | "str.isalnum" | "str.isdecimal" | "str.isidentifier" | "str.isnumeric" | "str.isalpha"
    )
}
