// A findings list that grows page by page. Invariant: `rows` are the first rows of the current query's answer.
import type { Facets, FindingRow, Triage } from '../api/types';
import { writeQuery, type FindingsQuery } from './findings_query';
import type { FindingSource } from './source';

export class FindingList {
  rows = $state.raw<FindingRow[]>([]);
  facets = $state.raw<Facets | null>(null);
  total = $state(0);
  error = $state.raw<unknown>(null);
  isLoading = $state(true);
  #next: string | null = null;
  #query: FindingsQuery | null = null;
  #key: string | null = null;
  #controller = new AbortController();

  constructor(readonly source: FindingSource) {}

  /** Shows a query's findings: those that are here already, or else its first page. */
  async open(query: FindingsQuery): Promise<void> {
    const key = writeQuery(query).toString();
    const isHere = key === this.#key && !this.isLoading && this.error === null;
    this.#controller.abort();
    this.#controller = new AbortController();
    if (isHere) {
      return;
    }
    this.#key = key;
    this.#query = query;
    this.#next = null;
    await this.#load(null);
  }

  /** Loads the next page, when there is one and none is being loaded. */
  async more(): Promise<void> {
    if (this.#next !== null && !this.isLoading) {
      await this.#load(this.#next);
    }
  }

  close(): void {
    this.#controller.abort();
  }

  /** Shows a triage that the server has accepted. */
  setTriage(ids: ReadonlySet<number>, triage: Triage): void {
    this.rows = this.rows.map((row) => (ids.has(row.id) ? { ...row, triage } : row));
  }

  async #load(cursor: string | null): Promise<void> {
    const { signal } = this.#controller;
    const query = this.#query;
    if (query === null) {
      return;
    }
    this.isLoading = true;
    try {
      const page = await this.source.list(query, cursor, signal);
      if (signal.aborted) {
        return;
      }
      this.rows = cursor === null ? page.findings : [...this.rows, ...page.findings];
      this.total = page.total ?? this.total;
      this.facets = page.facets ?? this.facets;
      this.#next = page.next;
      this.error = null;
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      this.error = error;
    }
    this.isLoading = false;
  }
}

let last: { home: string; list: FindingList } | null = null;
let focused: { place: string; index: number } | null = null;

/** Gives the list of a source; the one shown last is kept, so that going back shows it at once. */
export function listFor(source: FindingSource): FindingList {
  const home = source.home.join('/');
  if (last?.home !== home) {
    last = { home, list: new FindingList(source) };
  }
  return last.list;
}

/** Remembers the row that had the focus, for when the list is shown again. */
export function rememberRow(source: FindingSource, query: string, index: number): void {
  focused = { place: `${source.home.join('/')}?${query}`, index };
}

export function rememberedRow(source: FindingSource, query: string): number {
  return focused?.place === `${source.home.join('/')}?${query}` ? focused.index : -1;
}

/** Shows a triage in the list that is kept, when it is this scan's. */
export function triageEverywhere(scan: string, id: number, triage: Triage): void {
  if (last?.list.source.scanId === scan) {
    last.list.setTriage(new Set([id]), triage);
  }
}
