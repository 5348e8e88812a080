// Reads SARIF 2.1.0 of any tool. Invariant: a log that breaks the format gives one `SarifError`, never a half-read list;
// each result gives one finding.
import type { FindingJson, Region, Severity, StepJson, Triage, Verdict } from '../api/types';
import { OPEN, type LocalFinding } from './local_source';

export class SarifError extends Error {}

export interface SarifLog {
  tools: string[];
  findings: LocalFinding[];
  /** Texts that the log itself holds. */
  sources: Record<string, string>;
}

type Json = Record<string, unknown>;

interface Rule {
  id: string;
  title: string;
  tags: string[];
  score: number | null;
  level: string | null;
  confidence: string;
  messages: Json;
}

const NO_REGION: Region = { line: 1, column: 1, end_line: 1, end_column: 1 };

export function readSarif(text: string): SarifLog {
  let log: unknown;
  try {
    log = JSON.parse(text);
  } catch {
    throw new SarifError('The file is no JSON document.');
  }
  const runs = isObject(log) ? log['runs'] : undefined;
  if (!isObject(log) || !Array.isArray(runs)) {
    throw new SarifError('The file is JSON, but no SARIF log: it has no `runs`.');
  }
  if (!String(log['version'] ?? '2.1.0').startsWith('2.1')) {
    throw new SarifError(`The file is SARIF ${String(log['version'])}; version 2.1.0 is understood.`);
  }
  const result: SarifLog = { tools: [], findings: [], sources: {} };
  for (const run of runs.filter(isObject)) {
    readRun(run, result);
  }
  return result;
}

function readRun(run: Json, log: SarifLog): void {
  const driver = object(object(run['tool'])['driver']);
  log.tools.push([text(driver['name']) || 'Unnamed tool', text(driver['version'])].filter(Boolean).join(' '));
  const rules = objects(driver['rules']).map(ruleOf);
  const artifacts = objects(run['artifacts']);
  for (const artifact of artifacts) {
    const held = text(object(artifact['contents'])['text']);
    if (held !== '') {
      log.sources[pathOf(object(artifact['location']), [])] = held;
    }
  }
  for (const result of objects(run['results'])) {
    log.findings.push(findingOf(result, rules, artifacts, log.findings.length));
  }
}

function findingOf(result: Json, rules: Rule[], artifacts: Json[], index: number): LocalFinding {
  const reference = object(result['rule']);
  const id = text(result['ruleId']) || text(reference['id']);
  const at = result['ruleIndex'] ?? reference['index'];
  const rule = (typeof at === 'number' ? rules[at] : undefined) ?? rules.find((each) => each.id === id);
  const location = objects(result['locations'])[0] ?? {};
  const { path, region, snippet } = placeOf(location, artifacts);
  const properties = object(result['properties']);
  const prints = Object.values({
    ...object(result['fingerprints']),
    ...object(result['partialFingerprints']),
  });
  const message = messageOf(object(result['message']), rule?.messages);
  const cwes = (rule?.tags ?? []).flatMap((tag) => /cwe[-:/]?0*(\d+)/i.exec(tag)?.[1] ?? []);
  const finding: FindingJson = {
    fingerprint: String(prints[0] ?? index),
    rule_id: rule?.id ?? (id || 'unnamed rule'),
    pack: '',
    cwe: cwes[0] === undefined ? '' : `CWE-${cwes[0]}`,
    cwe_name: null,
    severity: severityOf(text(result['level']) || rule?.level || 'warning', rule?.score ?? null),
    confidence: confidenceOf(text(properties['confidence']) || rule?.confidence || ''),
    path,
    ...region,
    function: text(objects(location['logicalLocations'])[0]?.['fullyQualifiedName']) || null,
    title: rule?.title || (message.split('\n')[0] ?? id),
    message,
    snippet,
    taint_path: stepsOf(result, artifacts),
    verdict: verdictOf(properties['verdict']),
    counterexample: null,
    contracts: [],
    patch: null,
  };
  const owasp = (rule?.tags ?? []).flatMap(
    (tag) => /owasp[:/-]?\s*(a\d\d:\d{4})/i.exec(tag)?.[1]?.toUpperCase() ?? [],
  );
  return { finding, owasp, triage: triageOf(objects(result['suppressions'])) };
}

/** Takes the first thread of the first flow; the tools' own order is best first. */
function stepsOf(result: Json, artifacts: Json[]): StepJson[] {
  const flow = objects(result['codeFlows'])[0] ?? {};
  const thread = objects(flow['threadFlows'])[0] ?? {};
  const locations = objects(thread['locations']);
  return locations.map((each, index) => {
    const location = object(each['location']);
    const { path, region } = placeOf(location, artifacts);
    const kind = index === 0 ? 'source' : index === locations.length - 1 ? 'sink' : 'step';
    return {
      kind,
      path,
      ...region,
      message: messageOf(object(location['message'])) || 'the data comes by here',
    };
  });
}

function placeOf(location: Json, artifacts: Json[]): { path: string; region: Region; snippet: string } {
  const physical = object(location['physicalLocation']);
  const raw = object(physical['region']);
  const line = positive(raw['startLine']);
  const path = pathOf(object(physical['artifactLocation']), artifacts);
  if (line === null) {
    return { path, region: NO_REGION, snippet: '' };
  }
  const column = positive(raw['startColumn']) ?? 1;
  const end_line = positive(raw['endLine']) ?? line;
  // A region without an end column goes to the end of its line.
  const end_column = positive(raw['endColumn']) ?? 1_000_000;
  const context = object(physical['contextRegion']);
  const snippet = text(object(raw['snippet'])['text']) || text(object(context['snippet'])['text']);
  return { path, region: { line, column, end_line, end_column }, snippet };
}

function pathOf(artifact: Json, artifacts: Json[]): string {
  const at = artifact['index'];
  const uri =
    text(artifact['uri']) ||
    (typeof at === 'number' ? text(object(artifacts[at]?.['location'])['uri']) : '') ||
    '(no file)';
  const plain = uri.replace(/^file:\/\/(localhost)?/, '').replace(/^\.\//, '');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

function ruleOf(rule: Json): Rule {
  const properties = object(rule['properties']);
  const score = Number.parseFloat(String(properties['security-severity'] ?? ''));
  const tags = Array.isArray(properties['tags']) ? properties['tags'].map(String) : [];
  const cwe = properties['cwe'];
  const id = text(rule['id']);
  const name = text(rule['name']);
  return {
    id,
    // A name of one word, such as `blacklist`, says less than the result's own message.
    title: messageOf(object(rule['shortDescription'])) || (/\s/.test(name) ? name : ''),
    tags: [...tags, ...(Array.isArray(cwe) ? cwe.map(String) : cwe === undefined ? [] : [String(cwe)])],
    score: Number.isNaN(score) ? null : score,
    level: text(object(rule['defaultConfiguration'])['level']) || null,
    confidence: text(properties['precision']) || text(properties['confidence']),
    messages: object(rule['messageStrings']),
  };
}

/** GitHub's reading of `security-severity`, or else the level. */
function severityOf(level: string, score: number | null): Severity {
  if (score !== null && score > 0) {
    return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
  }
  const levels: Record<string, Severity> = { error: 'high', warning: 'medium', note: 'low', none: 'info' };
  return levels[level] ?? 'medium';
}

function confidenceOf(word: string): 'high' | 'medium' | 'low' {
  const lower = word.toLowerCase();
  if (lower === 'high' || lower === 'very-high') {
    return 'high';
  }
  return lower === 'low' ? 'low' : 'medium';
}

function verdictOf(value: unknown): Verdict | null {
  const known: readonly unknown[] = ['refuted', 'proved', 'bounded', 'unknown'];
  return known.includes(value) ? (value as Verdict) : null;
}

function triageOf(suppressions: Json[]): Triage {
  const holding = suppressions.find((each) => (each['status'] ?? 'accepted') === 'accepted');
  if (holding === undefined) {
    return OPEN;
  }
  return { ...OPEN, state: 'accepted-risk', reason: text(holding['justification']) || null };
}

function messageOf(message: Json, texts: Json = {}): string {
  const raw = text(message['text']) || text(object(texts[text(message['id'])])['text']);
  const values = Array.isArray(message['arguments']) ? message['arguments'].map(String) : [];
  // Links are written `[words](target)`, where the target may be the number of a related location.
  return raw
    .replace(/\{(\d+)\}/g, (whole, index: string) => values[Number(index)] ?? whole)
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(value: unknown): Json {
  return isObject(value) ? value : {};
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function positive(value: unknown): number | null {
  return typeof value === 'number' && value >= 1 ? Math.floor(value) : null;
}
