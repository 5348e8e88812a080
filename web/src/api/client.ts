// The typed client: one function for each operation of the API. Invariant: no other file builds an API path.
import { blobOf, getJson, postJson, request } from './http';
import type {
  AnalyzeResponse,
  Comparison,
  FindingDetail,
  FindingPage,
  PluginEntry,
  RuleDetail,
  RuleEntry,
  Sample,
  Scan,
  ScanList,
  ScanOptions,
  SourceText,
  SystemJson,
  TrendPoint,
  TriageState,
  VerificationJson,
} from './types';

const ROOT = '/api/v1';

export interface TriageChange {
  findings: number[];
  state: TriageState;
  reason?: string;
  expires?: string;
}

export interface ProveRequest {
  source: string;
  function?: string;
  contracts?: string[];
  budget?: number;
}

function scanPath(id: string): string {
  return `${ROOT}/scans/${encodeURIComponent(id)}`;
}

function withQuery(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

export function eventsPath(id: string): string {
  return `${scanPath(id)}/events`;
}

/** Starts a scan of uploaded files; archives are unpacked by the server. */
export async function createScan(
  files: { path: string; file: Blob }[],
  options: ScanOptions,
  name: string,
): Promise<Scan> {
  const form = new FormData();
  if (name !== '') {
    form.append('name', name);
  }
  form.append('options', JSON.stringify(options));
  for (const { path, file } of files) {
    form.append('file', file, path);
  }
  const response = await request(`${ROOT}/scans`, {
    method: 'POST',
    body: form,
    headers: { 'idempotency-key': crypto.randomUUID() },
  });
  return (await response.json()) as Scan;
}

/** Lists scans, the newest first; all of them, or those of one name. */
export function listScans(cursor: string | null, name = '', signal?: AbortSignal): Promise<ScanList> {
  const query = new URLSearchParams({ limit: '50' });
  if (cursor !== null) {
    query.set('cursor', cursor);
  }
  if (name !== '') {
    query.set('name', name);
  }
  return getJson(withQuery(`${ROOT}/scans`, query), signal);
}

export function getScan(id: string, signal?: AbortSignal): Promise<Scan> {
  return getJson(scanPath(id), signal);
}

/** Cancels a scan that has not ended; deletes one that has. */
export async function deleteScan(id: string): Promise<void> {
  await request(scanPath(id), { method: 'DELETE' });
}

export function listFindings(
  scan: string,
  query: URLSearchParams,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<FindingPage> {
  const all = new URLSearchParams(query);
  all.set('limit', '200');
  if (cursor !== null) {
    all.set('cursor', cursor);
  }
  return getJson(withQuery(`${scanPath(scan)}/findings`, all), signal);
}

export function getFinding(
  scan: string,
  finding: number,
  query: URLSearchParams,
  signal?: AbortSignal,
): Promise<FindingDetail> {
  return getJson(withQuery(`${scanPath(scan)}/findings/${finding}`, query), signal);
}

export function getSource(scan: string, path: string, signal?: AbortSignal): Promise<SourceText> {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return getJson(`${scanPath(scan)}/files/${encoded}`, signal);
}

export function triage(scan: string, change: TriageChange): Promise<{ changed: number }> {
  return postJson(`${scanPath(scan)}/triage`, change);
}

/** Gives the scan's report as a file. */
export async function getReport(scan: string, format: 'json' | 'sarif'): Promise<Blob> {
  return blobOf(await request(`${scanPath(scan)}/report.${format}`));
}

/** Gives the changed files, with these findings' patches applied, as a zip. */
export async function getPatched(scan: string, findings: number[]): Promise<Blob> {
  const response = await request(`${scanPath(scan)}/patched`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ findings }),
  });
  return blobOf(response);
}

export function compareScans(scan: string, base: string, signal?: AbortSignal): Promise<Comparison> {
  return getJson(`${scanPath(scan)}/compare/${encodeURIComponent(base)}`, signal);
}

export function getTrend(name: string, signal?: AbortSignal): Promise<{ points: TrendPoint[] }> {
  return getJson(withQuery(`${ROOT}/trend`, new URLSearchParams({ name })), signal);
}

export function listRules(signal?: AbortSignal): Promise<{ rules: RuleEntry[] }> {
  return getJson(`${ROOT}/rules`, signal);
}

export function getRule(id: string, signal?: AbortSignal): Promise<RuleDetail> {
  return getJson(`${ROOT}/rules/${encodeURIComponent(id)}`, signal);
}

export function listPlugins(signal?: AbortSignal): Promise<{ plugins: PluginEntry[] }> {
  return getJson(`${ROOT}/plugins`, signal);
}

export function prove(body: ProveRequest, signal?: AbortSignal): Promise<VerificationJson> {
  return postJson(`${ROOT}/prove`, body, signal);
}

export function getSystem(signal?: AbortSignal): Promise<SystemJson> {
  return getJson(`${ROOT}/system`, signal);
}

export function getSample(): Promise<Sample> {
  return getJson(`${ROOT}/sample`);
}

/** Scans a snippet at once, without keeping it. */
export function analyze(code: string, path: string, signal?: AbortSignal): Promise<AnalyzeResponse> {
  return postJson('/analyze', { code, file_path: path, max_iterations: 1 }, signal);
}
