// Findings that are wholly in the browser. Invariant: ids are positions in the list it was made from.
import type { FindingDetail, FindingJson, FindingPage, Triage } from '../api/types';
import type { FindingsQuery } from './findings_query';
import { selectRows, type LocalRow } from './local_findings';
import type { FindingSource, SourceFile } from './source';

export interface LocalFinding {
  finding: FindingJson;
  owasp: string[];
  triage: Triage;
}

export const OPEN: Triage = { state: 'open', reason: null, expires: null, changed_at: null };

export class LocalSource implements FindingSource {
  readonly scanId = null;
  readonly #rows: LocalRow[];

  constructor(
    readonly home: readonly string[],
    readonly findings: readonly LocalFinding[],
    readonly sources: Readonly<Record<string, string>>,
  ) {
    this.#rows = findings.map(rowOf);
  }

  async list(query: FindingsQuery): Promise<FindingPage> {
    const { rows, facets } = selectRows(this.#rows, query);
    return { findings: rows, total: rows.length, next: null, facets };
  }

  async detail(id: number, query: FindingsQuery): Promise<FindingDetail> {
    const found = this.findings[id];
    if (found === undefined) {
      throw new Error('There is no such finding in this file.');
    }
    const ids = selectRows(this.#rows, query).rows.map((row) => row.id);
    const at = ids.indexOf(id);
    return {
      ...found.finding,
      id,
      triage: found.triage,
      history: [],
      owasp: found.owasp,
      previous: at > 0 ? (ids[at - 1] ?? null) : null,
      next: at >= 0 ? (ids[at + 1] ?? null) : null,
    };
  }

  async file(path: string): Promise<SourceFile> {
    const text = Object.hasOwn(this.sources, path) ? this.sources[path] : undefined;
    return text === undefined
      ? { kind: 'gone', reason: 'This report does not hold the file’s text.' }
      : { kind: 'text', text };
  }
}

function rowOf({ finding, owasp, triage }: LocalFinding, id: number): LocalRow {
  return {
    id,
    fingerprint: finding.fingerprint,
    rule_id: finding.rule_id,
    pack: finding.pack,
    cwe: finding.cwe,
    cwe_name: finding.cwe_name,
    severity: finding.severity,
    confidence: finding.confidence,
    path: finding.path,
    line: finding.line,
    column: finding.column,
    function: finding.function,
    title: finding.title,
    message: finding.message,
    verdict: finding.verdict,
    replay: finding.counterexample?.replay ?? null,
    patch: finding.patch?.status ?? null,
    triage,
    owasp,
  };
}
