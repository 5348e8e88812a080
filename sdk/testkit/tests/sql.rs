//! What `fix::sql` makes of queries. Invariant: each case shows the whole call before and after.

#![expect(clippy::expect_used, reason = "tests")]

use securecode_sdk::{
    Kind,
    fix::{
        call::Call,
        fix,
        sql::{Binding, Placeholder, parameterize_call},
    },
};
use securecode_testkit::Snippet;

fn after(text: &str, placeholder: Placeholder, binding: Binding) -> Option<String> {
    let snippet = Snippet::new(text);
    let node = snippet.file().tree().nodes().find(|node| {
        node.is(Kind::CALL) && Call::of(*node).is_some_and(|call| ["execute", "text"].contains(&call.name()))
    });
    let call = Call::of(node.expect("a call of execute")).expect("a call");
    let query = call.positional(0).expect("an argument");
    let edits = parameterize_call(snippet.file(), call, query, placeholder, binding)?;
    Some(snippet.apply(&fix("", edits)))
}

#[track_caller]
fn check(before: &str, expected: &str) {
    assert_eq!(after(before, Placeholder::Question, Binding::NextArgument).as_deref(), Some(expected));
}

#[track_caller]
fn check_percent(before: &str, expected: &str) {
    assert_eq!(after(before, Placeholder::Percent, Binding::NextArgument).as_deref(), Some(expected));
}

#[track_caller]
fn refuse(before: &str) {
    assert_eq!(after(before, Placeholder::Question, Binding::NextArgument), None);
}

#[test]
fn formatted_strings() {
    check(r#"c.execute(f"SELECT a FROM t WHERE id = {uid}")"#, r#"c.execute("SELECT a FROM t WHERE id = ?", (uid,))"#);
    check(
        r#"c.execute(f"SELECT a FROM t WHERE n = '{name}' AND b={b}")"#,
        r#"c.execute("SELECT a FROM t WHERE n = ? AND b=?", (name, b))"#,
    );
    check(
        r#"c.execute(f"SELECT a FROM t WHERE n LIKE '%{q}%'")"#,
        r#"c.execute("SELECT a FROM t WHERE n LIKE ?", (f"%{q}%",))"#,
    );
    check(
        r#"c.execute(f'SELECT a FROM t WHERE n = "{name!r}"')"#,
        r#"c.execute('SELECT a FROM t WHERE n = ?', (repr(name),))"#,
    );
    check(
        r#"c.execute(f"INSERT INTO t (a, b) VALUES ('{a}', {b})")"#,
        r#"c.execute("INSERT INTO t (a, b) VALUES (?, ?)", (a, b))"#,
    );
    check(
        r#"c.execute(f"UPDATE t SET a = '{a}' WHERE id BETWEEN {b} AND {d}")"#,
        r#"c.execute("UPDATE t SET a = ? WHERE id BETWEEN ? AND ?", (a, b, d))"#,
    );
    check(
        r#"c.execute(f"SELECT '{{}}' FROM t WHERE a = '{a}' LIMIT {n}")"#,
        r#"c.execute("SELECT '{}' FROM t WHERE a = ? LIMIT ?", (a, n))"#,
    );
    check(
        "c.execute(f\"\"\"\n    SELECT a\n    FROM t -- it's\n    WHERE n = '{n}'\n\"\"\")",
        "c.execute(\"\"\"\n    SELECT a\n    FROM t -- it's\n    WHERE n = ?\n\"\"\", (n,))",
    );
    check(
        r#"c.execute(f"SELECT a FROM t WHERE n = '{d["k"]}'")"#,
        r#"c.execute("SELECT a FROM t WHERE n = ?", (d["k"],))"#,
    );
    check(
        r#"c.execute(f"SELECT a FROM t WHERE lower(n) = lower('{n}')")"#,
        r#"c.execute("SELECT a FROM t WHERE lower(n) = lower(?)", (n,))"#,
    );
}

#[test]
fn other_compositions() {
    check(
        r#"c.execute("SELECT a FROM t WHERE n = '" + name + "'")"#,
        r#"c.execute("SELECT a FROM t WHERE n = ?", (name,))"#,
    );
    check(
        r#"c.execute("SELECT a FROM t WHERE id = " + str(uid))"#,
        r#"c.execute("SELECT a FROM t WHERE id = ?", (str(uid),))"#,
    );
    check(
        r#"c.execute("SELECT a FROM t WHERE n = '%s' AND m = %d" % (n, m))"#,
        r#"c.execute("SELECT a FROM t WHERE n = ? AND m = ?", (n, m))"#,
    );
    check(r#"c.execute("SELECT a FROM t WHERE n = '%s'" % n)"#, r#"c.execute("SELECT a FROM t WHERE n = ?", (n,))"#);
    check(
        r#"c.execute("SELECT a FROM t WHERE n = '%(n)s'" % {"n": x.n})"#,
        r#"c.execute("SELECT a FROM t WHERE n = ?", (x.n,))"#,
    );
    check(
        r#"c.execute("SELECT a FROM t WHERE n = '{}' AND k LIKE '%%{k}'".format(n, k=z))"#,
        r#"c.execute("SELECT a FROM t WHERE n = ? AND k LIKE ?", (n, f"%%{z}"))"#,
    );
    check(
        "c.execute(\n    \"SELECT a FROM t \"\n    \"WHERE n = '\" + n + \"'\"\n)",
        "c.execute(\n    \"SELECT a FROM t \"\n    \"WHERE n = ?\", (n,)\n)",
    );
    check(
        "c.execute(\"SELECT a FROM t \" +\n          \"WHERE n = '\" + n + \"' \" +\n          \"ORDER BY a\")",
        "c.execute(\"SELECT a FROM t \"\n          \"WHERE n = ? \"\n          \"ORDER BY a\", (n,))",
    );
}

#[test]
fn through_a_variable_and_with_parameters() {
    check(
        "def f(c, n):\n    q = f\"SELECT a FROM t WHERE n = '{n}'\"  # by name\n    print(q)\n    c.execute(q)\n",
        "def f(c, n):\n    q = \"SELECT a FROM t WHERE n = ?\"  # by name\n    print(q)\n    c.execute(q, (n,))\n",
    );
    check(
        r#"c.execute(f"SELECT a FROM t WHERE a = ? AND n = '{n}' AND b = ?", (a, b))"#,
        r#"c.execute("SELECT a FROM t WHERE a = ? AND n = ? AND b = ?", (a, n, b))"#,
    );
    check(
        r#"c.execute(f"SELECT a FROM t WHERE a = ? AND n = '{n}'", params)"#,
        r#"c.execute("SELECT a FROM t WHERE a = ? AND n = ?", (*params, n))"#,
    );
    check(
        r#"c.execute(f"SELECT a FROM t WHERE a = ? AND n = '{n}'", [a])"#,
        r#"c.execute("SELECT a FROM t WHERE a = ? AND n = ?", [a, n])"#,
    );
}

#[test]
fn templates_and_constants() {
    check(
        "def f(c, n, i):\n    q = \"SELECT a FROM t WHERE n = '%s' AND i = %d\"\n    c.execute(q % (n, i))\n",
        "def f(c, n, i):\n    q = \"SELECT a FROM t WHERE n = ? AND i = ?\"\n    c.execute(q, (n, i))\n",
    );
    check(
        "T = 'users'\nc.execute(f\"SELECT a FROM {T} WHERE n = '{n}'\")\n",
        "T = 'users'\nc.execute(f\"SELECT a FROM {T} WHERE n = ?\", (n,))\n",
    );
    check(
        "T = 'users'\nc.execute(\"SELECT a FROM \" + T + \" WHERE n = '\" + n + \"'\")\n",
        "T = 'users'\nc.execute(\"SELECT a FROM \" + T + \" WHERE n = ?\", (n,))\n",
    );
}

#[test]
fn other_placeholders() {
    check_percent(
        r#"c.execute(f"SELECT a FROM t WHERE n LIKE 'x%' AND k = '{k}'")"#,
        r#"c.execute("SELECT a FROM t WHERE n LIKE 'x%%' AND k = %s", (k,))"#,
    );
    check_percent(
        r#"c.execute("SELECT a FROM t WHERE b = %s AND k = '" + k + "'", (b,))"#,
        r#"c.execute("SELECT a FROM t WHERE b = %s AND k = %s", (b, k))"#,
    );
    let named = after(r#"s.execute(text(f"SELECT a FROM t WHERE k = '{r.args['k']}' AND l = {k}"))"#.replace("s.execute(", "(").as_str(), Placeholder::Named, Binding::BindParams);
    assert_eq!(
        named.as_deref(),
        Some(r#"(text("SELECT a FROM t WHERE k = :k AND l = :k_2").bindparams(k=r.args['k'], k_2=k))"#)
    );
}

#[test]
fn refusals() {
    refuse(r#"c.execute(f"SELECT a FROM {table}")"#);
    refuse(r#"c.execute(f"SELECT {column} FROM t")"#);
    refuse(r#"c.execute(f"SELECT a FROM t ORDER BY {column} LIMIT {n}")"#);
    refuse(r#"c.execute(f"SELECT a FROM t WHERE {clause}")"#);
    refuse(r#"c.execute(f"SELECT a FROM t WHERE a IN ({ids})")"#);
    refuse(r#"c.execute(f"SELECT a FROM t WHERE a IN ({','.join(ids)})")"#);
    refuse(r#"c.execute(f"INSERT INTO t ({columns}) VALUES (1)")"#);
    refuse(r#"c.execute(f"SELECT a FROM t_{suffix} WHERE b = 1")"#);
    refuse(r#"c.execute(f"SELECT a FROM t WHERE b = {x}_{y}")"#);
    refuse(r#"c.execute(query)"#);
    refuse("def f(c, n):\n    q = f\"SELECT a FROM t WHERE n = '{n}'\"\n    c.execute(q)\n    return q\n");
    refuse("def f(c, n):\n    q = f\"SELECT a FROM t WHERE n = '{n}'\"\n    n = 2\n    c.execute(q)\n");
    refuse(r#"c.execute(f"SELECT a FROM t WHERE a = :a AND n = '{n}'", {"a": a})"#);
    refuse(r#"c.execute(b"SELECT a FROM t WHERE a = " + x)"#);
}
