//! Harmless inputs of the shape of an attack. Invariant: what the attack does not need to be an attack stays as it is, since
//! it is what leads to the sink.

use model::{
    contract::SinkLanguage,
    counterexample::{Binding, Counterexample},
};

/// A text that many a wrong escaping breaks and that no right one refuses; patches may treat it otherwise than the original.
const QUOTED: &str = "O'Brien";

/// Most columns that are tried.
const MAX_COLUMNS: usize = 4;

/// The inputs of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inputs {
    pub(crate) bindings: Vec<Binding>,
    pub(crate) use_as: Use,
}

/// What a call is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It must end as before.
    Evidence,
    /// Its end is told, whatever it is.
    Information,
}

/// Gives inputs in which harmless texts stand for the attack's, with those that only inform at the end.
pub(crate) fn inputs(attack: &Counterexample, language: &SinkLanguage) -> Vec<Inputs> {
    let is_part = |binding: &&Binding| is_part_of_attack(binding, &attack.sink_value);
    let parts: Vec<&str> = attack.bindings.iter().filter(is_part).map(|binding| binding.name.as_str()).collect();
    let is_changed = |binding: &Binding| parts.is_empty() || parts.contains(&binding.name.as_str());
    let with = |texts: &mut dyn Iterator<Item = &str>| {
        let replaced = |binding: &Binding| match is_changed(binding).then(|| texts.next()).flatten() {
            Some(text) => Binding { value: like(&binding.value, text), ..binding.clone() },
            None => binding.clone(),
        };
        attack.bindings.iter().map(replaced).collect::<Vec<Binding>>()
    };
    let columns = columns(attack, language);
    let texts = if columns.is_empty() { texts(language) } else { columns.as_slice() };
    let mut inputs: Vec<Inputs> = Vec::new();
    let mut add = |bindings: Vec<Binding>, use_as| {
        if !inputs.iter().any(|known| known.bindings == bindings) {
            inputs.push(Inputs { bindings, use_as });
        }
    };
    for start in 0..texts.len() {
        // Several inputs get different texts.
        add(with(&mut texts.iter().copied().cycle().skip(start)), Use::Evidence);
    }
    if is_language_of_texts(language) && columns.is_empty() {
        add(with(&mut std::iter::repeat(QUOTED)), Use::Information);
    }
    inputs
}

/// Gives the columns that a query selects, where the attack stands in the place of the column to sort or group by: there no
/// other text is harmless, since the database knows no column of that name. A query of all columns names none.
fn columns<'a>(attack: &'a Counterexample, language: &SinkLanguage) -> Vec<&'a str> {
    let SinkLanguage::Sql { .. } = language else { return Vec::new() };
    let value = attack.sink_value.as_str();
    let first = attack.injected.iter().map(|span| span.start as usize).min();
    let Some(before) = first.and_then(|end| value.get(..end)) else { return Vec::new() };
    let words: Vec<&str> = before.split_ascii_whitespace().collect();
    let is_word = |word: &str, wanted: &str| word.eq_ignore_ascii_case(wanted);
    let sorts = matches!(words.as_slice(), [.., order, by]
        if (is_word(order, "order") || is_word(order, "group")) && is_word(by, "by"));
    let mut selected = words.iter().skip_while(|word| !is_word(word, "select")).skip(1);
    if !sorts || !before.ends_with(char::is_whitespace) {
        return Vec::new();
    }
    let listed: Vec<&str> = selected.by_ref().take_while(|word| !is_word(word, "from")).copied().collect();
    let is_name = |name: &&str| {
        let first = name.chars().next();
        first.is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
            && !is_word(name, "distinct")
    };
    listed.into_iter().flat_map(|part| part.split(',')).filter(is_name).take(MAX_COLUMNS).collect()
}

/// Tells whether a value is there to break out, and not to lead to the sink: it comes to the sink, or is no plain word.
fn is_part_of_attack(binding: &Binding, sink_value: &str) -> bool {
    let Some(text) = text_of(&binding.value) else { return is_container(&binding.value) };
    let is_plain = text.chars().all(|character| character.is_alphanumeric() || "_-. /".contains(character));
    !is_plain || (!text.is_empty() && sink_value.contains(text))
}

/// Gives what stands between the quotes of a text literal.
fn text_of(literal: &str) -> Option<&str> {
    let bare = literal.strip_prefix('b').unwrap_or(literal);
    let quote = bare.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    bare.strip_prefix(quote)?.strip_suffix(quote)
}

fn is_container(literal: &str) -> bool {
    literal.starts_with(['[', '(', '{'])
}

/// Writes a harmless text as a literal of the type of another literal; numbers and truth values stay.
fn like(literal: &str, text: &str) -> String {
    let quoted = format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    match literal.as_bytes() {
        [b'"' | b'\'', ..] => quoted,
        [b'b', b'"' | b'\'', ..] => format!("b{quoted}"),
        [b'[', ..] => format!("[{quoted}]"),
        [b'(', ..] => format!("({quoted},)"),
        // Where a mapping is the attack, as in a query's operators, a text is what is meant.
        [b'{', ..] => quoted,
        _ => literal.to_owned(),
    }
}

/// Gives harmless texts for a sink's language.
const fn texts(language: &SinkLanguage) -> &'static [&'static str] {
    match language {
        SinkLanguage::Path => &["report.txt", "alice", "42", "notes-2.txt"],
        SinkLanguage::RequestUrl | SinkLanguage::RedirectUrl => &["alice", "42", "/home", "/products/42"],
        // What is evaluated or decoded is a value that every reader of such texts knows.
        SinkLanguage::PythonCode | SinkLanguage::Deserialize => &["42", "[1, 2]", "3.5", "\"alice\""],
        SinkLanguage::Sql { .. }
        | SinkLanguage::LdapFilter
        | SinkLanguage::LdapName
        | SinkLanguage::XPath
        | SinkLanguage::Html
        | SinkLanguage::Xml
        | SinkLanguage::HeaderValue
        | SinkLanguage::LogRecord
        | SinkLanguage::Template => &["alice", "42", "report.txt", "alice@example.com"],
        SinkLanguage::Shell
        | SinkLanguage::Program
        | SinkLanguage::Argument
        | SinkLanguage::Regex
        | SinkLanguage::FormatString
        | SinkLanguage::MatchedText { .. }
        | SinkLanguage::Choice => &["alice", "42", "report"],
    }
}

/// Tells whether a name with a quote is an ordinary value of the language.
const fn is_language_of_texts(language: &SinkLanguage) -> bool {
    match language {
        SinkLanguage::Sql { .. }
        | SinkLanguage::Shell
        | SinkLanguage::LdapFilter
        | SinkLanguage::LdapName
        | SinkLanguage::XPath
        | SinkLanguage::Html
        | SinkLanguage::Xml
        | SinkLanguage::HeaderValue
        | SinkLanguage::LogRecord
        | SinkLanguage::Template => true,
        SinkLanguage::Program
        | SinkLanguage::Argument
        | SinkLanguage::PythonCode
        | SinkLanguage::Path
        | SinkLanguage::Deserialize
        | SinkLanguage::RequestUrl
        | SinkLanguage::RedirectUrl
        | SinkLanguage::Regex
        | SinkLanguage::FormatString
        | SinkLanguage::MatchedText { .. }
        | SinkLanguage::Choice => false,
    }
}

#[cfg(test)]
mod tests {
    use model::{
        contract::{SinkLanguage, SqlDialect},
        counterexample::{Binding, Counterexample, Replay},
    };

    use super::{Use, inputs};

    const SQL: SinkLanguage = SinkLanguage::Sql { dialect: SqlDialect::Sqlite };

    #[track_caller]
    fn check(attack: &[(&str, &str)], sink_value: &str, language: &SinkLanguage, expected: &[&str]) {
        let binding = |(name, value): &(&str, &str)| Binding {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
            is_parameter: true,
        };
        let attack = Counterexample {
            bindings: attack.iter().map(binding).collect(),
            call: String::new(),
            sink_value: sink_value.to_owned(),
            injected: Vec::new(),
            explanation: String::new(),
            replay: Replay::NotRun,
        };
        let made = inputs(&attack, language);
        let evidence = made.iter().filter(|made| made.use_as == Use::Evidence);
        let shown: Vec<String> = evidence
            .map(|made| made.bindings.iter().map(|binding| binding.value.as_str()).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(shown, expected);
        assert!(made.len() <= 6);
    }

    #[test]
    fn the_attack_is_replaced_and_the_way_to_it_kept() {
        let attack = [("mode", "\"export\""), ("count", "3"), ("name", "\"' OR '1'='1\"")];
        let expected = [
            "\"export\" 3 \"alice\"",
            "\"export\" 3 \"42\"",
            "\"export\" 3 \"report.txt\"",
            "\"export\" 3 \"alice@example.com\"",
        ];
        check(&attack, "SELECT '' OR '1'='1'", &SQL, &expected);
    }

    #[test]
    fn a_column_to_sort_by_is_one_of_the_query() {
        let made = |before: &str, attack: &str| {
            let attack = Counterexample {
                bindings: vec![Binding { name: "sort".into(), value: format!("{attack:?}"), is_parameter: true }],
                call: String::new(),
                sink_value: format!("{before}{attack}"),
                injected: vec![model::span::Span::new(before.len() as u32, (before.len() + attack.len()) as u32)],
                explanation: String::new(),
                replay: Replay::NotRun,
            };
            let values =
                |made: super::Inputs| made.bindings.into_iter().map(|binding| binding.value).collect::<String>();
            inputs(&attack, &SQL).into_iter().map(values).collect::<Vec<_>>()
        };
        assert_eq!(
            made("SELECT DISTINCT id,name, price FROM t ORDER BY ", "1; --"),
            ["\"id\"", "\"name\"", "\"price\""]
        );
        assert_eq!(made("SELECT * FROM t ORDER BY ", "1; --").len(), 5);
        assert_eq!(made("SELECT id FROM t WHERE a = '", "' OR '1'='1").len(), 5);
    }

    #[test]
    fn several_texts_differ_and_keep_their_types() {
        let attack = [("one", "\"a';\""), ("two", "b\"b';\""), ("all", "[\"c';\"]")];
        let expected =
            ["\"alice\" b\"42\" [\"report\"]", "\"42\" b\"report\" [\"alice\"]", "\"report\" b\"alice\" [\"42\"]"];
        check(&attack, "", &SinkLanguage::Shell, &expected);
    }

    #[test]
    fn a_plain_word_that_comes_to_the_sink_is_the_attack() {
        check(&[("name", "\"ls\"")], "ls", &SinkLanguage::Program, &["\"alice\"", "\"42\"", "\"report\""]);
        check(&[("way", "\"go\"")], "", &SinkLanguage::Choice, &["\"alice\"", "\"42\"", "\"report\""]);
        check(&[("user", "{\"$ne\": \"\"}")], "", &SinkLanguage::Choice, &["\"alice\"", "\"42\"", "\"report\""]);
    }
}
