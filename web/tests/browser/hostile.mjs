// Code and names that attack the page. Invariant: they stay text, nothing is hidden, and the layout holds.
import assert from 'node:assert/strict';
import { hostileScan } from '../support/data.mjs';
import { writeReport } from '../support/pages.mjs';

async function widthOver(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

async function checkHostile(page) {
  await page.locator('.invisible').first().waitFor();
  assert.equal(await page.locator('main script, main img, h1 b').count(), 0);
  assert.match(await page.locator('h1').textContent(), /<b>Untrusted<\/b> text U\+202E/);
  const text = await page.locator('main').innerText();
  assert.doesNotMatch(text, /[\u202A-\u202E\u2066-\u2069\u200B]/);
  assert.ok((await widthOver(page)) <= 0);
}

export const hostile = {
  'hostile names and code stay text': async ({ page, server }) => {
    page.on('dialog', () => assert.fail('a script ran'));
    await page.goto(`${server.address}/#/scans/${server.ids.hostile}/findings/0`);
    await page.locator('.line-code').first().waitFor();
    await checkHostile(page);
    await page.keyboard.press('n');
    await page.getByText('deep in a long line').nth(1).waitFor();
    assert.match(await page.locator('[data-line="6"]').textContent(), /characters/);
  },
  'hostile data in a report stays data': async ({ page }) => {
    const { findings, files } = hostileScan();
    const summary = {
      files: 1,
      analysed: 1,
      lines: 1,
      bytes: 1,
      findings: 1,
      by_severity: [1, 0, 0, 0, 0],
      refuted: 1,
      proved_safe: 0,
      patches_verified: 0,
      duration_ms: 1,
    };
    const file = writeReport({
      version: '0.1.0',
      findings,
      errors: [],
      complete: true,
      summary,
      sources: files,
    });
    page.on('dialog', () => assert.fail('a script ran'));
    await page.goto(`file://${file}#/findings/0`);
    await checkHostile(page);
  },
  'a file of five megabytes opens at its step': async ({ page, server }) => {
    const started = performance.now();
    await page.goto(`${server.address}/#/scans/${server.ids.huge}/findings/0`);
    await page.locator('.number.active').waitFor();
    const opened = performance.now() - started;
    const walking = performance.now();
    await page.keyboard.press('n');
    await page.locator('[data-line="60000"] .number.active').waitFor();
    await page.keyboard.press('n');
    await page.locator('[data-line="109990"] .number.active').waitFor();
    const walked = performance.now() - walking;
    assert.ok((await page.locator('.line').count()) < 200);
    return `opened in ${Math.round(opened)} ms, two steps in ${Math.round(walked)} ms`;
  },
  'no page is wider than 320 pixels': async ({ page, server }) => {
    const { pagesOf } = await import('../support/pages.mjs');
    await page.setViewportSize({ width: 320, height: 640 });
    const wide = [];
    for (const { name, open } of pagesOf(server)) {
      await open(page);
      const over = await widthOver(page);
      if (over > 0) {
        wide.push(`${name}: ${over}`);
      }
    }
    assert.deepEqual(wide, []);
  },
};
