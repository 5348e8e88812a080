// The typed client: one function for each operation of the API. Invariant: no other file builds an API path.
import { blobOf, getJson, postJson, request } from './http';
import type { paths } from './schema';
import type {
  AnalyzeResponse,
  Comparison,
  FindingDetail,
  FindingPage,
  BackEnd,
  PluginEntry,
  ProveRequest,
  RuleDetail,
  RuleEntry,
  Sample,
  Scan,
  ScanList,
  ScanOptions,
  SourceText,
  SystemJson,
  Trend,
  TriageChange,
  VerificationJson,
} from './types';

/** Fills in a path; one that the server's description does not have is an error here. */
function pathTo(path: keyof paths, ...values: string[]): string {
  let at = 0;
  return path.replace(/\{\w+\}/g, () => encodeURIComponent(values[at++] ?? ''));
}

function withQuery(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

export function eventsPath(id: string): string {
  return pathTo('/api/v1/scans/{id}/events', id);
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
  const response = await request(pathTo('/api/v1/scans'), {
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
  return getJson(withQuery(pathTo('/api/v1/scans'), query), signal);
}

export function getScan(id: string, signal?: AbortSignal): Promise<Scan> {
  return getJson(pathTo('/api/v1/scans/{id}', id), signal);
}

/** Cancels a scan that has not ended; deletes one that has. */
export async function deleteScan(id: string): Promise<void> {
  await request(pathTo('/api/v1/scans/{id}', id), { method: 'DELETE' });
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
  return getJson(withQuery(pathTo('/api/v1/scans/{id}/findings', scan), all), signal);
}

export function getFinding(
  scan: string,
  finding: number,
  query: URLSearchParams,
  signal?: AbortSignal,
): Promise<FindingDetail> {
  return getJson(
    withQuery(pathTo('/api/v1/scans/{id}/findings/{finding}', scan, String(finding)), query),
    signal,
  );
}

export function getSource(scan: string, path: string, signal?: AbortSignal): Promise<SourceText> {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return getJson(`${pathTo('/api/v1/scans/{id}/files', scan)}/${encoded}`, signal);
}

export function triage(scan: string, change: TriageChange): Promise<{ changed: number }> {
  return postJson(pathTo('/api/v1/scans/{id}/triage', scan), change);
}

/** Gives the scan's report as a file. */
export async function getReport(scan: string, format: 'json' | 'sarif'): Promise<Blob> {
  return blobOf(await request(pathTo(`/api/v1/scans/{id}/report.${format}`, scan)));
}

/** Gives the changed files, with these findings' patches applied, as a zip. */
export async function getPatched(scan: string, findings: number[]): Promise<Blob> {
  const response = await request(pathTo('/api/v1/scans/{id}/patched', scan), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ findings }),
  });
  return blobOf(response);
}

export function compareScans(scan: string, base: string, signal?: AbortSignal): Promise<Comparison> {
  return getJson(pathTo('/api/v1/scans/{id}/compare/{base}', scan, base), signal);
}

export function getTrend(name: string, signal?: AbortSignal): Promise<Trend> {
  return getJson(withQuery(pathTo('/api/v1/trend'), new URLSearchParams({ name })), signal);
}

export function listRules(signal?: AbortSignal): Promise<{ rules: RuleEntry[] }> {
  return getJson(pathTo('/api/v1/rules'), signal);
}

export function getRule(id: string, signal?: AbortSignal): Promise<RuleDetail> {
  return getJson(pathTo('/api/v1/rules/{id}', id), signal);
}

export function listPlugins(signal?: AbortSignal): Promise<{ plugins: PluginEntry[] }> {
  return getJson(pathTo('/api/v1/plugins'), signal);
}

export function prove(body: ProveRequest, signal?: AbortSignal): Promise<VerificationJson> {
  return postJson(pathTo('/api/v1/prove'), body, signal);
}

export function getSystem(signal?: AbortSignal): Promise<SystemJson> {
  return getJson(pathTo('/api/v1/system'), signal);
}

/** Makes a tiny call to each language model. */
export function testModels(): Promise<{ back_ends: BackEnd[] }> {
  return postJson(pathTo('/api/v1/system/llm/test'), {});
}

export function getSample(): Promise<Sample> {
  return getJson(pathTo('/api/v1/sample'));
}

/** Scans a snippet at once, without keeping it. */
export function analyze(code: string, path: string, signal?: AbortSignal): Promise<AnalyzeResponse> {
  return postJson(pathTo('/analyze'), { code, file_path: path, max_iterations: 1 }, signal);
}
