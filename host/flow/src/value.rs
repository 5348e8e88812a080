//! What is known of a value: taint, constant, parts, and where it lives. Invariant: `taints` covers every part that
//! `parts` does not name; a part that is named is covered by its own entry alone.

mod compare;
mod join;
mod locals;

use std::{collections::BTreeMap, rc::Rc};

use ir::{function::LocalId, instruction::Constant, program::ClassId};

use crate::{
    constants,
    functions::Functions,
    guard::{About, Guard},
    taint::{Key, Taints},
    text::Text,
};

/// Most parts that are told apart; more are merged into the whole.
const MAX_PARTS: usize = 64;
/// How deep parts of parts are told apart.
const MAX_PART_DEPTH: u32 = 3;

/// Where a value was read from, so that a change in place and a guard reach that place too.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Home {
    /// A variable.
    Local(LocalId),
    /// A part of what a variable holds.
    Part(LocalId, Key),
    /// The object that a parameter was bound to.
    Param(u32),
    /// A global of the project.
    Global(Rc<str>),
    /// A class's own attribute.
    Field(ClassId, Rc<str>),
}

/// What has the parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An object, or not known what.
    #[default]
    Object,
    /// A list, a tuple, a set.
    Sequence,
    /// A dict.
    Mapping,
}

/// Named parts of a container or object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parts {
    pub(crate) entries: BTreeMap<Key, Value>,
    pub(crate) shape: Shape,
    /// Number of elements of a list or tuple, when known.
    pub(crate) length: Option<i64>,
}

/// An abstract value; the default one is untainted and otherwise unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Value {
    pub(crate) taints: Taints,
    pub(crate) constant: Option<Rc<Constant>>,
    pub(crate) parts: Option<Rc<Parts>>,
    /// Truth, when a branch decided it.
    pub(crate) truth: Option<bool>,
    /// What a branch on this value tells of another.
    pub(crate) guard: Option<Rc<Guard>>,
    /// What this value tells of another when it is compared.
    pub(crate) about: Option<Rc<About>>,
    pub(crate) home: Option<Home>,
    /// The text in pieces, when some of it is known.
    pub(crate) text: Option<Rc<Text>>,
    /// Functions that it may be.
    pub(crate) functions: Functions,
    /// The parameter whose argument this very value is.
    pub(crate) bound_to: Option<u32>,
    /// Whether the program's author chose it: a literal, or one of several.
    pub(crate) is_fixed: bool,
}

impl Value {
    pub(crate) fn constant(constant: Constant) -> Self {
        Self { constant: Some(Rc::new(constant)), is_fixed: true, ..Self::default() }
    }

    /// Something that the program's author chose, not known what.
    pub(crate) fn fixed() -> Self {
        Self { is_fixed: true, ..Self::default() }
    }

    /// A list or tuple of these items.
    pub(crate) fn sequence(items: Vec<Self>) -> Self {
        let length = i64::try_from(items.len()).ok();
        let is_fixed = items.iter().all(|item| item.is_fixed);
        let entries = (0_i64..).map(Key::Int).zip(items.into_iter().map(Self::loose)).collect();
        let parts = Parts { entries, shape: Shape::Sequence, length };
        let mut value = Self { parts: Some(Rc::new(parts)), is_fixed, ..Self::default() };
        value.limit_parts();
        value
    }

    /// Several items, each of which is like this one.
    pub(crate) fn sequence_of(item: Self) -> Self {
        let is_fixed = item.is_fixed;
        let parts = Parts { entries: BTreeMap::from([(Key::Any, item.loose())]), shape: Shape::Sequence, length: None };
        let mut value = Self { parts: Some(Rc::new(parts)), is_fixed, ..Self::default() };
        value.limit_parts();
        value
    }

    /// Forgets what is only true of a variable that holds the value.
    pub(crate) fn loose(mut self) -> Self {
        self.home = None;
        self.guard = None;
        self.about = None;
        self.truth = None;
        self
    }

    pub(crate) fn tainted(taints: Taints) -> Self {
        Self { taints, ..Self::default() }
    }

    /// Gives the taints of the whole: its own and those of all parts.
    pub(crate) fn all_taints(&self) -> Taints {
        let mut all = self.taints.clone();
        self.add_part_taints(&mut all, 0);
        all
    }

    fn add_part_taints(&self, all: &mut Taints, depth: u32) {
        if depth > MAX_PART_DEPTH {
            return;
        }
        for part in self.parts.iter().flat_map(|parts| parts.entries.values()) {
            all.join(&part.taints);
            part.add_part_taints(all, depth + 1);
        }
    }

    /// Gives the functions of the whole and of all parts.
    pub(crate) fn all_functions(&self) -> Functions {
        let mut all = self.functions.clone();
        for part in self.parts.iter().flat_map(|parts| parts.entries.values()) {
            all.join(&part.all_functions());
        }
        all
    }

    /// Gives what is known of the value but its taint.
    pub(crate) fn without_taint(&self) -> Self {
        let parts = self.parts.as_ref().map(|parts| {
            let entries = parts.entries.iter().map(|(key, part)| (key.clone(), part.without_taint()));
            Rc::new(Parts { entries: entries.collect(), ..Parts::clone(parts) })
        });
        let (constant, functions) = (self.constant.clone(), self.functions.clone());
        Self { constant, parts, functions, is_fixed: self.is_fixed && !self.is_tainted(), ..Self::default() }
    }

    pub(crate) fn is_tainted(&self) -> bool {
        !self.taints.is_empty() || self.parts.as_ref().is_some_and(|parts| parts.entries.values().any(Self::is_tainted))
    }

    /// Gives the truth of the value, when it is known.
    pub(crate) fn truth(&self) -> Option<bool> {
        let of_length = || self.length().map(|length| length > 0);
        self.truth.or_else(|| self.constant.as_deref().map(constants::truth)).or_else(of_length)
    }

    /// Gives the number of elements, when it is known.
    pub(crate) fn length(&self) -> Option<i64> {
        match self.constant.as_deref() {
            Some(constant) => constants::length(constant),
            None => self.parts.as_ref()?.length,
        }
    }

    /// Tells whether a part with this key is there for sure.
    pub(crate) fn certainly_has(&self, key: &Key) -> bool {
        match &self.constant {
            Some(constant) => constants::element(constant, key).is_some(),
            None => self.parts.as_ref().is_some_and(|parts| match parts.entries.get(key) {
                Some(part) => part.is_fixed || part.is_tainted(),
                None => false,
            }),
        }
    }

    /// Tells whether a dict has no part with this key for sure.
    pub(crate) fn certainly_lacks(&self, key: &Key) -> bool {
        self.taints.is_empty()
            && self.shape() == Shape::Mapping
            && self
                .parts
                .as_ref()
                .is_some_and(|parts| !parts.entries.contains_key(key) && !parts.entries.contains_key(&Key::Any))
    }

    /// Gives the parameters whose arguments this value or a part of it is.
    pub(crate) fn all_bound(&self, found: &mut Vec<u32>) {
        found.extend(self.bound_to);
        self.parts.iter().flat_map(|parts| parts.entries.values()).for_each(|part| part.all_bound(found));
    }

    fn shape(&self) -> Shape {
        self.parts.as_ref().map_or(Shape::Object, |parts| parts.shape)
    }

    /// Reads a part with a known key.
    pub(crate) fn part(&self, key: &Key) -> Self {
        match key {
            Key::Any => {
                // What was read of something not known may be a dict's key as well as a value.
                let mut any = self.any_part();
                if self.shape() == Shape::Mapping {
                    any.join(&self.keys());
                }
                return any;
            }
            Key::Keys => return self.keys(),
            Key::Int(_) | Key::Str(_) | Key::Attribute(_) => {}
        }
        if let Some(constant) = &self.constant {
            return constants::element(constant, key).map_or_else(Self::default, Self::constant);
        }
        let key = self.resolved_key(key);
        let entries = self.parts.as_ref().map(|parts| &parts.entries);
        if let Some(part) = entries.and_then(|entries| entries.get(&key)) {
            return part.clone();
        }
        if let (Some(text), Key::Int(index)) = (&self.text, &key) {
            return text.at(*index).into_value();
        }
        let mut part = Self::tainted(self.part_taints(&key));
        match (entries.and_then(|entries| entries.get(&Key::Any)), &key) {
            (Some(any), Key::Int(_) | Key::Str(_)) => {
                let mut any = any.clone();
                any.constant = None;
                any.text = None;
                any.taints.join(&part.taints);
                any
            }
            (Some(_) | None, _) => {
                part.is_fixed = self.is_fixed;
                if (self.parts.is_none() || self.shape() != Shape::Object) && !matches!(key, Key::Attribute(_)) {
                    part.functions = self.functions.clone();
                }
                part
            }
        }
    }

    /// Reads some part, not known which.
    pub(crate) fn any_part(&self) -> Self {
        if let Some(constant) = &self.constant {
            return constants::parts(constant)
                .map_or_else(Self::fixed, |parts| Self::joined(parts.entries.into_values()));
        }
        let Some(parts) = &self.parts else { return self.element() };
        let entries = parts.entries.iter().filter(|(key, _)| **key != Key::Keys);
        self.with_rest(Self::joined(entries.map(|(_, part)| part.clone())), &Key::Any)
    }

    /// Reads what iterating gives: an element, a dict's key.
    pub(crate) fn element(&self) -> Self {
        if let Some(constant) = &self.constant {
            return match constant.as_ref() {
                Constant::Dict(items) => Self::joined(items.iter().map(|(key, _)| Self::constant(key.clone()))),
                _ => constants::parts(constant)
                    .map_or_else(Self::fixed, |parts| Self::joined(parts.entries.into_values())),
            };
        }
        match self.shape() {
            Shape::Mapping => self.keys(),
            Shape::Sequence => self.any_part(),
            Shape::Object => {
                let mut all = self.all_taints();
                all.narrow(&Key::Any);
                Self { taints: all, is_fixed: self.is_fixed, functions: self.functions.clone(), ..Self::default() }
            }
        }
    }

    /// Reads some key of a dict.
    pub(crate) fn keys(&self) -> Self {
        if self.constant.is_some() {
            return self.element();
        }
        let entries = self.parts.iter().flat_map(|parts| &parts.entries);
        let keys = entries.filter_map(|(key, part)| match key {
            Key::Str(text) => Some(Self::constant(Constant::Str(text.to_string()))),
            Key::Int(number) => Some(Self::constant(Constant::Int(number.to_string()))),
            Key::Keys => Some(part.clone()),
            Key::Any | Key::Attribute(_) => None,
        });
        self.with_rest(Self::joined(keys), &Key::Keys)
    }

    /// Adds what is known of the elements that no part names.
    fn with_rest(&self, mut element: Self, key: &Key) -> Self {
        if !self.taints.is_empty() {
            element.constant = None;
            element.text = None;
            element.taints.join(&self.part_taints(key));
        }
        element.is_fixed = self.is_fixed;
        element.functions.join(&self.functions);
        element.loose()
    }

    /// Gives a value that may be each of these.
    pub(crate) fn joined(values: impl Iterator<Item = Self>) -> Self {
        let join = |mut all: Self, value: Self| {
            all.join(&value);
            all
        };
        values.reduce(join).unwrap_or_default()
    }

    /// Gives the taints of a part that is not named.
    fn part_taints(&self, key: &Key) -> Taints {
        let mut taints = self.taints.clone();
        taints.narrow(key);
        taints
    }

    /// Turns a negative index into the one from the front, when the length is known.
    pub(crate) fn resolved_key(&self, key: &Key) -> Key {
        match (key, self.parts.as_ref().and_then(|parts| parts.length)) {
            (Key::Int(index), Some(length)) if *index < 0 => Key::Int(index.saturating_add(length)),
            (Key::Int(_) | Key::Str(_) | Key::Attribute(_) | Key::Any | Key::Keys, _) => key.clone(),
        }
    }

    /// Makes a constant container's elements into parts, so that they can be changed.
    pub(crate) fn spread_constant(&mut self) {
        if let Some(constant) = self.constant.as_deref()
            && let Some(parts) = constants::parts(constant)
        {
            self.parts = Some(Rc::new(parts));
        }
        self.constant = None;
        self.truth = None;
        self.guard = None;
    }

    /// Sets a part with a known key.
    pub(crate) fn set_part(&mut self, key: &Key, part: Self) {
        if *key == Key::Any {
            self.add_to_any_part(&part);
            return;
        }
        self.spread_constant();
        self.text = None;
        self.is_fixed = self.is_fixed && part.is_fixed;
        let key = self.resolved_key(key);
        let mut part = part.loose();
        part.flatten(1);
        let parts = Rc::make_mut(self.parts.get_or_insert_default());
        if let (Key::Int(index), Some(length)) = (&key, parts.length)
            && *index >= length
        {
            parts.length = None;
        }
        parts.entries.insert(key, part);
        if parts.entries.len() > MAX_PARTS {
            self.merge_parts();
        }
    }

    /// Adds taint to a part with a known key, keeping what is there.
    pub(crate) fn add_to_part(&mut self, key: &Key, part: &Self) {
        let mut joined = self.part(key);
        joined.join(part);
        self.set_part(key, joined);
    }

    /// Adds an element at a place that is not known, behind all that are known.
    pub(crate) fn add_element(&mut self, element: &Self) {
        self.spread_constant();
        self.text = None;
        self.is_fixed = self.is_fixed && element.is_fixed;
        let mut element = element.clone().loose();
        element.flatten(1);
        let parts = Rc::make_mut(self.parts.get_or_insert_default());
        parts.length = None;
        match parts.entries.get_mut(&Key::Any) {
            Some(known) => known.join(&element),
            None => {
                parts.entries.insert(Key::Any, element);
            }
        }
    }

    /// Adds an element behind all others of a sequence whose length is known.
    pub(crate) fn add_last(&mut self, element: &Self) {
        let Some(length) = self.length() else { return self.add_element(element) };
        self.set_part(&Key::Int(length), element.clone());
        if let Some(parts) = &mut self.parts {
            Rc::make_mut(parts).length = length.checked_add(1);
        }
    }

    /// Adds to all parts: it is not known which one changed.
    pub(crate) fn add_to_any_part(&mut self, element: &Self) {
        self.add_element(element);
        if let Some(parts) = &mut self.parts {
            for (key, part) in &mut Rc::make_mut(parts).entries {
                if !matches!(key, Key::Any | Key::Keys) {
                    part.join(element);
                }
            }
        }
    }

    /// Puts another dict's items in.
    pub(crate) fn update_with(&mut self, other: &Self) {
        let mut other = other.clone();
        other.spread_constant();
        let Some(parts) = &other.parts else {
            self.add_to_any_part(&other.element());
            self.taints.join(&other.taints);
            return;
        };
        for (key, part) in &parts.entries {
            match key {
                Key::Any => self.add_to_any_part(part),
                Key::Keys => self.add_key(part),
                Key::Str(_) | Key::Int(_) | Key::Attribute(_) => self.set_part(key, part.clone()),
            }
        }
        if !other.taints.is_empty() {
            self.add_to_any_part(&Self::tainted(other.taints.clone()));
        }
    }

    /// Notes that a dict has a key that is not known.
    pub(crate) fn add_key(&mut self, key: &Self) {
        self.spread_constant();
        let mut key = key.clone().loose();
        key.flatten(MAX_PART_DEPTH);
        let parts = Rc::make_mut(self.parts.get_or_insert_default());
        match parts.entries.get_mut(&Key::Keys) {
            Some(known) => known.join(&key),
            None => {
                parts.entries.insert(Key::Keys, key);
            }
        }
    }

    /// Merges the parts when there are too many or too deep ones.
    pub(crate) fn limit_parts(&mut self) {
        self.flatten(0);
        if self.parts.as_ref().is_some_and(|parts| parts.entries.len() > MAX_PARTS) {
            self.merge_parts();
        }
    }

    /// Forgets the parts' names.
    pub(crate) fn merge_parts(&mut self) {
        self.taints = self.all_taints();
        self.functions = self.all_functions();
        self.parts = None;
    }

    fn flatten(&mut self, depth: u32) {
        if depth >= MAX_PART_DEPTH {
            if self.parts.is_some() {
                self.merge_parts();
            }
            return;
        }
        if let Some(parts) = &mut self.parts
            && parts.entries.values().any(|part| part.parts.is_some())
        {
            for part in Rc::make_mut(parts).entries.values_mut() {
                part.flatten(depth + 1);
            }
        }
    }
}
