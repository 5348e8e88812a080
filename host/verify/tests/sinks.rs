//! What stays data, by language. Invariant: a safe value is never judged to escape, and where a context is exact,
//! every other value is.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use model::contract::{SinkLanguage, SqlDialect};
use proptest::prelude::*;
use verify::{
    automata::{
        operation::{Operation, Quotes},
        transducer::Transducer,
    },
    sinks::{
        Judgement, Part, contexts,
        hole::{Exactness, HoleContext},
        judge, payloads,
    },
};

const SQLITE: SinkLanguage = SinkLanguage::Sql { dialect: SqlDialect::Sqlite };
const POSTGRES: SinkLanguage = SinkLanguage::Sql { dialect: SqlDialect::Postgres };
const MYSQL: SinkLanguage = SinkLanguage::Sql { dialect: SqlDialect::Mysql };
const GENERIC: SinkLanguage = SinkLanguage::Sql { dialect: SqlDialect::Generic };

/// Splits `a{}b` into parts.
fn parts(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for (index, text) in template.split("⟨⟩").enumerate() {
        if index > 0 {
            parts.push(Part::Hole);
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
    }
    parts
}

fn hole(language: &SinkLanguage, template: &str) -> HoleContext {
    contexts(language, &parts(template)).into_iter().next_back().unwrap()
}

/// Fills the holes and judges the text.
fn stays(language: &SinkLanguage, template: &str, values: &[&str]) -> bool {
    let (mut text, mut ranges, mut values) = (String::new(), Vec::new(), values.iter());
    for part in parts(template) {
        match part {
            Part::Text(constant) => text.push_str(constant),
            Part::Hole => {
                let start = text.len();
                text.push_str(values.next().unwrap());
                ranges.push(start..text.len());
            }
        }
    }
    judge(language, &text, &ranges) == Judgement::Stays
}

/// Checks values that are safe (and hence stay) and values that escape (and hence aren't safe).
fn check(language: &SinkLanguage, template: &str, safe: &[&str], escaping: &[&str]) {
    let context = hole(language, template);
    for value in safe {
        assert!(context.safe().accepts(value), "{value:?} is not safe in {template:?}: {}", context.place());
        assert!(stays(language, template, &[value]), "{value:?} does not stay in {template:?}");
    }
    for value in escaping {
        assert!(!context.safe().accepts(value), "{value:?} is safe in {template:?}: {}", context.place());
        assert!(!stays(language, template, &[value]), "{value:?} stays in {template:?}");
    }
}

#[test]
fn sql_literals() {
    let quoted = "SELECT * FROM users WHERE name = '⟨⟩' AND active";
    check(&SQLITE, quoted, &["", "alice", "O''Brien", "\\", "--", "a b"], &["'", "O'Brien", "' OR '1'='1", "'''"]);
    check(&POSTGRES, quoted, &["\\", "''"], &["'", "' OR 1=1 --"]);
    check(&MYSQL, quoted, &["\\'", "\\\\", "''", "\""], &["\\", "\\''", "'", "\\\\' OR 1=1 -- "]);
    check(&GENERIC, quoted, &["alice", "\\\\", "''"], &["\\", "\\'", "\\''", "'"]);
    check(&SQLITE, "SELECT * FROM t WHERE a LIKE '%⟨⟩%'", &["x", "100%"], &["' OR 1=1 --"]);
    check(&POSTGRES, "SELECT E'⟨⟩'", &["\\'", "\\n"], &["\\", "'"]);
    check(&POSTGRES, "SELECT $q$⟨⟩$q$", &["'; --"], &["$q$; DROP TABLE users; --"]);
    check(&MYSQL, "SELECT * FROM t WHERE a = \"⟨⟩\"", &["'", "\"\""], &["\" OR \"1\"=\"1", "\\"]);
}

#[test]
fn sql_without_quotes() {
    let bare = "SELECT * FROM t WHERE id = ⟨⟩ ORDER BY id";
    for language in [&SQLITE, &POSTGRES, &MYSQL, &GENERIC] {
        check(
            language,
            bare,
            &["1", "-5", "4.5", "1e9", " 7 ", "'x'"],
            &["1 OR 1=1", "id", "1; DROP TABLE t", "--", "5/*"],
        );
        check(language, "SELECT * FROM t ORDER BY ⟨⟩", &["2"], &["name", "name DESC", "(SELECT 1)"]);
        check(language, "SELECT * FROM t WHERE x = 9 -⟨⟩", &["5", "+5"], &["-5 OR 1=1"]);
        check(language, "SELECT * FROM log_⟨⟩", &["2024", ""], &["x", "2024; DROP TABLE t"]);
        check(language, "SELECT * FROM \"⟨⟩\" WHERE 1", &["users"], &["x\"; DROP TABLE t; --"]);
        check(language, "SELECT 1 -- ⟨⟩\nFROM t", &["free text; '"], &["\n DROP TABLE t"]);
    }
    check(&SQLITE, "SELECT * FROM [⟨⟩]", &["a b"], &["x]; DROP TABLE t"]);
    check(&SQLITE, "SELECT * FROM `⟨⟩`", &["a``b", "'"], &["x`; DROP TABLE t"]);
    check(&MYSQL, "SELECT 1 # ⟨⟩\nFROM t", &["x"], &["\nx"]);
    assert!(hole(&MYSQL, "SELECT 1 /*!50000 ⟨⟩ */").safe().witness().unwrap() == "");
    check(&MYSQL, "SELECT 1 /*!50000 ⟨⟩ */", &["5"], &["UNION SELECT 2"]);
    check(&SQLITE, "SELECT 1 /* ⟨⟩ */", &["note"], &["*/ UNION SELECT 2 --"]);
}

#[test]
fn sql_attacks_are_readable() {
    let first =
        |language: &SinkLanguage, template: &str| hole(language, template).attacks()[0].language.witness().unwrap();
    assert_eq!(first(&SQLITE, "SELECT * FROM t WHERE a = '⟨⟩'").to_lowercase(), "' or '1'='1");
    assert_eq!(first(&SQLITE, "SELECT * FROM t WHERE a = ⟨⟩").to_lowercase(), "0 or 1=1");
    for language in [&SQLITE, &GENERIC, &SinkLanguage::Shell, &SinkLanguage::PythonCode, &SinkLanguage::XPath] {
        for template in ["x ⟨⟩ y", "x '⟨⟩' y", "x \"⟨⟩\" y", "x = ⟨⟩", "⟨⟩"] {
            let context = hole(language, template);
            for attack in context.attacks() {
                let Some(witness) = attack.language.witness() else { continue };
                assert!(!context.safe().accepts(&witness));
                let judged = !stays(language, template, &[&witness]);
                assert!(judged || context.exactness() == Exactness::Under, "{language:?} {template} {witness:?}");
            }
        }
    }
}

#[test]
fn doubled_quotes_protect_only_where_backslashes_do_not_escape() {
    let doubled = Transducer::new(Operation::Replace { from: "'".into(), to: "''".into() }).unwrap();
    let template = "SELECT * FROM t WHERE a = '⟨⟩'";
    for (language, is_safe) in [(&SQLITE, true), (&POSTGRES, true), (&MYSQL, false), (&GENERIC, false)] {
        let violations = doubled.preimage(&hole(language, template).safe().complement()).unwrap();
        assert_eq!(violations.is_empty(), is_safe, "{language:?}");
    }
    let found = hole(&MYSQL, template)
        .attacks()
        .into_iter()
        .find_map(|attack| doubled.preimage(&attack.language).unwrap().witness());
    let value = found.unwrap();
    assert!(!stays(&MYSQL, template, &[&doubled.apply(&value)]), "{value}");
}

#[test]
fn shell_words() {
    let bare = "ls -l ⟨⟩ | wc";
    check(
        &SinkLanguage::Shell,
        bare,
        &["", "a.txt", "-x", "'a b'", "'it'\"'\"'s'", "a\\ b", "é"],
        &["; id", "$(id)", "`id`", "a b", "*", "x>y", "'", "\n", "#x", "a&b", "$HOME"],
    );
    check(&SinkLanguage::Shell, "ls '⟨⟩'", &["a b", "$(id)", "\\"], &["'; id #", "'"]);
    check(&SinkLanguage::Shell, "ls \"⟨⟩\"", &["a b", "it's", "\\$"], &["$(id)", "`id`", "\"", "\\", "$HOME"]);
    check(&SinkLanguage::Shell, "⟨⟩ --version", &[], &["id", "/bin/sh"]);
    check(&SinkLanguage::Shell, "LANG=C ⟨⟩", &[], &["id"]);
    check(&SinkLanguage::Shell, "LANG=⟨⟩ ls", &["C"], &["C id"]);
    check(&SinkLanguage::Shell, "cd /tmp && /opt/⟨⟩ x", &["7"], &["../bin/sh"]);
    check(&SinkLanguage::Shell, "echo \"$(basename ⟨⟩)\"", &["x"], &["x; id"]);
    check(&SinkLanguage::Shell, "echo x # ⟨⟩", &["; id"], &["\nid"]);
    for template in [
        "bash -c '⟨⟩'",
        "sh -c \"ls ⟨⟩\"",
        "sudo ⟨⟩",
        "ssh host ls ⟨⟩",
        "cat <<EOF\n⟨⟩\nEOF",
        "python ⟨⟩",
        "python -c 'print(⟨⟩)'",
    ] {
        assert!(hole(&SinkLanguage::Shell, template).safe().is_empty(), "{template}");
    }
    let quoted = Transducer::new(Operation::ShellQuote).unwrap();
    assert!(quoted.preimage(&hole(&SinkLanguage::Shell, bare).safe().complement()).unwrap().is_empty());
    assert!(!quoted.preimage(&hole(&SinkLanguage::Shell, "ls '⟨⟩'").safe().complement()).unwrap().is_empty());
    assert!(!quoted.preimage(&hole(&SinkLanguage::Shell, "ls \"⟨⟩\"").safe().complement()).unwrap().is_empty());
}

#[test]
fn paths() {
    check(
        &SinkLanguage::Path,
        "/srv/files/⟨⟩",
        &["a", "a/b", "a/../b", "", "...", "a/..", "/etc"],
        &["..", "../x", "a/../../x", "./../x"],
    );
    check(&SinkLanguage::Path, "⟨⟩", &["a", "a/b"], &["/etc/passwd", "../x", ".."]);
    check(&SinkLanguage::Path, "/srv/⟨⟩.txt", &["..", "a"], &["../x", "a/../../b"]);
    check(&SinkLanguage::Path, "/srv/report-⟨⟩", &["..", "/a"], &["/../../x"]);
    check(&SinkLanguage::Path, "⟨⟩/config", &["a"], &["", "..", "/"]);
    let pair = "/srv/⟨⟩⟨⟩";
    assert!(!hole(&SinkLanguage::Path, pair).safe().accepts(".."));
    assert!(!contexts(&SinkLanguage::Path, &parts(pair))[0].safe().accepts("."));
    assert!(!hole(&SinkLanguage::Path, "/srv/⟨⟩.⟨⟩").safe().accepts("."));
    assert!(!hole(&SinkLanguage::Path, "/srv/⟨⟩/⟨⟩").safe().accepts(".."));
    let stripped = Transducer::new(Operation::Replace { from: "../".into(), to: String::new() }).unwrap();
    let context = hole(&SinkLanguage::Path, "/srv/files/⟨⟩");
    let value = stripped.preimage(&context.attacks()[0].language).unwrap().witness().unwrap();
    assert!(!stays(&SinkLanguage::Path, "/srv/files/⟨⟩", &[&stripped.apply(&value)]), "{value}");
    for operation in [Operation::SecureFilename, Operation::Basename] {
        let cleaned = Transducer::new(operation.clone()).unwrap();
        let violations = cleaned.preimage(&context.safe().complement()).unwrap();
        assert_eq!(violations.is_empty(), operation == Operation::SecureFilename);
    }
}

#[test]
fn python_code() {
    check(&SinkLanguage::PythonCode, "x = '⟨⟩'", &["a", "\\'", "\"", ""], &["'", "' + f() + '", "\\"]);
    check(&SinkLanguage::PythonCode, "x = '''⟨⟩'''", &["a", "it's", "''x"], &["'''", "x'", "\\"]);
    check(
        &SinkLanguage::PythonCode,
        "x = ⟨⟩",
        &["5", "-5", "'a'", "\"it's\""],
        &["f()", "a", "5 + f()", "'", "'a' + b"],
    );
    check(&SinkLanguage::PythonCode, "x = 1 # ⟨⟩", &["f()"], &["\nf()"]);
    // The judge lets a bare line break stay; the context does not claim to know every such value.
    assert!(stays(&SinkLanguage::PythonCode, "a # ⟨⟩", &["2\n"]));
    assert_eq!(hole(&SinkLanguage::PythonCode, "a # ⟨⟩").exactness(), Exactness::Under);
    check(&SinkLanguage::PythonCode, "⟨⟩", &["5"], &["exit()"]);
    assert!(!hole(&SinkLanguage::PythonCode, "x = f'⟨⟩'").safe().accepts("{f()}"));
    let repr = Transducer::new(Operation::Repr).unwrap();
    for template in ["x = ⟨⟩", "f(⟨⟩)"] {
        let violations = repr.preimage(&hole(&SinkLanguage::PythonCode, template).safe().complement()).unwrap();
        assert!(violations.is_empty(), "{template} {violations:?}");
    }
}

#[test]
fn other_languages() {
    check(&SinkLanguage::Template, "Hello ⟨⟩!", &["alice", "{", "a{b}"], &["{{7*7}}", "{% x %}"]);
    check(&SinkLanguage::Template, "{⟨⟩", &["alice"], &["{7*7}}", "% x %}"]);
    check(&SinkLanguage::Template, "{{ name|⟨⟩ }}", &[], &["upper"]);
    for value in ["${7*7}", "<% x %>", "a\n% if x:", "% if x:", "{# x #}"] {
        assert!(!hole(&SinkLanguage::Template, "⟨⟩").safe().accepts(value), "{value}");
    }
    let filter = "(&(uid=⟨⟩)(objectClass=person))";
    check(&SinkLanguage::LdapFilter, filter, &["alice", "\\2a", "é"], &["*", "*)(uid=*", "\\", "\\2", "a\0"]);
    check(&SinkLanguage::LdapFilter, "⟨⟩", &[], &["(uid=*)", "alice"]);
    check(&SinkLanguage::LdapFilter, "(⟨⟩=x)", &[], &["uid"]);
    check(&SinkLanguage::XPath, "//user[name='⟨⟩']", &["alice", "\"", "\\"], &["'", "' or '1'='1"]);
    check(&SinkLanguage::XPath, "//user[id=⟨⟩]", &["5", "'x'"], &["1 or 1=1", "name"]);
    check(&SinkLanguage::Program, "⟨⟩", &[], &["id"]);
    check(&SinkLanguage::Program, "/usr/bin/python3.⟨⟩", &["11"], &["id"]);
    check(&SinkLanguage::Deserialize, "⟨⟩", &[], &["x"]);
    let escaped = Transducer::new(Operation::HtmlEscape(Quotes::Escaped)).unwrap();
    let context = hole(&SinkLanguage::XPath, "//user[name='⟨⟩']");
    assert!(escaped.preimage(&context.safe().complement()).unwrap().is_empty());
}

#[test]
fn payloads_that_are_safe_in_a_context_are_left_out() {
    let context = hole(&SQLITE, "SELECT * FROM t WHERE a = '⟨⟩'");
    let texts: Vec<&str> = payloads(&SQLITE, Some(&context)).iter().map(|payload| payload.text).collect();
    assert_eq!(texts[0], "' OR '1'='1");
    assert!(!texts.contains(&"1 OR 1=1"));
    for language in
        [&SQLITE, &SinkLanguage::Shell, &SinkLanguage::Path, &SinkLanguage::Template, &SinkLanguage::Deserialize]
    {
        assert!(payloads(language, None).len() > 2);
    }
}

#[test]
fn several_holes() {
    let template = "SELECT * FROM t WHERE a = '⟨⟩' AND b = '⟨⟩'";
    assert!(stays(&SQLITE, template, &["x", "y"]));
    assert!(!stays(&SQLITE, template, &["x", "' OR 1=1 --"]));
    assert!(!stays(&MYSQL, template, &["\\", " OR 1=1 -- "]));
    assert!(!contexts(&MYSQL, &parts(template))[0].safe().accepts("\\"));
    assert!(!hole(&SinkLanguage::Shell, "echo ⟨⟩⟨⟩").safe().accepts("#x"));
}

/// Tells whether a function's results are all safe in the last hole.
fn protects(operation: Operation, language: &SinkLanguage, template: &str) -> bool {
    let transducer = Transducer::new(operation).unwrap();
    transducer.preimage(&hole(language, template).safe().complement()).unwrap().is_empty()
}

#[test]
fn html_text_and_attributes() {
    let html = &SinkLanguage::Html;
    let script = "<script>alert(1)</script>";
    check(html, "<p>⟨⟩</p>", &["", "alice", "&lt;b&gt;", "\"'", "&#60;"], &[script, "</p>", "<!--", "<?x"]);
    check(html, "⟨⟩", &["alice"], &[script, "<img src=x onerror=alert(1)>"]);
    assert!(stays(html, "<p>⟨⟩ x", &["1 < 2"]) && stays(html, "<p>⟨⟩ x", &["<3"]));
    check(html, "<title>⟨⟩</title>", &["alice"], &["</title><script>alert(1)</script>", "</TITLE >"]);
    assert!(stays(html, "<textarea>⟨⟩</textarea>", &[script]));
    check(html, "<i title=\"⟨⟩\">", &["a b", "'", "<b>"], &["\"", "\" onclick=\"x"]);
    check(html, "<i title='⟨⟩'>", &["a b", "\""], &["'", "' onclick='x"]);
    check(html, "<i title=⟨⟩ lang=en>", &["alice"], &["a b", "x>", "a onclick=x"]);
    assert!(!hole(html, "<i title=⟨⟩ lang=en>").safe().accepts(""));
    check(html, "<⟨⟩>", &[], &["img src=x", "b"]);
    check(html, "<i ⟨⟩>", &[], &["onclick=alert(1)", "hidden"]);
    check(html, "<i⟨⟩>", &[], &["mg", " onclick=alert(1)"]);
    check(html, "<i ⟨⟩='x'>", &[], &["onclick"]);
    check(html, "<!-- ⟨⟩ -->", &["note", "--", "<b"], &["-->", "--!><script>"]);
    check(html, "<!--⟨⟩>", &[], &["--", ">"]);
    check(html, "<!-- a ⟨⟩-->", &["-"], &["-->"]);
    check(html, "<?⟨⟩>", &[], &["><script>"]);
    let escape = || Operation::HtmlEscape(Quotes::Escaped);
    for safe in [
        "<p>⟨⟩</p>",
        "<i title=\"⟨⟩\">",
        "<i title='⟨⟩'>",
        "<textarea>⟨⟩</textarea>",
        "<a href=\"/user/⟨⟩\">",
        "<a href='https://example.com/?q=⟨⟩'>",
        "<!-- ⟨⟩ -->",
        "<a href='mailto:⟨⟩'>",
        "<script src='/static/⟨⟩'></script>",
    ] {
        assert!(protects(escape(), html, safe), "{safe}");
    }
    for open in [
        "<i title=⟨⟩>",
        "<script>⟨⟩</script>",
        "<script>x = '⟨⟩'</script>",
        "<a href=\"⟨⟩\">",
        "<a href='java⟨⟩'>",
        "<i onclick='⟨⟩'>",
        "<i onclick='f(\"⟨⟩\")'>",
        "<i style='⟨⟩'>",
        "<iframe srcdoc='⟨⟩'>",
        "<script src='⟨⟩'>",
        "<script src='/⟨⟩'>",
        "<script src='https://⟨⟩'>",
        "<a href='javascript:f(⟨⟩)'>",
        "<style>⟨⟩</style>",
        "<⟨⟩>",
        "<i ⟨⟩>",
        "<i x-data='⟨⟩'>",
        "<a href=⟨⟩>",
        "<svg><set to='⟨⟩'>",
        "<!--⟨⟩>",
        "<noscript>⟨⟩",
    ] {
        assert!(!protects(escape(), html, open), "{open}");
    }
    let kept = || Operation::HtmlEscape(Quotes::Kept);
    assert!(protects(kept(), html, "<p>⟨⟩</p>"));
    assert!(!protects(kept(), html, "<i title=\"⟨⟩\">") && !protects(kept(), html, "<i title='⟨⟩'>"));
    assert!(protects(Operation::MarkupEscape, html, "<i title='⟨⟩'>"));
}

#[test]
fn html_links_and_scripts() {
    let html = &SinkLanguage::Html;
    check(
        html,
        "<a href=\"⟨⟩\">x</a>",
        &["", "/a", "a.html", "?q=1", "#top", "https://example.com/a", "users/1"],
        &["javascript:alert(1)", " JavaScript:x", "java\tscript:x", "&#106;avascript:x", "javascript&colon;x", "\""],
    );
    check(html, "<script src=\"⟨⟩\"></script>", &["/a.js", "a.js"], &["//evil.example/x.js", "https://evil.example/"]);
    check(html, "<script src=\"/⟨⟩\"></script>", &["a.js"], &["/evil.example/x.js", "\\evil.example"]);
    check(html, "<script src=\"/⟨⟩/⟨⟩\"></script>", &[], &[]);
    assert!(!stays(html, "<script src=\"/⟨⟩\"></script>", &["&#47;evil.example/"]));
    check(html, "<script>x = ⟨⟩;</script>", &["5", "-5", "1.5", "\"alice\"", "\"a\\\"b\""], &["alert(1)", "\"a\"+b"]);
    check(
        html,
        "<script>x = \"⟨⟩\";</script>",
        &["alice", "it's", "\\n"],
        &["\"", "\\", "\n", "</script><b>", "\";f()//"],
    );
    check(html, "<script>x = '⟨⟩';</script>", &["alice"], &["'", "';f()//", "</script >"]);
    check(html, "<script>x = `⟨⟩`;</script>", &["alice"], &["${f()}", "`"]);
    check(html, "<script>// ⟨⟩\nf()</script>", &["alice"], &["\nf()"]);
    check(html, "<script>/* ⟨⟩ */ f()</script>", &["alice"], &["*/ f() /*"]);
    assert!(stays(html, "<script></scripty>x='⟨⟩'</script>", &["<b>"]));
    check(html, "<i onclick=\"del(⟨⟩)\">", &["5", "-5"], &["f()", "5,g()"]);
    check(html, "<i onclick=\"f('⟨⟩')\">", &["alice"], &["')", "&#39;);g()//", "&#x27;+g()+&#x27;"]);
    check(html, "<i style=\"color: ⟨⟩\">", &["red", "#fff"], &["red;background:url(x)", "expression(f())"]);
    // The first end tag belongs to the script within the comment.
    let nested = "<script>x='<!--<script>'</script>y='⟨⟩'</script>";
    assert!(hole(html, nested).safe().is_empty() && hole(html, nested).place() == "in a script");
}

#[test]
fn xml_documents() {
    let xml = &SinkLanguage::Xml;
    check(xml, "<n>⟨⟩</n>", &["alice", "&lt;", "&#60;", "\"", ">"], &["<", "</n><role>", "<role/>", "<!--"]);
    check(xml, "<n a=\"⟨⟩\"/>", &["alice", "'", "&quot;"], &["\"", "\" role=\"admin"]);
    check(xml, "<n a='⟨⟩'/>", &["\""], &["'"]);
    check(
        xml,
        "<n><![CDATA[⟨⟩]]></n>",
        &["<b>", "]", "a]]b", "]>"].map(|text| if text == "]" { "x" } else { text }),
        &["]]>", "]]><role/>"],
    );
    check(xml, "<n><!-- ⟨⟩ --></n>", &["x"], &["--><role/>"]);
    check(xml, "<⟨⟩/>", &[], &["a b='c'", "role"]);
    assert!(stays(xml, "<n>⟨⟩</n>", &["a & b"]) && !hole(xml, "<n>⟨⟩</n>").safe().accepts("a & b"));
    for template in ["<n>⟨⟩</n>", "<n a='⟨⟩'/>", "<n a=\"⟨⟩\"/>"] {
        assert!(protects(Operation::HtmlEscape(Quotes::Escaped), xml, template), "{template}");
    }
    assert!(!protects(Operation::HtmlEscape(Quotes::Kept), xml, "<n a='⟨⟩'/>"));
}

#[test]
fn lines() {
    for language in [&SinkLanguage::HeaderValue, &SinkLanguage::LogRecord] {
        check(language, "user ⟨⟩!", &["alice", "a\tb", "\u{85}"], &["\n", "\r", "x\r\nSet-Cookie: a=b"]);
        let remove = |text: &str| Operation::Replace { from: text.into(), to: String::new() };
        assert!(!protects(remove("\n"), language, "user ⟨⟩"));
        assert!(protects(Operation::Repr, language, "user ⟨⟩"));
        assert!(protects(Operation::UrlQuote { safe: "/".into() }, language, "user ⟨⟩"));
        let chain = [remove("\r"), remove("\n")].map(|operation| Transducer::new(operation).unwrap());
        let unsafe_values = hole(language, "user ⟨⟩").safe().complement();
        let bad = chain.iter().rev().fold(unsafe_values, |language, step| step.preimage(&language).unwrap());
        assert!(bad.is_empty());
    }
}

#[test]
fn requested_urls() {
    let url = &SinkLanguage::RequestUrl;
    check(url, "⟨⟩", &[], &["http://169.254.169.254/", "//evil.example", "evil"]);
    check(url, "https://⟨⟩/", &[], &["evil.example", "a@b"]);
    check(url, "https://api.example.com/users/⟨⟩", &["5", "../x", "@evil.example", "//x"], &[]);
    check(url, "https://api.example.com?q=⟨⟩", &["x"], &[]);
    check(url, "https://api.example.com⟨⟩", &["", "/users", "?q=1"], &[".evil.example", "@evil.example", ":80", "x"]);
    check(url, "https://⟨⟩.example.com/", &["eu"], &["evil.example/", "a.b/", "evil.example#"]);
    for anybody in ["https://⟨⟩.com/", "https://⟨⟩.co.uk/", "https://a⟨⟩.com/", "https://⟨⟩./"] {
        assert!(!hole(url, anybody).safe().accepts("evil") && !stays(url, anybody, &["evil"]), "{anybody}");
    }
    check(url, "http://localhost:⟨⟩/", &["8080"], &["@evil.example", "80@evil.example"]);
    check(url, "https://user:⟨⟩@example.com/", &["1"], &["x@evil.example/", "x"]);
    check(url, "https://user@⟨⟩/", &[], &["evil.example", "/x"]);
    check(url, "/⟨⟩", &["users"], &["/evil.example"]);
    let quote = || Operation::UrlQuote { safe: String::new() };
    assert!(protects(quote(), url, "https://api.example.com/users/⟨⟩"));
    assert!(!protects(quote(), url, "https://⟨⟩/") && !protects(quote(), url, "https://api.example.com⟨⟩"));
}

#[test]
fn arguments() {
    let word = &SinkLanguage::Argument;
    check(word, "⟨⟩", &["", "a", "a-b", "/-x"], &["-", "-x", "--output=x"]);
    check(word, "--file=⟨⟩", &["-x", "--"], &[]);
    check(word, "./⟨⟩", &["-x"], &[]);
}

#[test]
fn redirects() {
    let url = &SinkLanguage::RedirectUrl;
    check(
        url,
        "⟨⟩",
        &["", "/", "/home", "home", "?q=1", "a/b:c", "#x"],
        &[
            "//evil.example",
            "https://evil.example/",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            " //evil.example",
            "\t//evil.example",
        ],
    );
    check(url, "/⟨⟩", &["", "home", "a//b"], &["/evil.example", "\\evil.example", "\t/evil.example"]);
    check(url, "/login?next=⟨⟩", &["//evil.example", "x"], &[]);
    check(url, "https://example.com⟨⟩", &["/a", ""], &[".evil.example", "@evil.example"]);
    check(url, "https://example.com/⟨⟩", &["//x"], &[]);
    check(url, "⟨⟩/home", &["a"], &["/", "https://evil.example", "//evil.example"]);
    check(url, "⟨⟩:x", &[], &["javascript"]);
    let quote = |safe: &str| Operation::UrlQuote { safe: safe.into() };
    assert!(protects(quote(""), url, "/⟨⟩") && !protects(quote("/"), url, "/⟨⟩"));
    assert!(protects(quote(""), url, "⟨⟩") && protects(quote("/"), url, "/users/⟨⟩"));
    for holes in ["⟨⟩⟨⟩", "⟨⟩/⟨⟩", "/⟨⟩⟨⟩", "/⟨⟩/⟨⟩"] {
        assert!(
            !contexts(url, &parts(holes)).iter().all(|hole| hole.safe().accepts("") && hole.safe().accepts("/evil"))
        );
    }
    assert!(hole(url, "/⟨⟩/⟨⟩").safe().accepts("x:y"));
}

#[test]
fn patterns() {
    let regex = &SinkLanguage::Regex;
    check(regex, "^⟨⟩$", &["alice", "a\\.b", "a-b", "\\*"], &["(a+)+$", ".*", "a|b", "\\d", "\\", "[a]", "x{9}"]);
    check(regex, "[⟨⟩]+", &["abc", "a\\-z", "\\]"], &["]", "].*[", "\\d"]);
    check(regex, "a{⟨⟩}", &[], &["1}|.*"]);
    check(regex, "(?⟨⟩:x)", &[], &["i)|("]);
    for template in ["⟨⟩", "^⟨⟩$", "[⟨⟩]", "(?P<name>⟨⟩)", "\\d⟨⟩x+", "(⟨⟩|x)"] {
        assert!(protects(Operation::RegexEscape, regex, template), "{template}");
    }
    for open in ["\\⟨⟩", "a{⟨⟩}", "(a)\\1⟨⟩", "\\x4⟨⟩", "(?P<⟨⟩"] {
        assert!(!protects(Operation::RegexEscape, regex, open), "{open}");
    }
    let format = &SinkLanguage::FormatString;
    check(format, "Hello ⟨⟩ {0}", &["alice", "{{x}}"], &["{0}", "{", "{{{0}", "{0.__class__}"]);
    check(format, "{⟨⟩}", &[], &["0.__class__", "a[b]", "}{0"]);
    check(format, "{{⟨⟩}}", &["x"], &["{0}"]);
}

#[test]
fn names_and_choices() {
    let name = &SinkLanguage::LdapName;
    let dn = "uid=⟨⟩,ou=people,dc=example";
    check(name, dn, &["alice", "a\\,b", "é", "a b", "\\2c", "a=b"], &["a,ou=x", "a+b=c", "\\", "a;b", "\"", "<"]);
    assert!(!hole(name, dn).safe().accepts("#04") && !hole(name, dn).safe().accepts(" a"));
    check(name, "⟨⟩", &[], &["uid=admin", "alice"]);
    check(name, "uid=x,⟨⟩=people", &[], &["ou", "ou=y,cn"]);
    check(name, "uid=\\⟨⟩,ou=x", &[], &["a"]);
    check(&SinkLanguage::Choice, "⟨⟩", &[], &["x", "__class__", "5"]);
    check(&SinkLanguage::Choice, "get_⟨⟩", &[], &["x"]);
}

#[test]
fn every_payload_escapes_somewhere() {
    // Some payloads for paths are made for what a replacement leaves of them.
    for (language, templates) in TEMPLATES.iter().filter(|(language, _)| *language != SinkLanguage::Path) {
        for payload in payloads(language, None) {
            let works = templates.iter().any(|template| !stays(language, template, &[payload.text]));
            assert!(works, "{language:?} {:?}", payload.text);
        }
    }
}

#[test]
fn attack_families_escape_where_they_are_offered() {
    for (language, templates) in TEMPLATES.iter().skip(4) {
        for template in *templates {
            let context = hole(language, template);
            for attack in context.attacks() {
                let Some(witness) = attack.language.witness() else { continue };
                assert!(!context.safe().accepts(&witness));
                let judged = !stays(language, template, &[&witness]);
                assert!(judged || context.exactness() == Exactness::Under, "{language:?} {template} {witness:?}");
            }
        }
    }
}

const TEMPLATES: &[(SinkLanguage, &[&str])] = &[
    (SQLITE, SQL),
    (POSTGRES, SQL),
    (MYSQL, SQL),
    (GENERIC, SQL),
    (
        SinkLanguage::Shell,
        &[
            "ls ⟨⟩",
            "ls ⟨⟩ x",
            "ls a⟨⟩b",
            "ls '⟨⟩'",
            "ls \"⟨⟩\" x",
            "ls '⟨⟩' \"y\"",
            "⟨⟩ x",
            "a; b ⟨⟩",
            "x=$(y ⟨⟩)",
            "ls \\⟨⟩",
            "ls >⟨⟩",
            "ls $⟨⟩",
            "sh -c ⟨⟩",
            "echo \"$(cat ⟨⟩)\"",
        ],
    ),
    (
        SinkLanguage::PythonCode,
        &[
            "f('⟨⟩')",
            "f(\"⟨⟩\" + x)",
            "f('''⟨⟩''')",
            "f(⟨⟩)",
            "x⟨⟩",
            "⟨⟩",
            "f'⟨⟩'",
            "r'⟨⟩'",
            "a # ⟨⟩",
            "'\\⟨⟩'",
            "''⟨⟩",
        ],
    ),
    (SinkLanguage::Path, &["⟨⟩", "/a/⟨⟩", "/a/b⟨⟩", "/a/⟨⟩.x", "/a/⟨⟩/b", "⟨⟩/../x", "a⟨⟩/..", "/a/.⟨⟩", "⟨⟩."]),
    (SinkLanguage::Template, &["⟨⟩", "a ⟨⟩ b", "{⟨⟩", "⟨⟩{", "{{ ⟨⟩ }}", "{⟨⟩{", "{# ⟨⟩ #}", "⟨⟩%", "$⟨⟩"]),
    (SinkLanguage::LdapFilter, &["(a=⟨⟩)", "(a=*⟨⟩*)", "(⟨⟩=a)", "(a=\\⟨⟩)", "⟨⟩"]),
    (SinkLanguage::XPath, &["/a[b='⟨⟩']", "/a[b=\"⟨⟩\"]", "/a[b=⟨⟩]", "/a[⟨⟩='x']", "/a⟨⟩", "''⟨⟩"]),
    (SinkLanguage::Program, &["⟨⟩", "/bin/⟨⟩"]),
    (SinkLanguage::Deserialize, &["⟨⟩", "a⟨⟩"]),
    (SinkLanguage::Html, HTML),
    (
        SinkLanguage::Xml,
        &[
            "<a>⟨⟩</a>",
            "<a b=\"⟨⟩\"/>",
            "<a b='⟨⟩'>",
            "<a><![CDATA[⟨⟩]]></a>",
            "<a><![CDATA[]⟨⟩]]>",
            "<!-- ⟨⟩ --><a/>",
            "<!--⟨⟩-->",
            "<a ⟨⟩/>",
            "<⟨⟩",
            "</⟨⟩>",
            "<?a ⟨⟩?>",
            "<!DOCTYPE ⟨⟩><a/>",
            "&⟨⟩;",
            "⟨⟩",
        ],
    ),
    (SinkLanguage::Argument, &["⟨⟩", "--file=⟨⟩", "⟨⟩-x", "./⟨⟩"]),
    (SinkLanguage::HeaderValue, &["⟨⟩", "a; b=⟨⟩", "\r⟨⟩"]),
    (SinkLanguage::LogRecord, &["⟨⟩", "user ⟨⟩\n"]),
    (SinkLanguage::RequestUrl, URLS),
    (SinkLanguage::RedirectUrl, URLS),
    (
        SinkLanguage::Regex,
        &[
            "⟨⟩",
            "^⟨⟩$",
            "[⟨⟩]",
            "[^⟨⟩]",
            "[a-⟨⟩]",
            "\\⟨⟩",
            "a{⟨⟩}",
            "(?⟨⟩)",
            "(?P<⟨⟩>a)",
            "(⟨⟩)+",
            "\\1⟨⟩",
            "a{1⟨⟩",
            "[]⟨⟩",
        ],
    ),
    (SinkLanguage::FormatString, &["⟨⟩", "a {0} ⟨⟩", "{⟨⟩}", "{a:⟨⟩}", "{{⟨⟩}}", "{⟨⟩", "⟨⟩{0}", "⟨⟩}"]),
    (SinkLanguage::LdapName, &["⟨⟩", "uid=⟨⟩,ou=a", "uid=a,⟨⟩=b", "uid=\\⟨⟩", "uid=\\4⟨⟩", "uid=a⟨⟩", "uid=\"⟨⟩\""]),
    (SinkLanguage::Choice, &["⟨⟩", "a⟨⟩"]),
];

const HTML: &[&str] = &[
    "⟨⟩",
    "<p>⟨⟩</p>",
    "<p>⟨⟩x</p>",
    "<⟨⟩>",
    "<a⟨⟩>",
    "<a ⟨⟩>",
    "<a b⟨⟩>",
    "<a b=⟨⟩>",
    "<a b=⟨⟩ c=d>",
    "<a b=x⟨⟩>",
    "<a b='⟨⟩'>",
    "<a b=\"⟨⟩\" c>",
    "<a b='x'⟨⟩>",
    "<a href='⟨⟩'>",
    "<a href='⟨⟩:x'>",
    "<a href=\"/⟨⟩\">",
    "<a href=⟨⟩>",
    "<a href='java⟨⟩'>",
    "<a href='javascript:f(\"⟨⟩\")'>",
    "<script src='⟨⟩'></script>",
    "<script src='/⟨⟩'></script>",
    "<script src='//⟨⟩.example.com/'></script>",
    "<a onclick=\"f('⟨⟩')\">",
    "<a onclick='f(⟨⟩)'>",
    "<a onclick=⟨⟩>",
    "<a style='color:⟨⟩'>",
    "<iframe srcdoc='⟨⟩'></iframe>",
    "<script>a = ⟨⟩</script>",
    "<script>a = '⟨⟩'</script>",
    "<script>a = \"⟨⟩\" + b</script>",
    "<script>a = `⟨⟩`</script>",
    "<script>// ⟨⟩\n</script>",
    "<script>/* ⟨⟩ */</script>",
    "<script>a / ⟨⟩</script>",
    "<style>a{b:⟨⟩}</style>",
    "<title>⟨⟩</title>",
    "<textarea>⟨⟩</textarea>",
    "<!-- ⟨⟩ -->",
    "<!--⟨⟩-->",
    "<!--⟨⟩->-->",
    "<!⟨⟩>",
    "</⟨⟩>",
    "</a⟨⟩>",
];

const URLS: &[&str] = &[
    "⟨⟩",
    "/⟨⟩",
    "//⟨⟩",
    "/a/⟨⟩",
    "⟨⟩/a",
    "⟨⟩:a",
    "⟨⟩.example.com",
    "https://⟨⟩",
    "https://⟨⟩/a",
    "https://⟨⟩.example.com/a",
    "https://⟨⟩.com/a",
    "https://a.example⟨⟩",
    "https://a.example⟨⟩/b",
    "https://a.example/⟨⟩",
    "https://a.example?⟨⟩",
    "https://a.example:⟨⟩/b",
    "https://a.example:80⟨⟩",
    "https://a:⟨⟩@b.example/",
    "https://a@⟨⟩",
    "https:⟨⟩",
    "a⟨⟩",
    "?a=⟨⟩",
    "/\\⟨⟩",
    " ⟨⟩",
];

const SQL: &[&str] = &[
    "a = '⟨⟩'",
    "a = '⟨⟩' AND b = 'x'",
    "a = '%⟨⟩%' -- x",
    "a = \"⟨⟩\" AND b",
    "a = `⟨⟩`.b",
    "a = [⟨⟩] + 1",
    "a = ⟨⟩",
    "a = ⟨⟩ AND b",
    "a = -⟨⟩",
    "a = - ⟨⟩ x",
    "a⟨⟩ x",
    "a⟨⟩'x'",
    "E⟨⟩'x'",
    "'x'⟨⟩",
    "⟨⟩'x'",
    "1⟨⟩",
    "a.⟨⟩",
    "(⟨⟩)",
    "-- ⟨⟩\nx",
    "/* ⟨⟩ */ x",
    "/*⟨⟩*/",
    "$$⟨⟩$$",
    "E'⟨⟩' x",
    "'\\⟨⟩' x",
    "# ⟨⟩\nx",
    "--⟨⟩",
    "$⟨⟩$ x $1$",
    "/*!⟨⟩ */",
    "x ⟨⟩x",
    "x /⟨⟩/ y",
    ":⟨⟩",
    "⟨⟩.5",
    "⟨⟩e5",
    "1.⟨⟩",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_judge_and_the_safe_language_agree(
        language in 0..TEMPLATES.len(),
        template in any::<prop::sample::Index>(),
        value in prop_oneof![
            "['\"\\\\a1 ]{0,5}", "[-+.0-9e ]{0,4}", "[$`'{}%#/*.\\n;()a-]{0,5}", "[./a]{0,7}", "(\\.\\./|/|a|\\.){0,5}",
            "\\PC{0,4}", "[\\[\\]'\"`$a=|&<>]{0,5}", "[<>/!a\\-' =\"]{0,7}", "(<|>|/|!|--|-->|]|]]>|script|'|&#39;|a:|\\\\){0,5}",
            "(/|//|\\\\|a|\\.|@|:|\\?|#|https:|javascript:|1|\t|&#47;){0,5}", "[,;+=\\\\ #a\"2\r\n{}]{0,5}",
        ],
    ) {
        let (language, templates) = &TEMPLATES[language];
        let template = templates[template.index(templates.len())];
        let context = hole(language, template);
        let is_safe = context.safe().accepts(&value);
        let is_kept = stays(language, template, &[&value]);
        prop_assert!(!is_safe || is_kept, "{language:?} {template:?}: {value:?} is safe but escapes ({})", context.place());
        if context.exactness() == Exactness::Exact {
            prop_assert!(is_safe || !is_kept, "{language:?} {template:?}: {value:?} stays but is not safe ({})", context.place());
        }
    }

    #[test]
    fn safe_values_stay_together(
        language in 0..TEMPLATES.len(),
        first in any::<prop::sample::Index>(),
        second in any::<prop::sample::Index>(),
        values in prop::array::uniform2(prop_oneof!["['\\\\a1 ]{0,3}", "[/\\\\:@.a]{0,3}", "[<>a&;\"/\\-!]{0,3}", "[-+.0-9e#]{0,3}", "[./]{0,3}", "[{%$<]{0,2}"]),
    ) {
        let (language, templates) = &TEMPLATES[language];
        for between in ["", " ", ".", "/", "-"] {
            let template = format!("{}{between}{}", templates[first.index(templates.len())], templates[second.index(templates.len())]);
            let holes = contexts(language, &parts(&template));
            let all_safe = holes.iter().zip(&values).all(|(hole, value)| hole.safe().accepts(value));
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            prop_assert!(!all_safe || stays(language, &template, &values), "{language:?} {template:?} {values:?}");
        }
    }

    #[test]
    fn nothing_overflows_or_panics(text in "\\PC{0,20}", language in 0..TEMPLATES.len(), hole in "[(\\['\"$`{]{0,9}") {
        let (language, _) = &TEMPLATES[language];
        let whole = format!("{hole}{text}{hole}");
        judge(language, &whole, std::slice::from_ref(&(hole.len()..hole.len() + text.len())));
        contexts(language, &[Part::Text(&hole), Part::Hole, Part::Hole, Part::Text(&text)]);
    }
}

#[test]
fn deep_nesting_is_harmless() {
    let deep = "$(".repeat(20_000);
    for language in [&SQLITE, &SinkLanguage::Shell, &SinkLanguage::PythonCode, &SinkLanguage::XPath] {
        judge(language, &deep, std::slice::from_ref(&(0..4)));
    }
}
