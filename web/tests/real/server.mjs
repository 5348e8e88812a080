// Starts the real server for the checks. Invariant: what it keeps lies in a folder of this run, and every process that was
// started is stopped again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../../dist');
const START_MS = 90_000;
const STOP_MS = 30_000;
const running = new Set();
const root = mkdtempSync(join(tmpdir(), 'securecode-real-'));

/** Gives the program that is tested; a run without one is an error, never a success. */
export function binary() {
  const path = process.env.SECURECODE_BIN;
  if (!path) {
    throw new Error('SECURECODE_BIN is not set: give it the path of the `securecode` program to test.');
  }
  if (!existsSync(path)) {
    throw new Error(`SECURECODE_BIN names ${path}, which does not exist.`);
  }
  return path;
}

/** Makes a folder that is removed at the end. */
export function newFolder(name) {
  return mkdtempSync(join(root, `${name}-`));
}

/** Starts a server on a folder; `port` 0 picks a free one. */
export async function start({ folder = newFolder('data'), port = 0, args = ['--no-llm'] } = {}) {
  const own = ['--port', String(port), '--data-dir', folder, '--ui-dir', dist];
  const shared = ['--compiled-dir', join(root, 'compiled'), '--no-cache', '--no-replay'];
  const process_ = spawn(binary(), ['serve', ...own, ...shared, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(process_);
  let end = '';
  const ended = once(process_, 'exit').then(([code, signal]) => {
    end = ` (ended with ${code ?? signal})`;
    running.delete(process_);
  });
  let said = '';
  const address = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server did not start:\n${said}`)), START_MS);
    const listen = (chunk) => {
      said += chunk;
      const found = /listening on (http:\/\/[\d.]+:\d+)/.exec(said);
      if (found) {
        clearTimeout(timer);
        resolve(found[1]);
      }
    };
    process_.stdout.on('data', listen);
    process_.stderr.on('data', listen);
    process_.on('error', reject);
    process_.on('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}:\n${said}`));
    });
  });
  const stop = async (signal = 'SIGTERM') => {
    process_.kill(signal);
    const timer = setTimeout(() => process_.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  };
  return {
    address,
    folder,
    port: Number(new URL(address).port),
    stop,
    said: () => withoutTraces(said) + end,
  };
}

function withoutTraces(text) {
  return text.replace(/^ +(\d+:|at ).*\n/gm, '').trim();
}

/** Asks the API, past the pages. */
export async function ask({ address }, path, init) {
  const response = await fetch(`${address}/api/v1${path}`, init);
  if (!response.ok) {
    throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
  return response.json();
}

/** Scans files through the API and gives the scan when it has ended. */
export async function scanned(server, name, files, options = {}) {
  const body = JSON.stringify({ name, files, options });
  const headers = { 'content-type': 'application/json' };
  const { id } = await ask(server, '/scans', { method: 'POST', headers, body });
  const events = await fetch(`${server.address}/api/v1/scans/${id}/events`);
  await events.text();
  return ask(server, `/scans/${id}`);
}

/** Stops what still runs, and removes everything that was kept. */
export function cleanUp() {
  running.forEach((process_) => process_.kill('SIGKILL'));
  rmSync(root, { recursive: true, force: true });
}
