// Runs the browser checks one after the other against the stand-in server. Invariant: each check begins with a new
// browser context, and a page error or a request to another host fails it.
import { launch, newPage } from '../support/browser.mjs';
import { serve } from '../support/server.mjs';
import { accessibility } from './accessibility.mjs';
import { budgets } from './budgets.mjs';
import { finding } from './finding.mjs';
import { hostile } from './hostile.mjs';
import { list } from './list.mjs';
import { scanning } from './scanning.mjs';
import { tools } from './tools.mjs';

const only = process.argv[2] ?? '';
const MANY = 100_000;
const server = await serve({ many: MANY });
const browser = await launch();
let failures = 0;

for (const [name, check] of Object.entries({
  ...budgets,
  ...scanning,
  ...list,
  ...finding,
  ...tools,
  ...hostile,
  ...accessibility,
})) {
  if (!name.includes(only)) {
    continue;
  }
  const opened = await newPage(browser);
  opened.page.setDefaultTimeout(10_000);
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
    console.log(`FAIL  ${name}\n${error.stack}`);
  }
  await opened.context.close();
}

await browser.close();
server.close();
// A failed check may have left a connection open, which would hold the process.
process.exit(failures === 0 ? 0 : 1);
