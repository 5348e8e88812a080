// Filters, sorts and counts findings in the browser, for reports and SARIF files. Invariant: the same query gives the
// same findings here as on the server.
import type { FacetName, Facets, FindingRow } from '../api/types';
import { FACETS, type FindingsQuery, type SortKey } from './findings_query';

export interface LocalRow extends FindingRow {
  owasp: string[];
}

const SEVERITY = ['critical', 'high', 'medium', 'low', 'info'];
const CONFIDENCE = ['high', 'medium', 'low'];
const VERDICT = ['refuted', 'unknown', 'bounded', null, 'proved'];

export function valuesOf(row: LocalRow, facet: FacetName): string[] {
  switch (facet) {
    case 'severity':
      return [row.severity];
    case 'confidence':
      return [row.confidence];
    case 'cwe':
      return [row.cwe];
    case 'owasp':
      return row.owasp;
    case 'rule':
      return [row.rule_id];
    case 'path':
      return [firstFolder(row.path)];
    case 'verdict':
      return [row.verdict ?? 'none'];
    case 'state':
      return [row.triage.state];
    case 'patch':
      return [row.patch ?? 'none'];
  }
}

/** The first folder with its slash, or the file's name. */
function firstFolder(path: string): string {
  const slash = path.indexOf('/', 1);
  return slash < 0 ? path : path.slice(0, slash + 1);
}

function passes(row: LocalRow, facet: FacetName, wanted: string[] | undefined): boolean {
  if (wanted === undefined) {
    return facet !== 'verdict' || row.verdict !== 'proved';
  }
  if (facet === 'path') {
    return wanted.some((prefix) => row.path.startsWith(prefix));
  }
  return valuesOf(row, facet).some((value) => wanted.includes(value));
}

function hasText(row: LocalRow, words: string): boolean {
  const text =
    `${row.title}\n${row.message}\n${row.path}\n${row.rule_id}\n${row.function ?? ''}`.toLowerCase();
  return text.includes(words);
}

export function selectRows(
  rows: readonly LocalRow[],
  query: FindingsQuery,
): { rows: LocalRow[]; facets: Facets } {
  const words = query.q.trim().toLowerCase();
  const facets = Object.fromEntries(FACETS.map((name) => [name, {}])) as Facets;
  const chosen: LocalRow[] = [];
  for (const row of rows) {
    if (words !== '' && !hasText(row, words)) {
      continue;
    }
    const failed = FACETS.filter((name) => !passes(row, name, query.facets[name]));
    if (failed.length === 0) {
      chosen.push(row);
    }
    for (const name of FACETS) {
      if (failed.length === 0 || (failed.length === 1 && failed[0] === name)) {
        for (const value of valuesOf(row, name)) {
          facets[name][value] = (facets[name][value] ?? 0) + 1;
        }
      }
    }
  }
  chosen.sort(order(query.sort));
  if (query.isReversed) {
    chosen.reverse();
  }
  return { rows: chosen, facets };
}

function order(sort: SortKey): (a: LocalRow, b: LocalRow) => number {
  const rank = (list: readonly unknown[], value: unknown) => list.indexOf(value);
  const byPlace = (a: LocalRow, b: LocalRow) => compare(a.path, b.path) || a.line - b.line || a.id - b.id;
  switch (sort) {
    case 'severity':
      return (a, b) => rank(SEVERITY, a.severity) - rank(SEVERITY, b.severity) || byPlace(a, b);
    case 'confidence':
      return (a, b) => rank(CONFIDENCE, a.confidence) - rank(CONFIDENCE, b.confidence) || byPlace(a, b);
    case 'verdict':
      return (a, b) => rank(VERDICT, a.verdict) - rank(VERDICT, b.verdict) || byPlace(a, b);
    case 'rule':
      return (a, b) => compare(a.rule_id, b.rule_id) || byPlace(a, b);
    case 'path':
      return byPlace;
  }
}

function compare(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}
