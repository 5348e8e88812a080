// Where findings come from: the server, a report or a SARIF file. Invariant: the pages of findings know no other way
// to get their data.
import type { FindingDetail, FindingPage } from '../api/types';
import type { FindingsQuery } from './findings_query';

/** A text that is shown, or the reason why it cannot be. */
export type SourceFile = { kind: 'text'; text: string } | { kind: 'gone'; reason: string };

export interface FindingSource {
  list(query: FindingsQuery, cursor: string | null, signal: AbortSignal): Promise<FindingPage>;
  detail(id: number, query: FindingsQuery, signal: AbortSignal): Promise<FindingDetail>;
  file(path: string, signal: AbortSignal): Promise<SourceFile>;
  /** The segments of the list's address. */
  readonly home: readonly string[];
  /** The scan's id where findings can be triaged and patches applied; null for files. */
  readonly scanId: string | null;
}
