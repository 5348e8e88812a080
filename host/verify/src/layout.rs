//! Annotated parameters as containers of a few unknown items. Invariant: a layout stands for values of the annotated type
//! only; where it leaves values of the type out, a bound says so.

use ir::program::{ClassId, ClassKind};

use crate::{
    assignment::{Assignment, Chosen},
    integer,
    interpreter::Interpreter,
    literal,
    path_condition::cases,
    program_index::Named,
    source::{Chooser, Origin, Sort, Source, SourceId},
    state::State,
    value::{Object, Rest, Value},
};

/// The most items of a container that are explored.
const ITEMS: usize = 3;

/// How deep annotations may nest.
const DEPTH: u32 = 4;

/// The most layouts of one parameter.
const LAYOUTS: usize = 12;

/// What an annotation says, as far as layouts are made for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One value of a sort.
    Plain(Sort),
    /// `None`.
    None,
    /// A list.
    List(Box<Kind>),
    /// A set.
    Set(Box<Kind>),
    /// A dict.
    Dict(Box<Kind>, Box<Kind>),
    /// A tuple of these.
    Tuple(Vec<Kind>),
    /// A tuple of any length.
    TupleOf(Box<Kind>),
    /// One of several.
    Union(Vec<Kind>),
    /// A dataclass or named tuple of the program.
    Record(ClassId),
    /// A member of a plain enumeration of the program.
    Member(ClassId),
}

/// The form of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// An unknown of one sort.
    Source(SourceId, Sort),
    /// `None`.
    None,
    /// A list.
    List(Vec<Layout>),
    /// A set.
    Set(Vec<Layout>),
    /// A dict.
    Dict(Vec<(Layout, Layout)>),
    /// A tuple.
    Tuple(Vec<Layout>),
    /// An instance made with these fields.
    Record(ClassId, Vec<(String, Layout)>),
    /// The member of this name.
    Member(ClassId, String),
}

/// Splits at commas or bars that are outside of brackets.
pub(crate) fn parts(text: &str, separator: char) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            c if c == separator && depth == 0 => {
                found.extend(text.get(start..at).map(str::trim));
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    found.extend(text.get(start..).map(str::trim));
    found
}

impl Interpreter<'_> {
    /// Reads an annotation of a container, a union or a record; `None` for any other.
    pub(crate) fn annotated_kind(&self, annotation: &str) -> Option<Kind> {
        match self.kind_of(annotation, DEPTH)? {
            Kind::Plain(_) | Kind::None => None,
            Kind::Union(kinds) if kinds.len() == 2 && kinds.contains(&Kind::None) && is_plain(&kinds) => None,
            kind @ (Kind::List(_)
            | Kind::Set(_)
            | Kind::Dict(..)
            | Kind::Tuple(_)
            | Kind::TupleOf(_)
            | Kind::Union(_)
            | Kind::Record(_)
            | Kind::Member(_)) => Some(kind),
        }
    }

    fn kind_of(&self, annotation: &str, depth: u32) -> Option<Kind> {
        let depth = depth.checked_sub(1)?;
        let text = annotation.trim().trim_matches(['"', '\'']).trim();
        let union = parts(text, '|');
        if union.len() > 1 {
            let kinds: Option<Vec<Kind>> = union.into_iter().map(|part| self.kind_of(part, depth)).collect();
            return kinds.map(Kind::Union);
        }
        let short = text.strip_prefix("builtins.").or_else(|| text.strip_prefix("typing.")).unwrap_or(text);
        let (head, arguments) = match short.split_once('[') {
            Some((head, rest)) => (head, parts(rest.strip_suffix(']')?, ',')),
            None => (short, Vec::new()),
        };
        let boxed = |part: &str| self.kind_of(part, depth).map(Box::new);
        Some(match (head, arguments.as_slice()) {
            ("int", []) => Kind::Plain(Sort::Integer),
            ("str", []) => Kind::Plain(Sort::Text),
            ("bool", []) => Kind::Plain(Sort::Boolean),
            ("bytes", []) => Kind::Plain(Sort::Bytes),
            ("None", []) => Kind::None,
            ("list" | "List", [item]) => Kind::List(boxed(item)?),
            ("set" | "Set", [item]) => Kind::Set(boxed(item)?),
            ("dict" | "Dict", [key, value]) => Kind::Dict(boxed(key)?, boxed(value)?),
            ("tuple" | "Tuple", [item, "..."]) => Kind::TupleOf(boxed(item)?),
            ("tuple" | "Tuple", items) if !items.is_empty() => {
                Kind::Tuple(items.iter().map(|item| self.kind_of(item, depth)).collect::<Option<_>>()?)
            }
            ("Optional", [item]) => Kind::Union(vec![self.kind_of(item, depth)?, Kind::None]),
            ("Union", items) if !items.is_empty() => {
                Kind::Union(items.iter().map(|item| self.kind_of(item, depth)).collect::<Option<_>>()?)
            }
            (_, []) => match self.index.find(text)? {
                Named::Class(class) if self.members(class).is_some_and(|all| !all.is_empty()) => Kind::Member(class),
                Named::Class(class) => {
                    let kind = self.index.class(class)?.kind;
                    if !matches!(kind, ClassKind::Dataclass | ClassKind::NamedTuple) || !self.is_free(class) {
                        return None;
                    }
                    Kind::Record(class)
                }
                Named::Function(_) | Named::Constant(_) | Named::CallOf(_) | Named::Variable | Named::Module => {
                    return None;
                }
            },
            _ => return None,
        })
    }

    /// Tells whether a dataclass or named tuple of any field values can be made: nothing checks or changes them.
    fn is_free(&self, class: ClassId) -> bool {
        self.index.class_member(class, "__post_init__").is_none()
            && self.fields_of(class).is_some_and(|fields| fields.iter().all(|field| field.is_taken))
    }

    /// Gives the fields of a dataclass or named tuple, in order; `None` when that is not clear.
    pub(crate) fn fields_of(&self, class: ClassId) -> Option<Vec<ir::program::Field>> {
        let mut fields: Vec<ir::program::Field> = Vec::new();
        let mut order = self.index.order(class);
        order.reverse();
        for id in order {
            let declared = self.index.class(id)?;
            let has_own = ["__init__", "__new__"].iter().any(|name| declared.methods.contains_key(*name));
            if has_own || !matches!(declared.kind, ClassKind::Dataclass | ClassKind::NamedTuple) {
                return None;
            }
            for field in &declared.fields {
                let Some(annotation) = &field.annotation else { continue };
                if annotation.contains("ClassVar") || annotation.contains("InitVar") {
                    return None;
                }
                match fields.iter_mut().find(|known| known.name == field.name) {
                    Some(known) => *known = field.clone(),
                    None => fields.push(field.clone()),
                }
            }
        }
        Some(fields)
    }

    /// Lists the layouts of a parameter.
    pub(crate) fn layouts_of(&mut self, kind: &Kind, name: &str) -> Vec<Layout> {
        let mut layouts = self.layouts(kind, name, DEPTH);
        if layouts.len() > LAYOUTS {
            layouts.truncate(LAYOUTS);
            self.bounds.insert(format!("`{name}` has one of {LAYOUTS} forms"));
        }
        layouts
    }

    fn layouts(&mut self, kind: &Kind, name: &str, depth: u32) -> Vec<Layout> {
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        match kind {
            Kind::Plain(sort) => {
                let sort = *sort;
                let id = self.sources.intern(&format!("parameter {name}"), || Source {
                    name: name.into(),
                    chooser: Chooser::Attacker,
                    sort,
                    parameter: Origin::Expression,
                });
                vec![Layout::Source(id, sort)]
            }
            Kind::None => vec![Layout::None],
            Kind::List(item) => self.sequences(item, name, depth).into_iter().map(Layout::List).collect(),
            Kind::TupleOf(item) => self.sequences(item, name, depth).into_iter().map(Layout::Tuple).collect(),
            Kind::Set(item) => self.sequences(item, name, depth).into_iter().map(Layout::Set).collect(),
            Kind::Dict(key, value) => {
                self.note_items(name);
                let mut all = Vec::new();
                for size in 0..=ITEMS {
                    let entries = (0..size).filter_map(|at| {
                        let key = self.layouts(key, &format!("key {at} of {name}"), depth).into_iter().next()?;
                        let value = self.layouts(value, &format!("value {at} of {name}"), depth).into_iter().next()?;
                        Some((key, value))
                    });
                    all.push(Layout::Dict(entries.collect()));
                }
                all
            }
            Kind::Tuple(kinds) => {
                let mut all = vec![Vec::new()];
                for (at, kind) in kinds.iter().enumerate() {
                    let items = self.layouts(kind, &format!("{name}[{at}]"), depth);
                    all = extended(&all, &items);
                }
                all.into_iter().map(Layout::Tuple).collect()
            }
            Kind::Union(kinds) => {
                let mut all = Vec::new();
                for (at, kind) in kinds.iter().enumerate() {
                    let shown = if at == 0 { name.to_owned() } else { format!("{name}, as its type no. {}", at + 1) };
                    all.extend(self.layouts(kind, &shown, depth));
                }
                all
            }
            Kind::Member(class) => {
                let members = self.members(*class).unwrap_or_default();
                members.into_iter().map(|(name, _)| Layout::Member(*class, name.to_owned())).collect()
            }
            Kind::Record(class) => {
                let fields = self.fields_of(*class).unwrap_or_default();
                let mut all = vec![Vec::new()];
                for field in &fields {
                    let kind = field.annotation.as_deref().and_then(|annotation| self.kind_of(annotation, depth));
                    let Some(kind) = kind else {
                        self.bounds.insert(format!("the type of `{name}.{}` is not modelled", field.name));
                        return Vec::new();
                    };
                    let items = self.layouts(&kind, &format!("{name}.{}", field.name), depth);
                    all = extended(&all, &items);
                }
                let named = |items: Vec<Layout>| fields.iter().map(|field| field.name.clone()).zip(items).collect();
                all.into_iter().map(|items| Layout::Record(*class, named(items))).collect()
            }
        }
    }

    fn note_items(&mut self, name: &str) {
        self.bounds.insert(format!("`{name}` holds at most {ITEMS} items"));
    }

    fn sequences(&mut self, item: &Kind, name: &str, depth: u32) -> Vec<Vec<Layout>> {
        self.note_items(name);
        let mut all = Vec::new();
        for size in 0..=ITEMS {
            let mut items = Vec::new();
            for at in 0..size {
                let forms = self.layouts(item, &format!("{name}[{at}]"), depth);
                // Each item takes another form where there are several.
                let chosen = forms.get((at + 1) % forms.len().max(1));
                items.extend(chosen.cloned());
            }
            all.push(items);
        }
        all
    }

    /// Makes the value of a layout; `None` when the path's condition rules it out.
    pub(crate) fn laid_out(&mut self, state: &mut State, layout: &Layout) -> Option<Value> {
        Some(match layout {
            Layout::Source(id, sort) => self.source_value(*id, *sort).0,
            Layout::None => Value::None,
            Layout::Member(class, name) => self.member(state, *class, name)?,
            Layout::List(items) => {
                let items = self.all_laid_out(state, items)?;
                Value::Object(state.allocate(Object::List(items)))
            }
            Layout::Tuple(items) => Value::Tuple(self.all_laid_out(state, items)?.into()),
            Layout::Set(items) => {
                let items = self.all_laid_out(state, items)?;
                self.assume_distinct(state, &items)?;
                Value::Object(state.allocate(Object::Set(items)))
            }
            Layout::Dict(entries) => {
                let mut pairs = Vec::new();
                for (key, value) in entries {
                    pairs.push((self.laid_out(state, key)?, self.laid_out(state, value)?));
                }
                let keys: Vec<Value> = pairs.iter().map(|(key, _)| key.clone()).collect();
                self.assume_distinct(state, &keys)?;
                Value::Object(state.allocate(Object::Dict(pairs)))
            }
            Layout::Record(class, fields) => {
                let mut attributes = std::collections::BTreeMap::new();
                for (name, field) in fields {
                    attributes.insert(name.clone(), self.laid_out(state, field)?);
                }
                Value::Object(state.allocate(Object::Instance { class: *class, attributes, rest: Rest::Closed }))
            }
        })
    }

    fn all_laid_out(&mut self, state: &mut State, layouts: &[Layout]) -> Option<Vec<Value>> {
        layouts.iter().map(|layout| self.laid_out(state, layout)).collect()
    }

    fn assume_distinct(&mut self, state: &mut State, items: &[Value]) -> Option<()> {
        for (at, item) in items.iter().enumerate() {
            for other in items.iter().skip(at + 1) {
                let equal = self.equal(state, item, other, 8);
                let way = cases(&equal, false)?.into_iter().next()?;
                *state = self.assume_all(state, &way)?;
            }
        }
        Some(())
    }

    /// Writes a layout's value as Python.
    pub(crate) fn shown_layout(&self, layout: &Layout, assignment: &Assignment) -> String {
        let all = |items: &[Layout]| {
            let shown: Vec<String> = items.iter().map(|item| self.shown_layout(item, assignment)).collect();
            shown.join(", ")
        };
        match layout {
            Layout::Source(id, sort) => match (assignment.values.get(id), sort) {
                (Some(Chosen::Text(text)), Sort::Bytes) => format!("b{}", literal::string(text)),
                (Some(Chosen::Text(text)), Sort::Text | Sort::Integer | Sort::Boolean) => literal::string(text),
                (Some(Chosen::Number(number)), _) => integer::literal(number),
                (Some(Chosen::Truth(true)), _) | (None, Sort::Boolean) => "True".to_owned(),
                (Some(Chosen::Truth(false)), _) => "False".to_owned(),
                (Some(Chosen::Absent), _) => "None".to_owned(),
                (None, Sort::Integer) => "1".to_owned(),
                (None, Sort::Bytes) => format!("b{}", literal::string(&assignment.harmless)),
                (None, Sort::Text) => literal::string(&assignment.harmless),
            },
            Layout::None => "None".to_owned(),
            Layout::Member(class, name) => {
                let class = self.index.class(*class).map_or("?", |class| class.qualname.as_str());
                format!("{class}.{name}")
            }
            Layout::List(items) => format!("[{}]", all(items)),
            Layout::Set(items) if items.is_empty() => "set()".to_owned(),
            Layout::Set(items) => format!("{{{}}}", all(items)),
            Layout::Tuple(items) if items.len() == 1 => format!("({},)", all(items)),
            Layout::Tuple(items) => format!("({})", all(items)),
            Layout::Dict(entries) => {
                let shown: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| {
                        format!("{}: {}", self.shown_layout(key, assignment), self.shown_layout(value, assignment))
                    })
                    .collect();
                format!("{{{}}}", shown.join(", "))
            }
            Layout::Record(class, fields) => {
                let name = self.index.class(*class).map_or("?", |class| class.qualname.as_str());
                let shown: Vec<String> = fields
                    .iter()
                    .map(|(field, value)| format!("{field}={}", self.shown_layout(value, assignment)))
                    .collect();
                format!("{name}({})", shown.join(", "))
            }
        }
    }
}

fn is_plain(kinds: &[Kind]) -> bool {
    kinds.iter().all(|kind| matches!(kind, Kind::Plain(_) | Kind::None))
}

/// Adds each of the items to each of the rows.
fn extended(rows: &[Vec<Layout>], items: &[Layout]) -> Vec<Vec<Layout>> {
    let both = |row: &Vec<Layout>, item: &Layout| row.iter().chain([item]).cloned().collect();
    rows.iter().flat_map(|row| items.iter().map(move |item| both(row, item))).take(LAYOUTS + 1).collect()
}
