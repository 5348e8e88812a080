// A stand-in for the server, for tests of the pages only: real HTTP, real event streams, state in memory. Invariant: it
// gives the answers that the API's description promises, with the same headers that restrict the pages.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { report, rules, shopFiles, verification } from './data.mjs';
import { rowOf, select } from './query.mjs';
import { cancel, scans, seed, start } from './scans.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../../dist');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const SECURITY = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
};

class Refusal extends Error {
  constructor(status, detail, more = {}) {
    super(detail);
    this.status = status;
    this.more = more;
  }
}

function json(response, body, status = 200, headers = {}) {
  response.writeHead(status, { ...SECURITY, 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) {
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function formOf(request) {
  const body = await bodyOf(request);
  return new Response(body, { headers: { 'content-type': request.headers['content-type'] } }).formData();
}

/** Takes the plain files of a form; an archive counts as the example application. */
async function filesOf(form) {
  const files = {};
  for (const part of form.getAll('file')) {
    if (/\.(zip|tar|tgz|gz)$/.test(part.name)) {
      Object.assign(files, shopFiles);
    } else {
      files[part.name] = await part.text();
    }
  }
  return files;
}

function recordOf(id) {
  const record = scans.get(id);
  if (!record) {
    throw new Refusal(404, 'there is no such scan');
  }
  return record;
}

function events(request, response, record, tools) {
  response.writeHead(200, {
    ...SECURITY,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
  });
  const write = ({ id, event, data }) => {
    response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (event === 'end') {
      response.end();
    }
  };
  response.write(': hello\n\n');
  const after = Number(request.headers['last-event-id'] ?? 0);
  record.events.filter((event) => event.id > after).forEach(write);
  record.listeners.add(write);
  tools.streams.add(response);
  tools.resumed.push(after);
  response.on('close', () => {
    record.listeners.delete(write);
    tools.streams.delete(response);
  });
}

function findingsPage(record, params) {
  const limit = Number(params.get('limit') ?? 100);
  const from = Number(params.get('cursor') ?? 0);
  const key = [...params].filter(([name]) => name !== 'cursor' && name !== 'limit').join('&');
  if (record.selection?.key !== key || from === 0) {
    record.selection = { key, ...select(record.findings, params) };
  }
  const { findings, facets } = record.selection;
  const next = from + limit < findings.length ? String(from + limit) : null;
  const page = { findings: findings.slice(from, from + limit).map(rowOf), total: findings.length, next };
  return params.has('cursor') ? page : { ...page, facets };
}

function triage(record, { findings, state, reason = null, expires = null }) {
  const entry = { state, reason, expires, changed_at: new Date().toISOString() };
  const chosen = record.findings.filter((finding) => findings.includes(finding.id));
  for (const finding of chosen) {
    finding.triage = entry;
    finding.history = [...finding.history, entry];
  }
  return { changed: chosen.length };
}

function compare(now, base) {
  const prints = (record) => new Set(record.findings.map((finding) => finding.fingerprint));
  const [fresh, old] = [prints(now), prints(base)];
  const rows = (list) => list.filter((finding) => finding.verdict !== 'proved').map(rowOf);
  return {
    new: rows(now.findings.filter((finding) => !old.has(finding.fingerprint))),
    persisting: rows(now.findings.filter((finding) => old.has(finding.fingerprint))),
    fixed: rows(base.findings.filter((finding) => !fresh.has(finding.fingerprint))),
    reopened: [],
    unknown: [],
  };
}

function trend(name) {
  const named = [...scans.values()].filter(({ scan }) => scan.name === name && scan.summary);
  const names = ['critical', 'high', 'medium', 'low', 'info'];
  const points = named.map(({ scan }) => ({
    scan: scan.id,
    created_at: scan.created_at,
    open: Object.fromEntries(names.map((severity, index) => [severity, scan.summary.by_severity[index]])),
  }));
  return { points: points.sort((a, b) => (a.created_at < b.created_at ? -1 : 1)) };
}

async function scanRoutes(request, response, parts, url, tools) {
  const [id, part, ...rest] = parts;
  if (id === undefined && request.method === 'POST') {
    const form = await formOf(request);
    const files = await filesOf(form);
    if (Object.values(files).every((text) => text.trim() === '')) {
      throw new Refusal(422, 'the files hold no code', {
        errors: [{ pointer: '/files', detail: 'must not be blank' }],
      });
    }
    const options = JSON.parse(form.get('options') ?? '{}');
    const { scan } = start(form.get('name'), files, options, tools.stepMs);
    return json(response, scan, 202, { location: `/api/v1/scans/${scan.id}` });
  }
  if (id === undefined) {
    const all = [...scans.values()].map(({ scan }) => ({ ...scan, errors: [] }));
    all.sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const limit = Number(url.searchParams.get('limit') ?? 50);
    return json(response, {
      scans: all.slice(from, from + limit),
      next: from + limit < all.length ? String(from + limit) : null,
    });
  }
  const record = recordOf(id);
  if (part === undefined && request.method === 'DELETE') {
    if (['queued', 'running'].includes(record.scan.state.status)) {
      cancel(record);
      return json(response, record.scan, 202);
    }
    scans.delete(id);
    return response.writeHead(204, SECURITY).end();
  }
  if (part === undefined) {
    return json(response, record.scan);
  }
  if (part === 'events') {
    return events(request, response, record, tools);
  }
  if (part === 'findings' && rest.length === 0) {
    return json(response, findingsPage(record, url.searchParams));
  }
  if (part === 'findings') {
    const found = record.findings.find((finding) => finding.id === Number(rest[0]));
    if (!found) {
      throw new Refusal(404, 'there is no such finding');
    }
    const order = select(record.findings, url.searchParams).findings.map((finding) => finding.id);
    const at = order.indexOf(found.id);
    return json(response, {
      ...found,
      previous: at > 0 ? order[at - 1] : null,
      next: at < 0 ? null : (order[at + 1] ?? null),
    });
  }
  if (part === 'files') {
    if (!record.scan.code.kept) {
      throw new Refusal(410, 'The uploaded code was removed 24 hours after the scan.');
    }
    const path = rest.map(decodeURIComponent).join('/');
    if (!(path in record.texts)) {
      throw new Refusal(404, 'there is no such file');
    }
    return json(response, { path, text: record.texts[path] });
  }
  if (part === 'triage') {
    return json(response, triage(record, JSON.parse(await bodyOf(request))));
  }
  if (part === 'patched') {
    response.writeHead(200, { ...SECURITY, 'content-type': 'application/zip' });
    return response.end(Buffer.from('504b0506000000000000000000000000000000000000', 'hex'));
  }
  if (part === 'report.json' || part === 'report.sarif') {
    return json(response, report, 200, { 'content-disposition': `attachment; filename="${part}"` });
  }
  if (part === 'compare') {
    return json(response, compare(record, recordOf(rest[0])));
  }
  throw new Refusal(404, 'there is no such page');
}

const PLUGINS = [
  ['scanner', 'stage', ['securecode:plugin/flow', 'securecode:plugin/code'], 0],
  ['speculator', 'stage', ['securecode:plugin/contracts'], 0],
  ['symbot', 'stage', ['securecode:plugin/prover'], 0],
  ['patcher', 'stage', ['securecode:plugin/fixes', 'securecode:plugin/prover'], 0],
  ['python-injection', 'pack', [], 14],
  ['python-misuse', 'pack', [], 31],
].map(([name, kind, imports, count], index) => ({
  name,
  kind,
  version: '0.1.0',
  digest: String(index + 1).repeat(64),
  imports,
  rules: count,
  cost: { calls: 40 * (6 - index), failures: index === 5 ? 2 : 0, ms: 1234.5 / (index + 1) },
}));

const SYSTEM = {
  version: '0.1.0',
  uptime_s: 93_784,
  parts: [
    { name: 'store', status: 'ok', detail: 'SQLite, 12 scans' },
    { name: 'prover', status: 'ok', detail: 'Z3 4.15.4, 2 workers' },
    { name: 'replay', status: 'ok', detail: 'CPython 3.12.0 in WASI' },
    { name: 'plugins', status: 'degraded', detail: '1 of 7 packs could not be loaded' },
    { name: 'llm', status: 'off', detail: 'no endpoint is configured' },
  ],
  settings: [
    { name: 'listen', value: '127.0.0.1:8000', origin: 'default' },
    { name: 'data-dir', value: '/var/lib/securecode', origin: 'environment' },
    { name: 'retention', value: '24 h', origin: 'default' },
    { name: 'workers', value: '2', origin: 'argument' },
    { name: 'plugins', value: '/etc/securecode/plugins', origin: 'file' },
  ],
  llm: { configured: true, tiers: ['fast', 'strong'] },
};

const BACK_ENDS = [
  {
    tier: 'fast',
    url: 'http://127.0.0.1:8080/v1',
    model: 'qwen3-coder-30b',
    state: 'ok',
    detail: 'llama-server, 8192 tokens',
    latency_ms: 184,
    features: ['json_schema', 'grammar'],
  },
  {
    tier: 'strong',
    url: 'http://127.0.0.1:8081/v1',
    model: 'devstral-24b',
    state: 'down',
    detail: 'connection refused; is the server running?',
    latency_ms: null,
    features: [],
  },
];

async function otherRoutes(request, response, parts, url) {
  const [root, id] = parts;
  switch (root) {
    case 'trend':
      return json(response, trend(url.searchParams.get('name')));
    case 'rules': {
      const list = rules.map(({ description, examples, ...rule }) => (description && examples ? rule : rule));
      const found = rules.find((rule) => rule.id === id);
      if (id !== undefined && !found) {
        throw new Refusal(404, `there is no rule \`${id}\``);
      }
      return json(response, id === undefined ? { rules: list } : found);
    }
    case 'plugins':
      return json(response, { plugins: PLUGINS });
    case 'prove':
      return json(response, verification);
    case 'system':
      if (id === 'llm') {
        return json(response, { back_ends: BACK_ENDS });
      }
      return json(response, SYSTEM);
    case 'sample':
      return json(response, {
        name: 'shop',
        files: Object.entries(shopFiles).map(([path, content]) => ({ path, content })),
      });
    default:
      throw new Refusal(404, 'there is no such page');
  }
}

async function analyze(request, response) {
  const { code, file_path: path } = JSON.parse(await bodyOf(request));
  const lines = code.split('\n');
  const sinks = {
    'python-sql-injection': /execute\(.*\+/,
    'python-code-injection': /eval\(/,
    'python-weak-hash': /md5\(/,
  };
  const vulnerabilities = Object.entries(sinks).flatMap(([rule, sink]) => {
    const index = lines.findIndex((line) => sink.test(line));
    const finding = report.findings.find((each) => each.rule_id === rule);
    const place = {
      line: index + 1,
      end_line: index + 1,
      column: 5,
      end_column: (lines[index]?.length ?? 0) + 1,
    };
    return index < 0 ? [] : [{ finding: { ...finding, ...place, path } }];
  });
  json(response, { vulnerabilities, errors: [], execution_time: 0.1 });
}

function asset(response, path) {
  const file = path === '/' ? '/index.html' : normalize(path);
  try {
    const data = readFileSync(join(dist, file));
    const cache = file.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    response.writeHead(200, {
      ...SECURITY,
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'cache-control': cache,
    });
    response.end(data);
  } catch {
    response.writeHead(404, SECURITY).end();
  }
}

/** Starts the server; `tools` let a test see and disturb it. */
export async function serve({ port = 0, many = 0, stepMs = 120, apiKey = null } = {}) {
  const tools = { streams: new Set(), resumed: [], stepMs, requests: [] };
  const ids = seed(many);
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    tools.requests.push(`${request.method} ${url.pathname}`);
    try {
      if (!url.pathname.startsWith('/api/') && url.pathname !== '/analyze') {
        return asset(response, url.pathname);
      }
      if (apiKey !== null && request.headers.authorization !== `Bearer ${apiKey}`) {
        throw new Refusal(401, 'the API key is missing or wrong');
      }
      if (url.pathname === '/analyze') {
        return await analyze(request, response);
      }
      const [root, ...parts] = url.pathname.split('/').slice(3);
      if (root === 'scans') {
        return await scanRoutes(request, response, parts, url, tools);
      }
      return await otherRoutes(request, response, [root, ...parts.map(decodeURIComponent)], url);
    } catch (error) {
      const status = error.status ?? 500;
      const body = {
        type: 'about:blank',
        title: 'Refused',
        status,
        detail: error.message,
        ...error.more,
      };
      json(response, body, status, { 'content-type': 'application/problem+json' });
    }
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}`;
  return { address, ids, tools, close: () => server.closeAllConnections() ?? server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { address, ids } = await serve({
    port: Number(process.env.PORT ?? 8000),
    many: Number(process.env.MANY ?? 0),
  });
  console.log(address, ids);
}
