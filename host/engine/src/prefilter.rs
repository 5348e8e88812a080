//! Which packs a file can concern at all. Invariant: a rule is left out only when none of its triggers is in the file.

use aho_corasick::AhoCorasick;

use crate::plugins::Plugins;

/// One automaton over the triggers of every rule.
#[derive(Debug)]
pub(crate) struct Prefilter {
    automaton: Option<AhoCorasick>,
    /// For each pattern, the packs that it wakes.
    wakes: Vec<Vec<usize>>,
    /// Packs with a rule that has no triggers: asked for every file.
    always: Vec<usize>,
    packs: usize,
}

impl Prefilter {
    /// Builds the automaton; one that cannot be built (too many patterns) lets every file through.
    pub(crate) fn new(plugins: &Plugins) -> Self {
        let mut patterns: Vec<Vec<u8>> = Vec::new();
        let mut wakes: Vec<Vec<usize>> = Vec::new();
        let mut always = Vec::new();
        for (pack, installed) in plugins.packs.iter().enumerate() {
            for rule in &installed.info().rules {
                if rule.triggers.is_empty() && !always.contains(&pack) {
                    always.push(pack);
                }
                for trigger in &rule.triggers {
                    match patterns.iter().position(|known| known == trigger) {
                        Some(at) => {
                            if let Some(list) = wakes.get_mut(at).filter(|list| !list.contains(&pack)) {
                                list.push(pack);
                            }
                        }
                        None => {
                            patterns.push(trigger.clone());
                            wakes.push(vec![pack]);
                        }
                    }
                }
            }
        }
        let automaton = AhoCorasick::new(&patterns).ok();
        Self { automaton, wakes, always, packs: plugins.packs.len() }
    }

    /// Tells for each pack whether the text can concern it.
    pub(crate) fn awake(&self, text: &str) -> Vec<bool> {
        let Some(automaton) = &self.automaton else { return vec![true; self.packs] };
        let mut awake = vec![false; self.packs];
        for &pack in &self.always {
            mark(&mut awake, pack);
        }
        for found in automaton.find_overlapping_iter(text) {
            for &pack in self.wakes.get(found.pattern().as_usize()).into_iter().flatten() {
                mark(&mut awake, pack);
            }
            if awake.iter().all(|&is_awake| is_awake) {
                break;
            }
        }
        awake
    }
}

fn mark(awake: &mut [bool], pack: usize) {
    if let Some(flag) = awake.get_mut(pack) {
        *flag = true;
    }
}
