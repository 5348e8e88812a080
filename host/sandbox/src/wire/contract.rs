//! Contracts and what they are made of. Invariant: to a guest and back gives the same contract.

use model::contract::{ArgumentSelector, Condition, SinkLanguage, SqlDialect};

use crate::{bindings::imports::securecode::plugin::types, stage::ContractText, wire::span};

pub(crate) fn to_guest(contract: ContractText) -> types::Contract {
    let condition = match contract.condition {
        Condition::SinkStaysData { call, argument, language } => {
            types::Condition::SinkStaysData(types::SinkCondition {
                call: span::to_guest(call),
                argument: argument_to_guest(argument),
                language: language_to_guest(&language),
            })
        }
        Condition::AssertHolds { at } => types::Condition::AssertHolds(span::to_guest(at)),
        Condition::Function { requires, ensures } => {
            types::Condition::Function(types::FunctionCondition { requires, ensures })
        }
    };
    let ContractText { path, at_path, function, statement, .. } = contract;
    types::Contract { path, at_path, function, condition, statement }
}

pub(crate) fn from_guest(contract: types::Contract) -> ContractText {
    let condition = match contract.condition {
        types::Condition::SinkStaysData(sink) => Condition::SinkStaysData {
            call: span::from_guest(sink.call),
            argument: argument_from_guest(sink.argument),
            language: language_from_guest(sink.language),
        },
        types::Condition::AssertHolds(at) => Condition::AssertHolds { at: span::from_guest(at) },
        types::Condition::Function(function) => {
            Condition::Function { requires: function.requires, ensures: function.ensures }
        }
    };
    let types::Contract { path, at_path, function, statement, .. } = contract;
    ContractText { path, at_path, function, condition, statement }
}

fn argument_to_guest(argument: ArgumentSelector) -> types::Argument {
    types::Argument { position: argument.position, keyword: argument.keyword }
}

pub(crate) fn argument_from_guest(argument: types::Argument) -> ArgumentSelector {
    ArgumentSelector { position: argument.position, keyword: argument.keyword }
}

fn language_to_guest(language: &SinkLanguage) -> types::SinkLanguage {
    match language {
        SinkLanguage::Sql { dialect } => types::SinkLanguage::Sql(match dialect {
            SqlDialect::Sqlite => types::SqlDialect::Sqlite,
            SqlDialect::Postgres => types::SqlDialect::Postgres,
            SqlDialect::Mysql => types::SqlDialect::Mysql,
            SqlDialect::Generic => types::SqlDialect::Generic,
        }),
        SinkLanguage::Shell => types::SinkLanguage::Shell,
        SinkLanguage::Program => types::SinkLanguage::Program,
        SinkLanguage::PythonCode => types::SinkLanguage::PythonCode,
        SinkLanguage::Path => types::SinkLanguage::Path,
        SinkLanguage::Template => types::SinkLanguage::Template,
        SinkLanguage::LdapFilter => types::SinkLanguage::LdapFilter,
        SinkLanguage::XPath => types::SinkLanguage::Xpath,
        SinkLanguage::Deserialize => types::SinkLanguage::Deserialize,
        SinkLanguage::Html => types::SinkLanguage::Html,
        SinkLanguage::Xml => types::SinkLanguage::Xml,
        SinkLanguage::HeaderValue => types::SinkLanguage::HeaderValue,
        SinkLanguage::LogRecord => types::SinkLanguage::LogRecord,
        SinkLanguage::RequestUrl => types::SinkLanguage::RequestUrl,
        SinkLanguage::RedirectUrl => types::SinkLanguage::RedirectUrl,
        SinkLanguage::Regex => types::SinkLanguage::Regex,
        SinkLanguage::FormatString => types::SinkLanguage::FormatString,
        SinkLanguage::LdapName => types::SinkLanguage::LdapName,
        SinkLanguage::MatchedText { .. } => types::SinkLanguage::MatchedText,
        SinkLanguage::Argument => types::SinkLanguage::Argument,
        SinkLanguage::Choice => types::SinkLanguage::Choice,
    }
}

pub(crate) fn language_from_guest(language: types::SinkLanguage) -> SinkLanguage {
    match language {
        types::SinkLanguage::Sql(dialect) => SinkLanguage::Sql {
            dialect: match dialect {
                types::SqlDialect::Sqlite => SqlDialect::Sqlite,
                types::SqlDialect::Postgres => SqlDialect::Postgres,
                types::SqlDialect::Mysql => SqlDialect::Mysql,
                types::SqlDialect::Generic => SqlDialect::Generic,
            },
        },
        types::SinkLanguage::Shell => SinkLanguage::Shell,
        types::SinkLanguage::Program => SinkLanguage::Program,
        types::SinkLanguage::PythonCode => SinkLanguage::PythonCode,
        types::SinkLanguage::Path => SinkLanguage::Path,
        types::SinkLanguage::Template => SinkLanguage::Template,
        types::SinkLanguage::LdapFilter => SinkLanguage::LdapFilter,
        types::SinkLanguage::Xpath => SinkLanguage::XPath,
        types::SinkLanguage::Deserialize => SinkLanguage::Deserialize,
        types::SinkLanguage::Html => SinkLanguage::Html,
        types::SinkLanguage::Xml => SinkLanguage::Xml,
        types::SinkLanguage::HeaderValue => SinkLanguage::HeaderValue,
        types::SinkLanguage::LogRecord => SinkLanguage::LogRecord,
        types::SinkLanguage::RequestUrl => SinkLanguage::RequestUrl,
        types::SinkLanguage::RedirectUrl => SinkLanguage::RedirectUrl,
        types::SinkLanguage::Regex => SinkLanguage::Regex,
        types::SinkLanguage::FormatString => SinkLanguage::FormatString,
        types::SinkLanguage::LdapName => SinkLanguage::LdapName,
        types::SinkLanguage::MatchedText => {
            SinkLanguage::MatchedText { pattern: String::new(), function: String::new() }
        }
        types::SinkLanguage::Argument => SinkLanguage::Argument,
        types::SinkLanguage::Choice => SinkLanguage::Choice,
    }
}

#[cfg(test)]
mod tests {
    use model::{
        contract::{ArgumentSelector, Condition, SinkLanguage, SqlDialect},
        span::Span,
    };

    use super::{from_guest, to_guest};
    use crate::stage::ContractText;

    #[test]
    fn there_and_back() {
        let dialects = [SqlDialect::Sqlite, SqlDialect::Postgres, SqlDialect::Mysql, SqlDialect::Generic];
        let mut languages: Vec<SinkLanguage> =
            dialects.into_iter().map(|dialect| SinkLanguage::Sql { dialect }).collect();
        languages.extend([
            SinkLanguage::Shell,
            SinkLanguage::Program,
            SinkLanguage::PythonCode,
            SinkLanguage::Path,
            SinkLanguage::Template,
            SinkLanguage::LdapFilter,
            SinkLanguage::XPath,
            SinkLanguage::Deserialize,
            SinkLanguage::Html,
            SinkLanguage::Xml,
            SinkLanguage::HeaderValue,
            SinkLanguage::LogRecord,
            SinkLanguage::RequestUrl,
            SinkLanguage::RedirectUrl,
            SinkLanguage::Regex,
            SinkLanguage::FormatString,
            SinkLanguage::LdapName,
            SinkLanguage::Argument,
            SinkLanguage::Choice,
            SinkLanguage::MatchedText { pattern: String::new(), function: String::new() },
        ]);
        let sink = |language| Condition::SinkStaysData {
            call: Span::new(3, 9),
            argument: ArgumentSelector { position: Some(0), keyword: Some("sql".into()) },
            language,
        };
        let mut conditions: Vec<Condition> = languages.into_iter().map(sink).collect();
        conditions.push(Condition::AssertHolds { at: Span::new(1, 2) });
        conditions.push(Condition::Function { requires: vec!["x > 0".into()], ensures: vec!["__return__".into()] });
        for condition in conditions {
            let contract = ContractText {
                path: "a.py".into(),
                at_path: "b.py".into(),
                function: "f".into(),
                condition,
                statement: "it holds".into(),
            };
            assert_eq!(from_guest(to_guest(contract.clone())), contract);
        }
    }
}
