// Data for the stand-in server, made from a real scan of the example application. Invariant: the same input gives the
// same findings, so that screenshots can be compared.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const shopFolder = join(here, '../../../tests/corpus/shop');
const read = (name) => JSON.parse(readFileSync(join(here, name), 'utf8'));

export const report = read('shop.json');
export const verification = read('verification.json');
const rawRules = read('rules.json');

export const rules = rawRules.map((rule) => ({
  id: rule.id,
  pack: rule.pack,
  title: rule.title,
  cwe: rule.cwe,
  cwe_name: report.findings.find((finding) => finding.cwe === rule.cwe)?.cwe_name ?? null,
  owasp: rule.tags.filter((tag) => tag.startsWith('owasp:')).map((tag) => tag.slice(6)),
  severity: rule.severity,
  confidence: rule.confidence,
  has_contract: rule.pack === 'python-injection',
  has_fix: rule.no_fix_reason === null,
  ...(rule.no_fix_reason !== null && { no_fix_reason: rule.no_fix_reason }),
  summary: rule.help.split('\n\n')[0],
  description: rule.help,
  examples: { bad: rule.bad, good: rule.good },
}));

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

/** The example application's Python files. */
export const shopFiles = Object.fromEntries(
  walk(shopFolder)
    .filter((path) => path.endsWith('.py'))
    .sort()
    .map((path) => [relative(shopFolder, path).split('\\').join('/'), readFileSync(path, 'utf8')]),
);

const owaspOf = (ruleId) => rules.find((rule) => rule.id === ruleId)?.owasp ?? [];
const open = { state: 'open', reason: null, expires: null, changed_at: null };

export function detailOf(finding, id) {
  return { ...finding, id, triage: open, history: [], owasp: owaspOf(finding.rule_id) };
}

export function shopFindings() {
  const findings = report.findings.map(detailOf);
  const safe = structuredClone(findings[5]);
  Object.assign(safe, {
    id: findings.length,
    fingerprint: 'aa00bb11cc22dd33ee44ff5566778899',
    line: 36,
    end_line: 36,
    function: 'listing',
    verdict: 'proved',
    counterexample: null,
    patch: null,
    taint_path: [],
  });
  Object.assign(safe.contracts[0], {
    verdict: 'proved',
    counterexample: null,
    function: 'listing',
    paths: 3,
  });
  const unknown = structuredClone(findings[7]);
  Object.assign(unknown, {
    id: findings.length + 1,
    fingerprint: 'bb00bb11cc22dd33ee44ff5566778800',
    line: 20,
    end_line: 20,
    column: 5,
    end_column: 20,
    confidence: 'medium',
    function: 'report',
    verdict: 'unknown',
    counterexample: null,
    taint_path: [
      {
        kind: 'source',
        path: 'shop/downloads.py',
        line: 22,
        column: 46,
        end_line: 22,
        end_column: 66,
        message: '`request.args["name"]` is read from the query string',
      },
      {
        kind: 'step',
        path: 'shop/db.py',
        line: 26,
        column: 5,
        end_line: 26,
        end_column: 68,
        message: 'looked up in `tables`',
      },
      {
        kind: 'sink',
        path: 'shop/downloads.py',
        line: 25,
        column: 10,
        end_line: 25,
        end_column: 26,
        message: 'reaches the path of `open`',
      },
    ],
    patch: {
      ...unknown.patch,
      status: 'unavailable',
      verified: false,
      diff: null,
      checks: [],
      reason: 'no fix template fits the shape of this code',
    },
  });
  Object.assign(unknown.contracts[0], {
    verdict: 'unknown',
    counterexample: null,
    function: 'report',
    reason: 'unsupported: the value of the result of `zipfile.ZipFile.namelist` is not known',
  });
  return [...findings, safe, unknown];
}

/** Many findings over many folders. */
export function manyFindings(count) {
  const base = report.findings;
  const severities = ['critical', 'high', 'medium', 'low', 'info'];
  const verdicts = ['refuted', 'unknown', 'bounded', null, 'proved'];
  const patches = ['verified', 'bounded', 'unverified', 'unavailable', null];
  return Array.from({ length: count }, (_, id) => {
    const finding = base[id % base.length];
    const verdict = verdicts[(id * 7) % 5];
    return {
      ...detailOf(finding, id),
      fingerprint: id.toString(16).padStart(32, '0'),
      severity: severities[Math.floor(id / 5) % 5],
      verdict,
      counterexample: verdict === 'refuted' ? finding.counterexample : null,
      patch:
        finding.patch && patches[(id * 3) % 5] ? { ...finding.patch, status: patches[(id * 3) % 5] } : null,
      path: `service${id % 40}/module_${id % 997}/views_${id % 13}.py`,
      line: (id % 900) + 1,
    };
  });
}

const HOSTILE_NAME = 'src/<img src=x onerror=alert(1)>/a\u202Egnp.py';
const HOSTILE_TEXT = [
  'import os',
  '',
  'def run(user):  # \u202E reversed \u2066 and isolated \u2069',
  '    html = "<script>alert(document.domain)</script>"',
  `    os.system("echo \u200B\u200D " + user)  # 👩‍👩‍👧 emoji stays 🏳️‍🌈`,
  `    data = "${'x'.repeat(50_000)}"`,
  '    שלום = "مرحبا"',
  '    return html',
].join('\n');

/** Findings, names and code that try to break the page. */
export function hostileScan() {
  const finding = {
    ...structuredClone(report.findings[2]),
    fingerprint: 'ffffffffffffffffffffffffffffffff',
    path: HOSTILE_NAME,
    line: 5,
    column: 5,
    end_line: 5,
    end_column: 36,
    function: 'run\u202E',
    title: '<b>Untrusted</b> text \u202E in a command',
    message: `The shell runs \`<script>alert(1)</script>\` \u2066 and ${'averylongword'.repeat(40)}`,
    snippet: HOSTILE_TEXT.split('\n')[4],
    taint_path: [
      {
        kind: 'source',
        path: HOSTILE_NAME,
        line: 3,
        column: 9,
        end_line: 3,
        end_column: 13,
        message: '`user` \u202E is a parameter',
      },
      {
        kind: 'step',
        path: HOSTILE_NAME,
        line: 6,
        column: 40_000,
        end_line: 6,
        end_column: 40_010,
        message: 'deep in a long line',
      },
      {
        kind: 'sink',
        path: HOSTILE_NAME,
        line: 5,
        column: 5,
        end_line: 5,
        end_column: 36,
        message: 'reaches `os.system`',
      },
    ],
  };
  finding.counterexample.sink_value = 'echo \u202Eé\u{1F468} "; <script>alert(1)</script>';
  finding.counterexample.injected = [[8, 40]];
  finding.contracts[0].counterexample = finding.counterexample;
  return { findings: [detailOf(finding, 0)], files: { [HOSTILE_NAME]: HOSTILE_TEXT } };
}

/** A file of five megabytes with a path from its first to its last line. */
export function hugeScan() {
  const lines = Array.from(
    { length: 110_000 },
    (_, index) => `value_${index} = "${'text '.repeat(6)}"  # ${index}`,
  );
  const finding = structuredClone(report.findings[2]);
  const at = (line, kind) => ({
    kind,
    path: 'huge.py',
    line,
    column: 1,
    end_line: line,
    end_column: 10,
    message: `step in line ${line}`,
  });
  Object.assign(finding, { path: 'huge.py', line: 109_990, end_line: 109_990, column: 1, end_column: 10 });
  finding.taint_path = [at(3, 'source'), at(60_000, 'step'), at(109_990, 'sink')];
  return { findings: [detailOf(finding, 0)], files: { 'huge.py': lines.join('\n') } };
}

export function summaryOf(findings, files) {
  const listed = findings.filter((finding) => finding.verdict !== 'proved');
  const texts = Object.values(files);
  return {
    files: texts.length,
    analysed: texts.length,
    lines: texts.reduce((sum, text) => sum + text.split('\n').length, 0),
    bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    findings: listed.length,
    by_severity: ['critical', 'high', 'medium', 'low', 'info'].map(
      (severity) => listed.filter((finding) => finding.severity === severity).length,
    ),
    refuted: listed.filter((finding) => finding.verdict === 'refuted').length,
    proved_safe: findings.length - listed.length,
    patches_verified: listed.filter((finding) => finding.patch?.status === 'verified').length,
    duration_ms: 2187,
    plugins: [
      { name: 'scanner', calls: 1, failures: 0, ms: 3.1 },
      { name: 'python-injection', calls: texts.length, failures: 0, ms: 21.4 },
    ],
  };
}
