//! The repository's own rules, checked. Invariant: it reads only, and a problem names the file that has it.

use anyhow::{Result, bail};

use crate::workspace;

mod files;
mod layers;
mod rules;
mod sources;
mod top_level;

/// Checks everything and prints what is wrong.
///
/// # Errors
/// When a file cannot be read or a check found a problem.
pub(crate) fn tidy() -> Result<()> {
    let problems = problems()?;
    for problem in &problems {
        eprintln!("{problem}");
    }
    match problems.len() {
        0 => {
            eprintln!("tidy: everything is in order");
            Ok(())
        }
        count => bail!("tidy: {count} problems"),
    }
}

fn problems() -> Result<Vec<String>> {
    let root = workspace::root();
    let sources = sources::collect(&root)?;
    let mut problems = top_level::check(&root)?;
    problems.extend(files::check(&sources));
    problems.extend(rules::check(&sources));
    problems.extend(layers::check(&root)?);
    Ok(problems)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    #[test]
    fn the_repository_keeps_its_rules() {
        let problems = super::problems().unwrap();
        assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    }
}
