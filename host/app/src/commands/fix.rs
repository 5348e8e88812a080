//! `securecode fix`. Invariant: nothing is written that was not accepted by a person or by a flag, and nothing unverified
//! without `--unverified`.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, BufRead, IsTerminal as _},
    process::Command,
    sync::Arc,
};

use anyhow::{Context as _, bail};
use engine::{
    edits,
    engine::{Engine, Outcome as ScanOutcome},
};
use model::{
    finding::Finding,
    patch::{Patch, PatchOutcome},
    scan::{Depth, NewScan, ScanOptions},
};

use crate::{
    cli::FixArgs,
    collect::{Collected, collect},
    commands::{Globals, scan_options},
    exit::Outcome,
    fixing::{self, PatchedFile, Which},
    output::{self, text},
    progress::Bar,
};

/// Scans, and applies the patches that are accepted.
pub(crate) fn run(globals: &Globals, args: &FixArgs) -> anyhow::Result<Outcome> {
    let asks = !args.yes && !args.dry_run;
    if asks && !args.interactive && !io::stdin().is_terminal() {
        bail!("nobody can be asked here: standard input is no terminal; use --yes, --dry-run or --interactive");
    }
    let mut collected = collect(&args.paths, args.proof.max_file_size)?;
    let engine = globals.engine(args.proof.max_file_size)?;
    let options = ScanOptions {
        depth: Depth::Patch,
        max_iterations: args.max_iterations,
        ..scan_options(&args.proof, &collected)
    };
    let bar = Arc::new(Bar::new(globals.is_quiet));
    let files = std::mem::take(&mut collected.sources);
    let scan = NewScan { files, options: options.clone(), project: Some(collected.project.clone()) };
    let mut outcome = engine.scan(scan, bar.clone())?;
    bar.finish();
    outcome.report.faults.splice(0..0, collected.faults.iter().cloned());
    let which = match (args.unverified, args.bounded) {
        (true, _) => Which::Any,
        (false, true) => Which::Bounded,
        (false, false) => Which::Verified,
    };
    if args.dry_run {
        let findings: Vec<&Finding> = outcome.report.findings.iter().collect();
        let diffs: String =
            fixing::combine(&outcome.snapshot, &findings, which).into_iter().map(|file| file.diff).collect();
        output::write(None, &diffs).context("cannot write the result")?;
        return Ok(left(&outcome));
    }
    if args.yes {
        let fixed = fixing::fix(&engine, &collected, &options, which, outcome)?;
        eprint!("{}", fixed.summary);
        anstream::eprint!("{}", text::summary(&fixed.outcome, |finding| !finding.is_proved_safe()));
        return Ok(left(&fixed.outcome));
    }
    let mut talk = Talk { engine: &engine, collected: &collected, options: &options, which, outcome, applied: 0 };
    talk.run(&mut io::stdin().lock())?;
    anstream::eprintln!("securecode: {} applied", counted(talk.applied));
    anstream::eprint!("{}", text::summary(&talk.outcome, |finding| !finding.is_proved_safe()));
    Ok(left(&talk.outcome))
}

fn left(outcome: &ScanOutcome) -> Outcome {
    let open = outcome.report.findings.iter().filter(|finding| !finding.is_proved_safe()).count();
    Outcome::new(open, outcome.report.faults.len())
}

fn counted(number: usize) -> String {
    if number == 1 { "1 patch".to_owned() } else { format!("{number} patches") }
}

/// The questions about one finding after the other.
struct Talk<'a> {
    engine: &'a Engine,
    collected: &'a Collected,
    options: &'a ScanOptions,
    which: Which,
    outcome: ScanOutcome,
    applied: usize,
}

/// What somebody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Accept,
    Skip,
    Edit,
    All,
    Quit,
}

impl Talk<'_> {
    fn run(&mut self, input: &mut impl BufRead) -> anyhow::Result<()> {
        let mut asked: BTreeSet<String> = BTreeSet::new();
        let mut takes_all = false;
        while let Some(finding) = self.next(&asked) {
            asked.insert(finding.fingerprint.as_str().to_owned());
            let Some(PatchOutcome::Proposed(patch)) = &finding.patch else { continue };
            let answer = if takes_all {
                Answer::Accept
            } else {
                anstream::println!("{}", text::one(&self.outcome, &finding));
                anstream::println!("{}", checks(patch));
                ask(input)?
            };
            match answer {
                Answer::Skip => {}
                Answer::Quit => return Ok(()),
                Answer::Accept => self.apply(&finding.path, patch.new_text.clone())?,
                Answer::All => {
                    takes_all = true;
                    self.apply(&finding.path, patch.new_text.clone())?;
                }
                Answer::Edit => self.edit(&finding, patch)?,
            }
        }
        Ok(())
    }

    /// Gives the next finding with a patch that may be taken and that nobody was asked about.
    fn next(&self, asked: &BTreeSet<String>) -> Option<Finding> {
        let is_open = |finding: &&Finding| {
            let is_taken = matches!(&finding.patch, Some(PatchOutcome::Proposed(patch)) if self.which.takes(patch));
            is_taken && !asked.contains(finding.fingerprint.as_str())
        };
        self.outcome.report.findings.iter().find(is_open).cloned()
    }

    /// Writes a file's new text and scans again, so that the next patch is one of the text that is there.
    fn apply(&mut self, path: &str, new_text: String) -> anyhow::Result<()> {
        let patched = self.patched(path, new_text)?;
        let outcome = fixing::rescan(
            self.engine,
            self.options,
            &self.collected.project,
            &self.outcome,
            std::slice::from_ref(&patched),
        )?;
        fixing::write(self.collected, &patched)?;
        self.outcome = outcome;
        self.applied += 1;
        Ok(())
    }

    fn patched(&self, path: &str, text: String) -> anyhow::Result<PatchedFile> {
        let file = self.outcome.snapshot.find(path).context("a patch names a file that was not scanned")?;
        let diff = edits::unified_diff(path, &file.text, &text);
        Ok(PatchedFile { path: path.to_owned(), text, diff, applied: 1 })
    }

    /// Lets somebody change the patched file; the result is written when the scan of it says that the finding is gone and
    /// nothing came instead, or with `--unverified`.
    fn edit(&mut self, finding: &Finding, patch: &Patch) -> anyhow::Result<()> {
        let Some(text) = edited(&finding.path, &patch.new_text)? else {
            anstream::println!("nothing was written: the editor ended with an error");
            return Ok(());
        };
        let patched = self.patched(&finding.path, text)?;
        let (engine, options, project) = (self.engine, self.options, &self.collected.project);
        let after = fixing::rescan(engine, options, project, &self.outcome, std::slice::from_ref(&patched))?;
        let open = |outcome: &ScanOutcome| -> BTreeSet<String> {
            let open = outcome.report.findings.iter().filter(|finding| !finding.is_proved_safe());
            open.map(|finding| finding.fingerprint.as_str().to_owned()).collect()
        };
        let (before, now) = (open(&self.outcome), open(&after));
        let is_gone = !now.contains(finding.fingerprint.as_str());
        let has_new = now.difference(&before).next().is_some();
        let is_broken = after.report.faults.len() > self.outcome.report.faults.len();
        if (!is_gone || has_new || is_broken) && self.which != Which::Any {
            let why = match (is_broken, is_gone) {
                (true, _) => "the file can no longer be analysed in full",
                (false, false) => "the finding is still there",
                (false, true) => "something is found that was not there before",
            };
            anstream::println!("nothing was written: {why}; --unverified writes it all the same");
            return Ok(());
        }
        fixing::write(self.collected, &patched)?;
        self.outcome = after;
        self.applied += 1;
        Ok(())
    }
}

/// Lists what the gate saw.
fn checks(patch: &Patch) -> String {
    let line = |result: &model::patch::CheckResult| {
        let mark = result.outcome.as_str();
        format!("  {mark} {}: {}\n", result.check.as_str(), anstream::adapter::strip_str(&result.detail))
    };
    patch.gate.checks.iter().map(line).collect()
}

fn ask(input: &mut impl BufRead) -> anyhow::Result<Answer> {
    loop {
        anstream::println!("Apply this patch? [y] yes, [n] no, [e] edit, [a] all that follow, [q] quit");
        let mut line = String::new();
        if input.read_line(&mut line).context("cannot read the answer")? == 0 {
            return Ok(Answer::Quit);
        }
        match line.trim() {
            "y" | "yes" => return Ok(Answer::Accept),
            "n" | "no" => return Ok(Answer::Skip),
            "e" | "edit" => return Ok(Answer::Edit),
            "a" | "all" => return Ok(Answer::All),
            "q" | "quit" => return Ok(Answer::Quit),
            _ => {}
        }
    }
}

/// Opens a text in the user's editor; none when that failed.
fn edited(path: &str, text: &str) -> anyhow::Result<Option<String>> {
    let editor = ["VISUAL", "EDITOR"].into_iter().find_map(|name| env::var(name).ok()).filter(|name| !name.is_empty());
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let name = path.rsplit('/').next().unwrap_or("patched.py");
    let folder = tempfile::tempdir().context("cannot make a folder for the editor")?;
    let file = folder.path().join(name);
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    // An editor is often given with options: `code --wait`.
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program).args(words).arg(&file).status();
    let status = status.with_context(|| format!("cannot start the editor `{editor}`; set EDITOR"))?;
    if !status.success() {
        return Ok(None);
    }
    fs::read_to_string(&file).map(Some).with_context(|| format!("cannot read {}", file.display()))
}
