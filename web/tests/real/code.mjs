// Python code for the checks against the real server. Invariant: each text says which weaknesses it has.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const shop = new URL('../../../tests/corpus/shop/', import.meta.url).pathname;

/** The example shop as `[path, text]`. */
export const SHOP = readdirSync(join(shop, 'shop'))
  .filter((name) => name.endsWith('.py'))
  .sort()
  .map((name) => [`shop/${name}`, readFileSync(join(shop, 'shop', name), 'utf8')]);

const HEAD = `import sqlite3
import subprocess

from flask import Flask, request

app = Flask(__name__)

`;

/** An SQL injection that goes through a variable and a helper. */
const SEARCH = `
def by_name(db, name):
    query = "SELECT title FROM book WHERE author = '" + name + "'"
    return db.execute(query).fetchall()


@app.get("/books")
def books():
    db = sqlite3.connect("books.db")
    author = request.args.get("author", "")
    return str(by_name(db, author.strip()))
`;

const SEARCH_FIXED = SEARCH.replace(`= '" + name + "'"`, `= ?"`).replace(
  'execute(query)',
  'execute(query, (name,))',
);

/** An operating-system command. */
const PING = `

@app.get("/ping")
def ping():
    host = request.args.get("host", "localhost")
    return subprocess.run("ping -c 1 " + host, shell=True, capture_output=True, text=True).stdout
`;

/** Python that the client sends. */
const EVALUATE = `

@app.get("/sum")
def total():
    return {"total": eval(request.args["formula"])}
`;

/** An application as it was first: an SQL injection and a command injection. */
export const BOOKS = HEAD + SEARCH + PING;
/** The same application later: the SQL is repaired, and there is an \`eval\`. */
export const BOOKS_LATER = HEAD + SEARCH_FIXED + PING + EVALUATE;
/** One SQL injection and no more. */
export const SEARCH_ONLY = HEAD + SEARCH;

/** Enough work for a scan to be watched: copies of the example shop. */
export function copiesOfShop(copies) {
  return Array.from({ length: copies }, (_, copy) =>
    SHOP.map(([path, text]) => [`copy${copy}/${path}`, `# Copy ${copy}\n${text}`]),
  ).flat();
}

/** A file of five megabytes: tables of data and many functions, with a weakness at its end. */
export function fiveMegabytes() {
  const parts = [HEAD];
  let size = HEAD.length;
  for (let index = 0; size < 5 * 1024 * 1024; index += 1) {
    const row = `    ("${String(index).padStart(8, '0')}", "${'lorem ipsum '.repeat(8)}", ${index}),\n`;
    const part = `\nTABLE_${index} = [\n${row.repeat(60)}]\n\n\ndef pick_${index}(at):\n    return TABLE_${index}[at]\n\n`;
    parts.push(part);
    size += part.length;
  }
  return parts.join('') + SEARCH;
}

const RTL = '\u202e';
/** Code that attacks whoever shows it: markup, reordering, invisible characters, emoji and a very long line. */
export const HOSTILE = `${HEAD}
# <script>alert(1)</script> <img src=x onerror=alert(2)> ${RTL}detrevni\u202c zero\u200bwidth 👩‍👩‍👧‍👦 🐍
LONG = "${'<b>x</b>'.repeat(2500)}"


@app.get("/books")
def books():
    name = request.args.get("</script><script>alert(3)</script>", "🐍${RTL}")
    db = sqlite3.connect("books.db")
    return str(db.execute("SELECT '🐍', '<img src=x onerror=alert(4)>' FROM t WHERE a = '" + name + "'").fetchall())
`;
export const HOSTILE_NAME = `<img src=x onerror=alert(5)> ${RTL}yp.exe 🐍 & 'q' %41 #a ?b.py`;
