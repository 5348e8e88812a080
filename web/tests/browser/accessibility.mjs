// axe-core on every page in both themes, and in every dialog. Invariant: no violation at all.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { newPage } from '../support/browser.mjs';
import { pagesOf } from '../support/pages.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function violationsOf(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations.map(
    ({ id, nodes }) =>
      `${id} (${nodes.length}): ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary.slice(0, 300)}`,
  );
}

async function allPages({ browser, server }, colorScheme) {
  const found = [];
  // The checker is put into the page past the policy that the server sends.
  const { page, context } = await newPage(browser, { colorScheme, bypassCSP: true });
  const pages = pagesOf(server);
  for (const { name, open } of pages) {
    await open(page);
    found.push(...(await violationsOf(page)).map((violation) => `${name}: ${violation}`));
  }
  await context.close();
  assert.deepEqual(found, []);
  return `${pages.length} pages`;
}

export const accessibility = {
  'axe finds nothing in the light theme': (tools) => allPages(tools, 'light'),
  'axe finds nothing in the dark theme': (tools) => allPages(tools, 'dark'),
  'axe finds nothing in dialogs and states': async ({ browser, server }) => {
    const { page, context } = await newPage(browser, { bypassCSP: true });
    const found = [];
    const look = async (name) =>
      found.push(...(await violationsOf(page)).map((violation) => `${name}: ${violation}`));
    await page.goto(`${server.address}/#/scans/${server.ids.shop}`);
    await page.locator('tbody a').first().waitFor();
    await page.keyboard.press('?');
    await look('shortcuts');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await look('selection');
    await page.keyboard.press('e');
    await look('triage');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Delete' }).click();
    await look('delete');
    await page.goto('about:blank');
    await page.goto(`${server.address}/#/`);
    await page.getByRole('button', { name: 'Paste code' }).click();
    await page.locator('.cm-editor').waitFor();
    await look('paste');
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await page.locator('section[aria-label="Findings so far"] tbody a').first().waitFor();
    await look('progress');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Menu' }).click();
    await look('menu');
    await context.close();
    assert.deepEqual(found, []);
  },
  'a page change moves the focus, and the skip link works': async ({ page, server }) => {
    await page.goto(`${server.address}/#/`);
    await page.locator('h1').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    assert.equal(await page.title(), 'Rules · SecureCodeAI');
  },
};
