//! Reads a corrected function out of a model's answer, which nobody vouches for. Invariant: what is given is one function of
//! the name that was asked for, at its old indentation, within the limits, and not the one that was there.

use std::collections::BTreeSet;

use crate::{
    answer_blocks::{Blocks, Edit, blocks},
    answer_text::without_thoughts,
    code_definitions::{Definition, Outline, indented, outline},
    code_lines::lines,
    error::AnswerProblem,
};

/// How large an answer may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerLimits {
    /// The most lines of the function.
    pub lines: usize,
    /// The most bytes of the answer.
    pub bytes: usize,
}

impl Default for AnswerLimits {
    fn default() -> Self {
        Self { lines: 600, bytes: 256 * 1024 }
    }
}

/// The function that was asked about.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Its name; of a dotted name the last part counts.
    pub name: &'a str,
    /// Its text as it was sent: whole lines, with decorators.
    pub function: &'a str,
    /// Other text that the answer may repeat, such as the file as it was sent.
    pub known: &'a str,
    /// How large the answer may be.
    pub limits: AnswerLimits,
}

/// A function as a model proposes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// New statements that import, one each.
    pub imports: Vec<String>,
    /// The whole function with its decorators, at the original's indentation, ending in a line feed.
    pub function: String,
}

/// Reads an answer.
///
/// # Errors
/// [`AnswerProblem`], whose text can be handed back to the model.
pub fn read(answer: &str, target: &Target<'_>) -> Result<Proposed, AnswerProblem> {
    if answer.len() > target.limits.bytes {
        return Err(AnswerProblem::TooLong { most: target.limits.bytes, unit: "bytes" });
    }
    let answer = answer.replace("\r\n", "\n");
    let target_text = target.function.replace("\r\n", "\n");
    let known = format!("{}\n{target_text}", target.known.replace("\r\n", "\n"));
    let reading = Reading {
        name: target.name.rsplit('.').next().unwrap_or(target.name),
        function: &target_text,
        known_lines: known.lines().map(str::trim).collect(),
    };
    let mut proposed = match blocks(without_thoughts(&answer)) {
        Blocks::Edits(edits) => reading.edited(&edits)?,
        Blocks::Code(texts) => reading.whole(&texts)?,
    };
    if is_same(&proposed.function, &target_text) {
        return Err(AnswerProblem::Unchanged);
    }
    if proposed.function.lines().count() > target.limits.lines {
        return Err(AnswerProblem::TooLong { most: target.limits.lines, unit: "lines" });
    }
    proposed.imports.retain(|import| !reading.known_lines.contains(import.as_str()));
    Ok(proposed)
}

struct Reading<'a> {
    name: &'a str,
    function: &'a str,
    known_lines: BTreeSet<&'a str>,
}

impl Reading<'_> {
    /// Takes the function out of whole blocks of code.
    fn whole(&self, texts: &[String]) -> Result<Proposed, AnswerProblem> {
        let mut imports: Vec<String> = Vec::new();
        let mut found: Vec<Definition> = Vec::new();
        let mut stranger = None;
        for text in texts {
            let Outline { imports: more, definitions, others } = outline(text, self.name);
            let (targets, strangers): (Vec<_>, Vec<_>) =
                definitions.into_iter().partition(|definition| definition.name == self.name);
            let is_known = |text: &str| text.lines().all(|line| self.known_lines.contains(line.trim()));
            stranger = stranger.or(strangers.into_iter().find(|other| !is_known(&other.text)).map(|other| other.name));
            let other = others.iter().find(|line| !self.known_lines.contains(line.trim()));
            if let (Some(line), false) = (other, targets.is_empty()) {
                return Err(AnswerProblem::OtherCode { line: line.chars().take(80).collect() });
            }
            if !targets.is_empty() || others.is_empty() {
                imports.extend(more);
            }
            for target in targets {
                if !found.iter().any(|other| is_same(&other.text, &target.text)) {
                    found.push(target);
                }
            }
        }
        if found.len() > 1 {
            found.retain(|definition| !is_same(&definition.text, self.function));
        }
        match (found.pop(), found.is_empty(), stranger) {
            (Some(_), false, _) => Err(AnswerProblem::SeveralAnswers { name: self.name.to_owned() }),
            (Some(_), true, Some(other)) => Err(AnswerProblem::OtherFunction { name: other }),
            (Some(definition), true, None) => {
                imports.dedup();
                Ok(Proposed { imports, function: self.fitted(&definition) })
            }
            (None, _, Some(found)) => Err(AnswerProblem::Renamed { found, wanted: self.name.to_owned() }),
            (None, _, None) => Err(AnswerProblem::NoCode),
        }
    }

    /// Gives the function at the original's indentation, under the original's decorators where it has lost all of them.
    fn fitted(&self, definition: &Definition) -> String {
        let original = outline(self.function, self.name).definitions;
        let original = original.iter().find(|other| other.name == self.name);
        let base = original.map_or("", |other| other.indentation.as_str());
        let text = indented(&definition.text, &definition.indentation, base, self.function);
        match original {
            Some(original) if definition.decorators.is_empty() => format!("{}{text}", original.decorators),
            Some(_) | None => text,
        }
    }

    /// Applies edits to the function.
    fn edited(&self, edits: &[Edit]) -> Result<Proposed, AnswerProblem> {
        let mut text = self.function.to_owned();
        let mut imports = Vec::new();
        for edit in edits {
            let replaced = outline(&edit.replace, self.name);
            let searched = outline(&edit.search, self.name);
            let only_imports = |outline: &Outline| outline.definitions.is_empty() && outline.others.is_empty();
            if only_imports(&replaced) && only_imports(&searched) && !replaced.imports.is_empty() {
                let is_in_function = !edit.search.trim().is_empty() && place(&text, &edit.search).is_ok();
                if !is_in_function {
                    imports.extend(replaced.imports);
                    continue;
                }
            }
            text = apply(&text, edit)?;
        }
        let mut proposed = self.whole(&[text])?;
        imports.append(&mut proposed.imports);
        Ok(Proposed { imports, ..proposed })
    }
}

/// Tells whether two texts differ in nothing but spaces at the ends of lines and empty lines.
fn is_same(left: &str, right: &str) -> bool {
    let shown = |text: &str| -> Vec<String> {
        let text = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
        let first: usize = text.clone().next().map_or(0, |line| line.len() - line.trim_start().len());
        text.map(|line| line.get(first..).unwrap_or(line).to_owned()).collect()
    };
    shown(left) == shown(right)
}

/// Where searched lines stand, and what has to be put before each line of the replacement.
struct Place {
    first: usize,
    count: usize,
    indentation: String,
}

fn apply(text: &str, edit: &Edit) -> Result<String, AnswerProblem> {
    let Place { first, count, indentation } = place(text, &edit.search)?;
    let mut out: Vec<String> = text.lines().take(first).map(str::to_owned).collect();
    let replacement = edit
        .replace
        .lines()
        .map(|line| if line.trim().is_empty() { line.to_owned() } else { format!("{indentation}{line}") });
    out.extend(replacement);
    out.extend(text.lines().skip(first.saturating_add(count)).map(str::to_owned));
    Ok(out.join("\n") + "\n")
}

/// Finds searched lines: as they are, without the spaces at their ends, then also further to the right.
fn place(text: &str, search: &str) -> Result<Place, AnswerProblem> {
    let wanted: Vec<&str> = search.lines().collect();
    let shown = || search.trim().lines().next().unwrap_or_default().chars().take(80).collect::<String>();
    if search.trim().is_empty() {
        return Err(AnswerProblem::SearchNotFound { search: String::new() });
    }
    let have: Vec<&str> = text.lines().collect();
    let trimmed = |lines: &[&str]| lines.iter().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let shifted = |lines: &[&str]| {
        let first = lines.iter().find(|line| !line.trim().is_empty()).copied().unwrap_or_default();
        let shift = first.get(..first.len() - first.trim_start().len()).unwrap_or_default();
        lines.iter().map(|line| line.strip_prefix(shift).unwrap_or(line).trim_end().to_owned()).collect::<Vec<_>>()
    };
    let windows = || have.windows(wanted.len()).enumerate();
    let exact: Vec<usize> = windows().filter(|(_, lines)| *lines == wanted).map(|(at, _)| at).collect();
    let loose: Vec<usize> =
        windows().filter(|(_, lines)| trimmed(lines) == trimmed(&wanted)).map(|(at, _)| at).collect();
    let moved: Vec<usize> =
        windows().filter(|(_, lines)| shifted(lines) == shifted(&wanted)).map(|(at, _)| at).collect();
    let found = [exact, loose, moved].into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    match found.as_slice() {
        [] => Err(AnswerProblem::SearchNotFound { search: shown() }),
        &[first] => {
            let depth = |line: Option<&&str>| {
                line.and_then(|line| Some(lines(line).first()?.indentation().to_owned())).unwrap_or_default()
            };
            let (new, old) = (depth(have.get(first)), depth(wanted.first()));
            let indentation = new.strip_suffix(old.as_str()).unwrap_or_default().to_owned();
            Ok(Place { first, count: wanted.len(), indentation })
        }
        _ => Err(AnswerProblem::SearchAmbiguous { search: shown(), count: found.len() }),
    }
}
