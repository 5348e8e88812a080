// Runs the checks against the real server and real scans. Invariant: each check begins with a new browser context; a page
// error, a breach of the content policy or a request to another host fails it.
import { launch, newPage } from '../support/browser.mjs';
import { connection } from './connection.mjs';
import { hostile } from './hostile.mjs';
import { journey } from './journey.mjs';
import { keyboard } from './keyboard.mjs';
import { pages } from './pages.mjs';
import { binary, cleanUp, start } from './server.mjs';
import { system } from './system.mjs';
import { tools } from './tools.mjs';
import { uploads } from './uploads.mjs';

/** Most characters of a failure's text. */
const LONGEST = 2000;
const LIMIT_MS = 30_000;
const only = process.argv[2] ?? '';
const all = { ...journey, ...uploads, ...keyboard, ...tools, ...system, ...connection, ...hostile, ...pages };

async function runAll() {
  binary();
  const began = performance.now();
  const server = await start();
  const browser = await launch();
  let failures = 0;
  for (const [name, check] of Object.entries(all).filter(([name]) => name.includes(only))) {
    const opened = await newPage(browser);
    opened.page.setDefaultTimeout(LIMIT_MS);
    const started = performance.now();
    try {
      const note = await check({ ...opened, server, browser });
      if (opened.faults.length > 0) {
        throw new Error(opened.faults.join('\n'));
      }
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`ok    ${name} (${seconds} s)${note ? `: ${note}` : ''}`);
    } catch (error) {
      failures += 1;
      console.log(
        `FAIL  ${name}\n${error.stack.slice(0, LONGEST)}\nat ${opened.page.url()}\n${opened.faults.join('\n')}`,
      );
      console.log(`the server said: ${server.said().slice(-500)}`);
    }
    await opened.context.close();
  }
  await browser.close();
  await server.stop();
  console.log(`${((performance.now() - began) / 1000).toFixed(0)} s, ${failures} failed`);
  return failures === 0 ? 0 : 1;
}

try {
  process.exitCode = await runAll();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  cleanUp();
  // A failed check may have left a connection open, which would hold the process.
  process.exit();
}
