//! Languages and transducers against what they stand for. Invariant: expected texts come from Python's documentation.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use verify::automata::{
    char_set::CharSet,
    language::Language,
    operation::{Operation, Part, Place, Quotes, Side},
    transducer::{Precision, Transducer, preimage_of_chain},
};

fn literal(text: &str) -> Language {
    Language::literal(text).unwrap()
}

/// Any text that contains `part`.
fn containing(part: &str) -> Language {
    Language::any().concat(&literal(part)).unwrap().concat(&Language::any()).unwrap()
}

fn replace(from: &str, to: &str) -> Operation {
    Operation::Replace { from: from.to_owned(), to: to.to_owned() }
}

#[test]
fn languages_combine() {
    let digits = Language::chars(&CharSet::range('0', '9')).plus().unwrap();
    assert!(digits.accepts("2024") && !digits.accepts("") && !digits.accepts("20a"));
    assert_eq!(digits.witness().as_deref(), Some("0"));
    assert_eq!(digits.complement().witness().as_deref(), Some(""));
    let four = Language::chars(&CharSet::all()).repeat(4, Some(4)).unwrap();
    let year = digits.intersect(&four).unwrap();
    assert_eq!(year.witness().as_deref(), Some("0000"));
    assert!(year.is_subset_of(&digits).unwrap() && !digits.is_subset_of(&year).unwrap());
    assert!(year.minus(&digits).unwrap().is_empty());
    assert!(digits.union(&digits.complement()).unwrap().is_any());
    assert_eq!(literal("a'b").only().as_deref(), Some("a'b"));
    assert_eq!(digits.only(), None);
    assert_eq!(containing("'").witness().as_deref(), Some("'"));
    assert_eq!(Language::one_of(["asc", "desc"]).unwrap().witness().as_deref(), Some("asc"));
    assert_eq!(Language::chars(&CharSet::all().minus(&CharSet::range('!', '~'))).witness().as_deref(), Some(" "));
}

#[test]
fn derived_expressions_have_the_same_language() {
    let replace = Transducer::new(replace("../", "")).unwrap();
    for language in [containing("../"), containing("..").complement(), literal("x").star().unwrap()] {
        let preimage = replace.preimage(&language).unwrap();
        let tree = preimage.to_regex_tree().unwrap();
        assert_eq!(Language::from_tree(&tree).unwrap(), preimage);
    }
}

#[test]
fn long_constants_are_refused_not_exploded() {
    assert!(Language::literal(&"x".repeat(30_000)).is_err());
    assert!(Language::literal(&"ab".repeat(4_000)).is_ok());
    assert!(Transducer::new(replace(&"x".repeat(30_000), "")).is_err());
}

#[test]
fn sanitisers_are_decided_for_all_lengths() {
    let doubled = Transducer::new(replace("'", "''")).unwrap();
    let pairs = Language::chars(&CharSet::single('\'').complement()).union(&literal("''")).unwrap().star().unwrap();
    assert!(doubled.preimage(&pairs.complement()).unwrap().is_empty());
    let stripped = Transducer::new(replace("../", "")).unwrap();
    let witness = stripped.preimage(&containing("../")).unwrap().witness().unwrap();
    assert!(stripped.apply(&witness).contains("../"), "{witness}");
    let escaped = Transducer::new(Operation::HtmlEscape(Quotes::Escaped)).unwrap();
    assert!(escaped.preimage(&containing("<")).unwrap().is_empty());
    assert!(escaped.preimage(&containing("'")).unwrap().is_empty());
    let kept = Transducer::new(Operation::HtmlEscape(Quotes::Kept)).unwrap();
    assert_eq!(kept.preimage(&containing("'")).unwrap().witness().as_deref(), Some("'"));
}

#[test]
fn chains_are_pulled_back_from_the_last() {
    let chain = [Operation::Lower, replace("script", ""), Operation::strip_whitespace(Side::Both)];
    let chain: Vec<_> = chain.into_iter().map(|operation| Transducer::new(operation).unwrap()).collect();
    let preimage = preimage_of_chain(&chain, &literal("script")).unwrap();
    assert!(preimage.accepts("  SCRscriptIPT\n") && preimage.accepts("scrSCRIPTipt") && !preimage.accepts("script"));
    assert_eq!(preimage.witness().unwrap().len(), 12);
}

#[test]
fn functions_do_what_python_documents() {
    let set = |chars: &str| CharSet::of(chars);
    let strip = |side, chars: &str| Operation::Strip { side, chars: set(chars) };
    let table = [
        (strip(Side::Both, "cmowz."), "www.example.com", "example"),
        (strip(Side::Left, "cmowz."), "www.example.com", "example.com"),
        (strip(Side::Right, "ipz"), "mississippi", "mississ"),
        (Operation::strip_whitespace(Side::Both), "\u{1c}   spacious \u{3000}", "spacious"),
        (replace("", "-"), "ab", "-a-b-"),
        (replace("aa", "b"), "aaaaa", "bba"),
        (Operation::ReplaceFirst { from: "a".into(), to: "b".into(), count: 2 }, "aaa", "bba"),
        (Operation::Lower, "ÀΣΑΣ İ", "àσας i\u{307}"),
        (Operation::Upper, "straße ŉ", "STRASSE ʼN"),
        (Operation::Take(2), "héllo", "hé"),
        (Operation::Skip(2), "héllo", "llo"),
        (Operation::TakeLast(2), "héllo", "lo"),
        (Operation::TakeLast(9), "héllo", "héllo"),
        (Operation::SkipLast(2), "héllo", "hél"),
        (Operation::SkipLast(9), "héllo", ""),
        (Operation::RemovePrefix("Test".into()), "TestHook", "Hook"),
        (Operation::RemovePrefix("Test".into()), "BaseTestCase", "BaseTestCase"),
        (Operation::HtmlEscape(Quotes::Escaped), "<a href='x'>&\"", "&lt;a href=&#x27;x&#x27;&gt;&amp;&quot;"),
        (Operation::HtmlEscape(Quotes::Kept), "'<\"", "'&lt;\""),
        (Operation::MarkupEscape, "<'\">&", "&lt;&#39;&#34;&gt;&amp;"),
        (Operation::ShellQuote, "somefile; rm -rf ~", "'somefile; rm -rf ~'"),
        (Operation::ShellQuote, "it's", "'it'\"'\"'s'"),
        (Operation::ShellQuote, "", "''"),
        (Operation::ShellQuote, "a/b-c.txt", "a/b-c.txt"),
        (Operation::UrlQuote { safe: "/".into() }, "/El Niño/~", "/El%20Ni%C3%B1o/~"),
        (Operation::UrlQuotePlus, "/El Niño/", "%2FEl+Ni%C3%B1o%2F"),
        (Operation::UrlUnquote, "El%20Ni%C3%B1o%2", "El Niño%2"),
        (Operation::UrlUnquote, "%ff%zz%41+", "\u{fffd}%zzA+"),
        (Operation::Repr, "it's\n\u{a0}", "\"it's\\n\\xa0\""),
        (Operation::Repr, "'\"\\\u{200b}", "'\\'\"\\\\\\u200b'"),
        (Operation::RegexEscape, "https://www.python.org", "https://www\\.python\\.org"),
        (Operation::SecureFilename, "My cool movie.mov", "My_cool_movie.mov"),
        (Operation::SecureFilename, "../../../etc/passwd", "etc_passwd"),
        (Operation::Basename, "/a/b/", ""),
        (Operation::Basename, "/a/b", "b"),
        (Operation::Cut { at: '@', place: Place::First, part: Part::Before }, "a@b@c", "a"),
        (Operation::Cut { at: '@', place: Place::First, part: Part::After }, "a@b@c", "b@c"),
        (Operation::Cut { at: '@', place: Place::First, part: Part::Separator }, "abc", ""),
        (Operation::Cut { at: '@', place: Place::Last, part: Part::Before }, "abc", ""),
        (Operation::Cut { at: '@', place: Place::Last, part: Part::After }, "a@b@c", "c"),
        (Operation::ReplaceRuns { set: set(" \t"), to: "_".into() }, "a \t b ", "a_b_"),
        (Operation::ReplaceChars { set: set(" \t"), to: "_".into() }, "a \tb", "a__b"),
        (Operation::Translate(vec![('a', "1".into()), ('b', String::new())]), "abc", "1c"),
    ];
    for (operation, given, expected) in table {
        let transducer = Transducer::new(operation).unwrap();
        assert_eq!(transducer.apply(given), expected, "{:?}", transducer.operation());
        assert!(transducer.preimage(&literal(expected)).unwrap().accepts(given), "{:?}", transducer.operation());
    }
}

fn place() -> impl Strategy<Value = Place> {
    prop::sample::select(vec![Place::First, Place::Last])
}

fn part() -> impl Strategy<Value = Part> {
    prop::sample::select(vec![Part::Before, Part::Separator, Part::After])
}

fn operations() -> impl Strategy<Value = Operation> {
    let word = || "[ab'/.]{1,4}";
    let set = || "[ab'/. ]{1,3}".prop_map(|text| CharSet::of(&text));
    let side = || prop_oneof![Just(Side::Left), Just(Side::Right), Just(Side::Both)];
    prop_oneof![
        (word(), "[ab']{0,3}").prop_map(|(from, to)| Operation::Replace { from, to }),
        (word(), "[ab']{0,3}", 0..4_u32).prop_map(|(from, to, count)| Operation::ReplaceFirst { from, to, count }),
        word().prop_map(Operation::Prepend),
        word().prop_map(Operation::Append),
        word().prop_map(Operation::RemovePrefix),
        (side(), set()).prop_map(|(side, chars)| Operation::Strip { side, chars }),
        (set(), "[ab]{0,2}").prop_map(|(set, to)| Operation::ReplaceChars { set, to }),
        (set(), "[ab]{0,2}").prop_map(|(set, to)| Operation::ReplaceRuns { set, to }),
        (0..5_u32).prop_map(Operation::Take),
        (0..5_u32).prop_map(Operation::Skip),
        (1..5_u32).prop_map(Operation::TakeLast),
        (1..5_u32).prop_map(Operation::SkipLast),
        Just(Operation::Lower),
        Just(Operation::Upper),
        Just(Operation::HtmlEscape(Quotes::Escaped)),
        Just(Operation::ShellQuote),
        Just(Operation::UrlQuote { safe: "/".into() }),
        Just(Operation::UrlQuotePlus),
        Just(Operation::UrlUnquote),
        Just(Operation::Repr),
        Just(Operation::RegexEscape),
        Just(Operation::SecureFilename),
        Just(Operation::Basename),
        (prop::sample::select(vec!['a', '/', '.']), place(), part()).prop_map(|(at, place, part)| Operation::Cut {
            at,
            place,
            part
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn preimages_and_images_agree_with_the_function(
        operation in operations(),
        given in prop_oneof!["[ab'/. ]{0,9}", "[a%4c3é]{0,9}", "\\PC{0,6}", "['\"\\\\a\n\u{e9}\u{200b}]{0,6}"],
        other in "[ab'/. ]{0,6}",
    ) {
        let transducer = Transducer::new(operation).unwrap();
        let result = transducer.apply(&given);
        let preimage = transducer.preimage(&literal(&result)).unwrap();
        prop_assert!(preimage.accepts(&given));
        prop_assert!(transducer.image_over(&literal(&given)).unwrap().accepts(&result));
        if transducer.precision() == Precision::Exact {
            prop_assert_eq!(preimage.accepts(&other), transducer.apply(&other) == result);
            prop_assert!(transducer.image_over(&literal(&given)).unwrap() == literal(&result));
        }
    }

    #[test]
    fn witnesses_are_accepted(text in "[a-c]{0,5}", other in "[a-c]{0,3}") {
        let language = containing(&other).minus(&literal(&text)).unwrap();
        let witness = language.witness().unwrap();
        prop_assert!(language.accepts(&witness));
        prop_assert!(witness.len() <= other.len() + 1);
        prop_assert_eq!(language.accepts(&text), false);
    }
}
