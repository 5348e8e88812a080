//! A set of sink languages in one word. Invariant: an SQL sanitizer for one dialect says nothing of another; one for
//! `Generic` covers all.

use model::contract::{SinkLanguage, SqlDialect};

/// The languages that a taint is harmless for, and what is known of its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LanguageSet(u32);

/// A path without `..` and links.
const NORMALISED: u32 = 1 << 31;
/// A text that starts with one slash.
const ROOTED: u32 = 1 << 30;
/// A text that does not start with two slashes.
const NOT_TWO_SLASHES: u32 = 1 << 29;
/// A text without `..`.
const NO_DOTS: u32 = 1 << 28;
/// A text without a slash.
const NO_SLASH: u32 = 1 << 27;
const FACTS: u32 = NORMALISED | ROOTED | NOT_TWO_SLASHES | NO_DOTS | NO_SLASH;
const SQL_DIALECTS: u32 = 0b1111;

fn bits(language: &SinkLanguage) -> u32 {
    match language {
        SinkLanguage::Sql { dialect: SqlDialect::Sqlite } => 1,
        SinkLanguage::Sql { dialect: SqlDialect::Postgres } => 1 << 1,
        SinkLanguage::Sql { dialect: SqlDialect::Mysql } => 1 << 2,
        SinkLanguage::Sql { dialect: SqlDialect::Generic } => 1 << 3,
        SinkLanguage::Shell => 1 << 4,
        SinkLanguage::Program => 1 << 5,
        SinkLanguage::PythonCode => 1 << 6,
        SinkLanguage::Path => 1 << 7,
        SinkLanguage::Template => 1 << 8,
        SinkLanguage::LdapFilter => 1 << 9,
        SinkLanguage::XPath => 1 << 10,
        SinkLanguage::Deserialize => 1 << 11,
        SinkLanguage::Html => 1 << 12,
        SinkLanguage::Xml => 1 << 13,
        SinkLanguage::HeaderValue => 1 << 14,
        SinkLanguage::LogRecord => 1 << 15,
        SinkLanguage::RequestUrl => 1 << 16,
        SinkLanguage::RedirectUrl => 1 << 17,
        SinkLanguage::Regex => 1 << 18,
        SinkLanguage::FormatString => 1 << 19,
        SinkLanguage::LdapName => 1 << 20,
        SinkLanguage::Choice => 1 << 21,
        SinkLanguage::MatchedText { .. } => 1 << 22,
        SinkLanguage::Argument => 1 << 23,
    }
}

impl LanguageSet {
    /// The languages of a sanitizer.
    pub(crate) fn of(languages: &[SinkLanguage]) -> Self {
        Self(languages.iter().fold(0, |set, language| set | Self::cleaned_by(language)))
    }

    fn cleaned_by(language: &SinkLanguage) -> u32 {
        match language {
            SinkLanguage::Sql { dialect: SqlDialect::Generic } => SQL_DIALECTS,
            _ => bits(language),
        }
    }

    pub(crate) fn contains(self, language: &SinkLanguage) -> bool {
        let has = |facts: u32| self.0 & facts == facts;
        let is_known = match language {
            SinkLanguage::RedirectUrl => has(ROOTED | NOT_TWO_SLASHES),
            SinkLanguage::Path => has(NO_DOTS | NO_SLASH),
            _ => false,
        };
        is_known || self.0 & bits(language) != 0
    }

    /// Everything.
    pub(crate) const ALL: Self = Self(!NORMALISED);
    /// A text that starts with a slash.
    pub(crate) const ROOTED: Self = Self(ROOTED);
    /// A text that does not start with two slashes.
    pub(crate) const NOT_TWO_SLASHES: Self = Self(NOT_TWO_SLASHES);
    /// A text without `..`.
    pub(crate) const NO_DOTS: Self = Self(NO_DOTS);
    /// A text without a slash.
    pub(crate) const NO_SLASH: Self = Self(NO_SLASH);

    pub(crate) const fn to_bits(self) -> u32 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Marks the value as a path without `..` and links (`os.path.realpath`).
    pub(crate) const fn with_normalised(self) -> Self {
        Self(self.0 | NORMALISED)
    }

    /// Drops what is known of the text itself: it was put together with others.
    pub(crate) fn without_facts(self) -> Self {
        let proved =
            [SinkLanguage::Path, SinkLanguage::RedirectUrl].into_iter().filter(|language| self.contains(language));
        let proved = proved.fold(0, |set, language| set | bits(&language));
        Self((self.0 & !FACTS) | proved)
    }

    pub(crate) const fn is_normalised(self) -> bool {
        self.0 & NORMALISED != 0
    }

    /// How many languages are in the set.
    pub(crate) const fn size(self) -> u32 {
        (self.0 & !FACTS).count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generic_sanitizer_covers_all_dialects_but_not_the_other_way() {
        let sqlite = SinkLanguage::Sql { dialect: SqlDialect::Sqlite };
        let generic = SinkLanguage::Sql { dialect: SqlDialect::Generic };
        assert!(LanguageSet::of(std::slice::from_ref(&generic)).contains(&sqlite));
        assert!(!LanguageSet::of(std::slice::from_ref(&sqlite)).contains(&generic));
        assert!(!LanguageSet::of(&[SinkLanguage::Shell]).contains(&sqlite));
        assert_eq!(LanguageSet::of(&[SinkLanguage::Shell]).with_normalised().size(), 1);
    }
}
