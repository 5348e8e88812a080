// Findings of a scan on the server. Invariant: a missing file is an answer, not an error.
import { getFinding, getSource, listFindings } from '../api/client';
import { ApiError } from '../api/problem';
import type { FindingDetail, FindingPage } from '../api/types';
import { writeQuery, type FindingsQuery } from './findings_query';
import type { FindingSource, SourceFile } from './source';

export class RemoteSource implements FindingSource {
  readonly home: readonly string[];

  constructor(readonly scanId: string) {
    this.home = ['scans', scanId];
  }

  list(query: FindingsQuery, cursor: string | null, signal: AbortSignal): Promise<FindingPage> {
    return listFindings(this.scanId, writeQuery(query), cursor, signal);
  }

  detail(id: number, query: FindingsQuery, signal: AbortSignal): Promise<FindingDetail> {
    return getFinding(this.scanId, id, writeQuery(query), signal);
  }

  async file(path: string, signal: AbortSignal): Promise<SourceFile> {
    try {
      return { kind: 'text', text: (await getSource(this.scanId, path, signal)).text };
    } catch (error) {
      if (error instanceof ApiError && (error.status === 410 || error.status === 404)) {
        return { kind: 'gone', reason: error.message };
      }
      throw error;
    }
  }
}
