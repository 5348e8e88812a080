// The stand-in server's scans: state, simulated progress, events. Invariant: events have rising ids, and a stream that
// continues behind one gives each later event once.
import { randomUUID } from 'node:crypto';
import { hostileScan, hugeScan, manyFindings, shopFiles, shopFindings, summaryOf } from './data.mjs';
import { rowOf } from './query.mjs';

export const scans = new Map();
const STAGES = ['scanner', 'speculator', 'symbot', 'patcher'];

function make(name, files, findings, options = { prove: true, patch: true, budget: 1 }) {
  const id = randomUUID();
  const scan = {
    id,
    name,
    created_at: new Date().toISOString(),
    state: { status: 'queued', position: 0 },
    options,
    files: Object.keys(files).length,
    bytes: Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    summary: null,
    errors: [],
    code: { kept: true, until: new Date(Date.now() + 86_400_000).toISOString() },
  };
  const record = { scan, texts: files, findings, events: [], listeners: new Set(), timer: null };
  scans.set(id, record);
  return record;
}

function emit(record, event, data) {
  const entry = { id: record.events.length + 1, event, data };
  record.events.push(entry);
  record.listeners.forEach((listener) => listener(entry));
}

function finish(record, at = new Date()) {
  const finished = at.toISOString();
  record.scan.summary = summaryOf(record.findings, record.texts);
  record.scan.state = {
    status: 'completed',
    started_at: record.scan.created_at,
    finished_at: finished,
    complete: record.scan.errors.length === 0,
  };
}

/** Adds a scan that has ended. */
export function addFinished(name, files, findings, ageMs = 0, errors = []) {
  const record = make(name, files, findings);
  record.scan.created_at = new Date(Date.now() - ageMs).toISOString();
  record.scan.errors = errors;
  finish(record, new Date(Date.now() - ageMs + 2187));
  return record;
}

/** Starts a scan that takes `stepMs` for each file of each stage. */
export function start(name, files, options, stepMs) {
  const findings = shopFindings().filter((finding) => finding.path in files);
  const record = make(name, files, findings, options);
  const total = Math.max(4, Object.keys(files).length);
  let step = 0;
  record.timer = setInterval(() => {
    const stage = STAGES[Math.floor(step / total)];
    const done = step % total;
    if (stage === undefined) {
      clearInterval(record.timer);
      finish(record);
      emit(record, 'end', record.scan);
      return;
    }
    if (step === 0) {
      record.scan.state = {
        status: 'running',
        started_at: new Date().toISOString(),
        stage,
        done,
        total,
      };
      emit(record, 'state', record.scan.state);
    }
    Object.assign(record.scan.state, { stage, done: done + 1 });
    emit(record, 'progress', { stage, done: done + 1, total });
    if (stage === 'scanner' || stage === 'symbot') {
      const portion = findings.filter((_, index) => index % total === done);
      for (const finding of portion.filter((each) => each.verdict !== 'proved')) {
        const row = rowOf(finding);
        emit(
          record,
          'finding',
          stage === 'scanner' ? { ...row, verdict: null, replay: null, patch: null } : row,
        );
      }
    }
    step += 1;
  }, stepMs);
  return record;
}

export function cancel(record) {
  clearInterval(record.timer);
  record.scan.state = { status: 'cancelled', finished_at: new Date().toISOString() };
  emit(record, 'end', record.scan);
}

/** Fills the server with scans of every kind; gives their ids by name. */
export function seed(many) {
  const day = 86_400_000;
  const older = shopFindings();
  [0.9, 0.8, 0.6, 0.55].forEach((part, index) => {
    addFinished('shop', shopFiles, older.slice(0, Math.round(older.length * part)), (9 - index) * day);
  });
  const ids = {};
  ids.previous = addFinished('shop', shopFiles, older.slice(2), 2 * day).scan.id;
  const failed = addFinished('billing', shopFiles, [], 5 * day);
  failed.scan.state = {
    status: 'failed',
    finished_at: failed.scan.created_at,
    error: 'the worker was stopped: out of memory (limit 2 GiB)',
  };
  failed.scan.summary = null;
  ids.failed = failed.scan.id;
  const gone = addFinished('last week', shopFiles, shopFindings(), 7 * day);
  gone.scan.code = { kept: false, until: null };
  ids.gone = gone.scan.id;
  ids.clean = addFinished('clean', { 'ok.py': 'print(1)\n' }, [], day).scan.id;
  ids.partial = addFinished('partial', shopFiles, shopFindings(), day / 2, [
    {
      kind: 'syntax',
      path: 'shop/old.py',
      line: 3,
      column: 7,
      message: 'shop/old.py:3:7: `print` needs parentheses',
    },
    {
      kind: 'bound',
      path: 'shop/huge.py',
      line: null,
      column: null,
      message: 'shop/huge.py: only the first 10 000 flows were followed',
    },
  ]).scan.id;
  const hostile = hostileScan();
  ids.hostile = addFinished(
    '<script>alert(1)</script> \u202Eevil',
    hostile.files,
    hostile.findings,
    day / 3,
  ).scan.id;
  const huge = hugeScan();
  ids.huge = addFinished('one huge file', huge.files, huge.findings, day / 4).scan.id;
  if (many > 0) {
    ids.many = addFinished('monorepo', shopFiles, manyFindings(many), day / 5).scan.id;
  }
  ids.shop = addFinished('shop', shopFiles, shopFindings(), 3_600_000).scan.id;
  return ids;
}
