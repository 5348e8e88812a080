//! Text functions as machines, so that languages can be pulled back and pushed through them. Invariant: what the
//! function gives for a text is always among what the machine may write for it.

use super::{STATE_LIMIT, TooLarge, language::Language, machine::Machine, machines, operation::Operation};

/// How a transducer's languages relate to the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// The machine writes exactly the function's result.
    Exact,
    /// The machine may also write other texts, so that preimages and images may be too large.
    Over,
}

/// A text function with its machine.
#[derive(Clone, Debug)]
pub struct Transducer {
    operation: Operation,
    stages: Vec<Machine>,
    precision: Precision,
}

impl Transducer {
    /// Builds the machine of a function. Fails when a constant in it is too long.
    pub fn new(operation: Operation) -> Result<Self, TooLarge> {
        let (stages, precision) = machines::of(&operation)?;
        let states: usize = stages.iter().map(|machine| machine.states.len()).sum();
        if states > STATE_LIMIT { Err(TooLarge) } else { Ok(Self { operation, stages, precision }) }
    }

    /// The function.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// How exact preimages and images are.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Computes the function, as CPython does.
    pub fn apply(&self, text: &str) -> String {
        self.operation.apply(text)
    }

    /// The texts that the function may take into the language: all of them, and with [`Precision::Exact`] no other.
    pub fn preimage(&self, language: &Language) -> Result<Language, TooLarge> {
        self.stages.iter().rev().try_fold(language.clone(), |wanted, machine| machine.preimage(&wanted))
    }

    /// What the function may make of the language's texts: all of it, perhaps more.
    pub fn image_over(&self, language: &Language) -> Result<Language, TooLarge> {
        self.stages.iter().try_fold(language.clone(), |given, machine| machine.image(&given))
    }
}

/// The texts that the chain, its first function first, may take into the language.
pub fn preimage_of_chain(chain: &[Transducer], language: &Language) -> Result<Language, TooLarge> {
    chain.iter().rev().try_fold(language.clone(), |wanted, transducer| transducer.preimage(&wanted))
}

/// What the chain, its first function first, may make of the language's texts.
pub fn image_of_chain(chain: &[Transducer], language: &Language) -> Result<Language, TooLarge> {
    chain.iter().try_fold(language.clone(), |given, transducer| transducer.image_over(&given))
}
