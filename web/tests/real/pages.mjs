// Every page with real data: accessibility in both themes, width, and no word to another host. Invariant: a page that is
// added to the application is added here.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { newPage } from '../support/browser.mjs';
import { SHOP } from './code.mjs';
import { ask, scanned } from './server.mjs';
import { visit } from './steps.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Scans what the pages show, once. */
let prepared;
function prepare(server) {
  prepared ??= (async () => {
    const file = ([path, content]) => ({ path, content });
    const older = await scanned(server, 'pages', SHOP.slice(0, 6).map(file));
    const broken = ['shop/broken.py', 'def f(:\n'];
    const newer = await scanned(server, 'pages', [...SHOP, broken].map(file));
    const { findings } = await ask(server, `/scans/${newer.id}/findings?limit=500`);
    return { older, newer, findings };
  })();
  return prepared;
}

async function pagesOf(server) {
  const { older, newer, findings } = await prepare(server);
  const at = (hash, ready) => async (page) => {
    await visit(page, `${server.address}/${hash}`);
    await page.locator(ready).first().waitFor();
  };
  const one = (wanted) => `#/scans/${newer.id}/findings/${findings.find(wanted).id}`;
  const sarif = async (page) => {
    await at('#/sarif', '.zone')(page);
    const log = new URL('files/bandit.sarif', import.meta.url).pathname;
    await page.locator('input[type=file]').first().setInputFiles(log);
    await page.locator('tbody a').first().waitFor();
  };
  const click = (hash, ready, name, then) => async (page) => {
    await at(hash, ready)(page);
    await page.getByRole('button', { name, exact: true }).click();
    await page.locator(then).first().waitFor();
  };
  return {
    'new scan': at('#/', 'table a'),
    paste: click('#/', 'table a', 'Paste code', '.cm-editor'),
    scan: at(`#/scans/${newer.id}`, 'tbody a'),
    'no match': at(`#/scans/${newer.id}?q=zzz`, '.notice'),
    'finding with a path': at(
      one((found) => found.path === 'shop/orders.py'),
      '.tk-keyword',
    ),
    'finding without a contract': at(
      one((found) => found.verdict === null),
      '.tk-keyword',
    ),
    'finding without a patch': at(
      one((found) => found.patch === 'unavailable'),
      '.tk-keyword',
    ),
    scans: at('#/scans', 'table a'),
    trend: at('#/scans?name=pages', '.chart canvas'),
    compare: at(`#/scans/${newer.id}/compare/${older.id}`, 'tbody a'),
    prover: click('#/prove', '.cm-editor', 'Prove', '.results details'),
    rules: at('#/rules', 'tbody a'),
    rule: at('#/rules/python-sql-injection', '.results li'),
    plugins: at('#/plugins', 'tbody td'),
    system: at('#/system', '.parts'),
    'sarif viewer': at('#/sarif', '.zone'),
    'sarif log': sarif,
    'sarif finding': async (page) => {
      await sarif(page);
      await page.locator('tbody a').first().click();
      await page.locator('#proof').waitFor();
    },
    'not found': at('#/nowhere', '.notice'),
    'no such scan': at('#/scans/none', '.notice'),
  };
}

async function axeOn({ browser, server }, colorScheme) {
  const pages = await pagesOf(server);
  const found = [];
  // The checker is put into the page past the policy that the server sends.
  const { page, context } = await newPage(browser, { colorScheme, bypassCSP: true });
  for (const [name, open] of Object.entries(pages)) {
    await open(page);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() =>
      globalThis.axe.run(document, { resultTypes: ['violations'] }),
    );
    found.push(...violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0].html.slice(0, 160)}`));
  }
  await context.close();
  assert.deepEqual(found, []);
  return `${Object.keys(pages).length} pages`;
}

export const pages = {
  'the committed description is the server’s': async ({ server }) => {
    const committed = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
    const served = await (await fetch(`${server.address}/openapi.json`)).json();
    assert.deepEqual(committed, served, `run \`npm run api ${server.address}\` with this server`);
  },
  'axe finds nothing on real pages in the light theme': (checked) => axeOn(checked, 'light'),
  'axe finds nothing on real pages in the dark theme': (checked) => axeOn(checked, 'dark'),
  'real pages obey the policy and fit into 320 pixels': async ({ page, server }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    const wide = [];
    const all = await pagesOf(server);
    for (const [name, open] of Object.entries(all)) {
      await open(page);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) {
        wide.push(`${name}: ${over}`);
      }
      const text = await page.locator('main').innerText();
      assert.doesNotMatch(text, /undefined|\[object Object\]|\bNaN\b|Invalid Date/, name);
    }
    assert.deepEqual(wide, []);
    return `${Object.keys(all).length} pages`;
  },
  'the API’s own pages load nothing from elsewhere': async ({ page, server }) => {
    await page.goto(`${server.address}/docs/`);
    await page.getByText('/api/v1/scans', { exact: true }).first().waitFor();
    await page.goto(`${server.address}/redoc`);
    await page
      .getByRole('heading', { name: /SecureCodeAI/ })
      .first()
      .waitFor();
  },
};
