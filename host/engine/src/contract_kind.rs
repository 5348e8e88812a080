//! Which contracts `verify` looks for. Invariant: every contract that is found belongs to exactly one kind.

use std::collections::BTreeSet;

use ir::written::WrittenKind;

/// Where contracts come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContractKind {
    /// A rule's sink.
    Security,
    /// `assert` statements; those that a function begins with are its preconditions.
    Asserts,
    /// Docstrings in the form of PEP 316.
    Pep316,
    /// Decorators of icontract.
    Icontract,
    /// Decorators of deal.
    Deal,
    /// No contract is written: no exception leaves a function but those that it documents or raises itself.
    Implicit,
}

impl ContractKind {
    /// All kinds that are looked for unless others are asked for: all but `Implicit`.
    pub const USUAL: [Self; 5] = [Self::Security, Self::Asserts, Self::Pep316, Self::Icontract, Self::Deal];

    /// Gives the kind's word: `security`, `assert`, `pep316`, `icontract`, `deal` or `implicit`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Asserts => "assert",
            Self::Pep316 => "pep316",
            Self::Icontract => "icontract",
            Self::Deal => "deal",
            Self::Implicit => "implicit",
        }
    }
}

impl From<WrittenKind> for ContractKind {
    fn from(kind: WrittenKind) -> Self {
        match kind {
            WrittenKind::Pep316 => Self::Pep316,
            WrittenKind::Icontract => Self::Icontract,
            WrittenKind::Deal => Self::Deal,
            WrittenKind::Implicit => Self::Implicit,
        }
    }
}

/// What `verify` is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Only the contracts of this function (qualified or bare name).
    pub function: Option<String>,
    /// Which contracts.
    pub kinds: BTreeSet<ContractKind>,
    /// Where code begins to run.
    pub start: Start,
}

/// Where code begins to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// At each function, called with any arguments.
    #[default]
    Functions,
    /// At each file's top level: `assert` statements are looked at, and exceptions that nothing catches.
    Module,
}

impl Asked {
    /// Gives the written kinds that are asked for.
    pub(crate) fn written(&self) -> BTreeSet<WrittenKind> {
        [WrittenKind::Pep316, WrittenKind::Icontract, WrittenKind::Deal, WrittenKind::Implicit]
            .into_iter()
            .filter(|kind| self.kinds.contains(&ContractKind::from(*kind)))
            .collect()
    }

    /// Tells whether a function's contracts are asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.function.as_deref().is_none_or(|wanted| name == wanted || name.ends_with(&format!(".{wanted}")))
    }
}
