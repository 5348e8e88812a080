//! What a function does with the members of an archive. Invariant: a loop counts as a check only when a condition in it
//! can leave a member out or stop the function.

use securecode_sdk::{Field, File, Kind, Node, fix::call::Call};

use crate::literal;

/// Methods that list an archive's members.
const LISTS: [&str; 4] = ["namelist", "infolist", "getnames", "getmembers"];
/// Words in a condition that say that the place a name leads to is looked at.
const LOOKS: [&str; 19] = [
    "startswith",
    "isabs",
    "is_absolute",
    "realpath",
    "abspath",
    "resolve",
    "commonpath",
    "commonprefix",
    "is_relative_to",
    "relative_to",
    "normpath",
    "issym",
    "islnk",
    "isfile",
    "isreg",
    "..",
    " in ",
    " not in ",
    "==",
];

/// Tells whether an expression is a tar archive, as far as the file shows.
pub(super) fn is_tar(file: File<'_>, archive: Node<'_>) -> bool {
    opening(archive).is_some_and(|call| {
        let callee = call.callee.text();
        let aliases = file.imports().iter().filter(|import| import.target.starts_with("tarfile"));
        aliases.into_iter().any(|import| callee == import.local || callee.starts_with(&format!("{}.", import.local)))
    })
}

/// Gives the expression that the archive is opened from.
pub(super) fn opened<'a>(archive: Node<'a>) -> Option<Node<'a>> {
    let call = opening(archive)?;
    call.keyword("fileobj").or_else(|| call.positional(0)).or_else(|| call.keyword("name"))
}

/// Gives the call that makes the archive: what its variable is assigned, or bound to by `with`.
fn opening<'a>(archive: Node<'a>) -> Option<Call<'a>> {
    let written = literal::written(archive);
    if let Some(call) = Call::of(written) {
        return Some(call);
    }
    let scope = archive.scope()?;
    let aliased = scope.descendants().filter(|node| node.is(Kind::AS_PATTERN)).find(|node| {
        let alias = node.child(Field::ALIAS);
        alias.is_some_and(|alias| alias.text() == archive.text())
    })?;
    aliased.named_children().find_map(Call::of)
}

/// Tells whether the file sets the filter that extraction falls back on.
pub(super) fn has_default_filter(file: File<'_>) -> bool {
    let is_filter = |node: Node<'_>| {
        node.child(Field::LEFT).is_some_and(|left| left.text().ends_with(".extraction_filter"))
            && node.child(Field::RIGHT).is_some_and(|right| !right.text().contains("fully_trusted"))
    };
    file.tree().nodes().any(|node| node.is(Kind::ASSIGNMENT) && is_filter(node))
}

/// Tells whether the file gets data from other machines.
pub(super) fn is_networked(file: File<'_>) -> bool {
    let modules =
        ["requests", "httpx", "urllib", "urllib3", "aiohttp", "boto3", "wget", "ftplib", "flask", "django", "fastapi"];
    modules.iter().any(|module| file.imports_module(module))
}

/// Tells whether the members that are extracted are chosen or checked.
pub(super) fn are_checked(call: Call<'_>, archive: Node<'_>) -> bool {
    let is_whole = |members: Node<'_>| {
        let members = literal::written(members);
        let all = Call::of(members).is_some_and(|call| ["getmembers", "getnames"].contains(&call.name()));
        all && Call::of(members).and_then(Call::receiver).is_some_and(|owner| owner.text() == archive.text())
            || members.text() == archive.text()
    };
    let chosen = if call.name() == "extractall" {
        call.keyword("members").or_else(|| call.positional(1)).filter(|members| !members.is(Kind::NONE))
    } else {
        None
    };
    if chosen.is_some_and(|members| !is_whole(members)) {
        return true;
    }
    if call.name() == "extract" && call.positional(0).and_then(literal::named_text).is_some() {
        return true;
    }
    let Some(scope) = call.node.scope() else { return false };
    scope.descendants().any(|node| match node.kind() {
        Kind::FOR_STATEMENT => node.start() <= call.node.start() && goes_over(node, archive) && sorts_out(node),
        Kind::CALL => node.end() <= call.node.start() && is_own_check(node, archive),
        _ => false,
    })
}

/// `for member in archive`, `archive.getmembers()`, `archive.getnames()`.
fn goes_over(statement: Node<'_>, archive: Node<'_>) -> bool {
    let Some(right) = statement.child(Field::RIGHT).map(literal::written) else { return false };
    let owner = Call::of(right).and_then(Call::receiver).unwrap_or(right);
    owner.text() == archive.text()
}

/// Tells whether a condition in the loop looks at a member and can leave it out.
fn sorts_out(statement: Node<'_>) -> bool {
    let leaves = [
        Kind::RAISE_STATEMENT,
        Kind::RETURN_STATEMENT,
        Kind::named("continue_statement"),
        Kind::named("break_statement"),
    ];
    let is_own_test = |node: Node<'_>| Call::of(node).is_some_and(|call| call.callee.is(Kind::IDENTIFIER));
    let conditions = statement.descendants().filter(|node| node.is(Kind::IF_STATEMENT));
    conditions.into_iter().any(|condition| {
        let looks = condition.child(Field::CONDITION).is_some_and(|test| {
            let holds_test = std::iter::once(test).chain(test.descendants()).any(is_own_test);
            holds_test || LOOKS.iter().any(|word| test.text().contains(word))
        });
        let has_exit = condition.descendants().any(|node| leaves.contains(&node.kind()));
        let mut calls = condition.descendants().filter_map(Call::of);
        looks && (has_exit || calls.any(|call| ["append", "extract", "add", "open"].contains(&call.name())))
    })
}

/// Tells whether a call opens a file to write under the name of an archive's member: the loop's variable is part of the
/// path, and nothing reduces or checks it.
pub(super) fn is_written_by_name(call: Call<'_>) -> bool {
    let mode = call.positional(1).or_else(|| call.keyword("mode")).and_then(literal::named_text);
    let Some(path) = call.positional(0).filter(|_| mode.is_some_and(|mode| mode.contains(['w', 'x', 'a']))) else {
        return false;
    };
    let path = literal::written(path);
    let is_reduced = ["basename", ".name)", "secure_filename", ".stem"].iter().any(|part| path.text().contains(part));
    let names: Vec<&str> = path.descendants().filter(|node| node.is(Kind::IDENTIFIER)).map(Node::text).collect();
    let over_members = |statement: &Node<'_>| {
        let listed = statement.child(Field::RIGHT).map(literal::written).and_then(Call::of);
        let variable = statement.child(Field::LEFT).is_some_and(|left| names.contains(&left.text()));
        variable && listed.is_some_and(|call| LISTS.contains(&call.name()) && call.receiver().is_some())
    };
    let mut loops = call.node.ancestors().into_iter().filter(|node| node.is(Kind::FOR_STATEMENT));
    !is_reduced && loops.find(over_members).is_some_and(|statement| !sorts_out(statement))
}

/// `check_members(archive)`: an own function that is given the archive before and says that it checks.
fn is_own_check(node: Node<'_>, archive: Node<'_>) -> bool {
    const WORDS: [&str; 6] = ["check", "valid", "safe", "verify", "ensure", "assert"];
    Call::of(node).is_some_and(|call| {
        let name = call.name().to_ascii_lowercase();
        let is_given = call.arguments().any(|argument| argument.text().split('.').next() == Some(archive.text()));
        is_given && WORDS.iter().any(|word| name.contains(word))
    })
}
