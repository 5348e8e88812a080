//! Finds the code in an answer. Invariant: prose is never taken for code, unless the whole answer is code.

/// The code of an answer.
pub(crate) enum Blocks {
    /// Replacements of lines.
    Edits(Vec<Edit>),
    /// Whole pieces of Python.
    Code(Vec<String>),
}

/// Lines to search for and what to put in their place.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) search: String,
    pub(crate) replace: String,
}

pub(crate) fn blocks(answer: &str) -> Blocks {
    let edits = edits(answer);
    if !edits.is_empty() {
        return Blocks::Edits(edits);
    }
    let fenced = fenced(answer);
    let is_code =
        ["def ", "async def ", "@", "import ", "from "].iter().any(|start| answer.trim_start().starts_with(start));
    Blocks::Code(if fenced.is_empty() && is_code { vec![answer.to_owned()] } else { fenced })
}

fn edits(answer: &str) -> Vec<Edit> {
    enum At {
        Outside,
        Search,
        Replace,
    }
    let mut found = Vec::new();
    let mut at = At::Outside;
    let mut edit = Edit::default();
    for line in answer.lines() {
        let mark = line.trim();
        match at {
            At::Outside if mark.starts_with("<<<<<") && mark.trim_start_matches('<').trim() == "SEARCH" => {
                at = At::Search
            }
            At::Outside => {}
            At::Search if mark.len() >= 5 && mark.chars().all(|c| c == '=') => at = At::Replace,
            At::Replace if mark.starts_with(">>>>>") && mark.trim_start_matches('>').trim() == "REPLACE" => {
                found.push(std::mem::take(&mut edit));
                at = At::Outside;
            }
            At::Search => edit.search.extend([line, "\n"]),
            At::Replace => edit.replace.extend([line, "\n"]),
        }
    }
    found
}

/// Gives the fenced blocks that are Python or do not say what they are. A block whose end is missing ends with the answer.
fn fenced(answer: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(&str, String, Vec<&str>)> = None;
    for line in answer.lines() {
        let mark = line.trim();
        let ticks: String = mark.chars().take_while(|&c| c == '`' || c == '~').collect();
        match &mut open {
            None if ticks.len() >= 3 => {
                open = Some((mark.get(ticks.len()..).unwrap_or_default().trim(), ticks, Vec::new()))
            }
            None => {}
            Some((language, fence, block)) if mark == ticks && ticks.starts_with(fence.as_str()) => {
                push(&mut found, language, block);
                open = None;
            }
            Some((_, _, block)) => block.push(line),
        }
    }
    if let Some((language, _, block)) = open {
        push(&mut found, language, &block);
    }
    found
}

fn push(found: &mut Vec<String>, language: &str, block: &[&str]) {
    let language = language.split([' ', '{', ':']).next().unwrap_or_default().to_ascii_lowercase();
    if ["", "python", "python3", "py"].contains(&language.as_str()) {
        found.push(block.iter().flat_map(|line| [*line, "\n"]).collect());
    }
}
