// Code and names that attack the page, through a real scan. Invariant: they stay text, and nothing invisible stays so.
import assert from 'node:assert/strict';
import { zip } from './archive.mjs';
import { HOSTILE, HOSTILE_NAME } from './code.mjs';
import { ask } from './server.mjs';
import { startScan, waitForEnd } from './steps.mjs';

const INVISIBLE = /[\u202A-\u202E\u2066-\u2069\u200B]/;

async function checkPage(page) {
  assert.equal(
    await page.locator('main script, main img, main b').count(),
    0,
    'markup of the code became markup',
  );
  assert.doesNotMatch(await page.locator('main').innerText(), INVISIBLE);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${over} pixels too wide`);
}

async function walk(page, id, server) {
  await waitForEnd(page);
  await checkPage(page);
  const { findings } = await ask(server, `/scans/${id}/findings`);
  for (const finding of findings) {
    await page.goto(`${server.address}/#/scans/${id}/findings/${finding.id}`);
    await page.locator('.tk-keyword').first().waitFor();
    await checkPage(page);
    await page.locator('.invisible').first().waitFor();
    for (const name of ['Unified', 'Side by side']) {
      const button = page.getByRole('button', { name });
      if ((await button.count()) > 0) {
        await button.click();
        await checkPage(page);
      }
    }
  }
  return findings.length;
}

export const hostile = {
  'hostile code and names stay text': async ({ page, server }) => {
    page.on('dialog', () => assert.fail('a script ran'));
    const buffer = zip([
      [`app/${HOSTILE_NAME}`, HOSTILE],
      ['app/__init__.py', ''],
    ]);
    const archive = { name: 'hostile.zip', mimeType: 'application/zip', buffer };
    const id = await startScan(page, server.address, archive, {
      name: '<script>alert(6)</script> \u202ename',
    });
    const walked = await walk(page, id, server);
    for (const path of [
      '#/',
      '#/scans',
      `#/scans?name=${encodeURIComponent('<script>alert(6)</script> \u202ename')}`,
    ]) {
      await page.goto(`${server.address}/${path}`);
      await page.locator('table a').first().waitFor();
      await checkPage(page);
    }
    return `${walked} findings`;
  },
  'a hostile name of a single file stays text': async ({ page, server }) => {
    page.on('dialog', () => assert.fail('a script ran'));
    const file = { name: HOSTILE_NAME, mimeType: 'text/x-python', buffer: Buffer.from(HOSTILE) };
    await page.goto(`${server.address}/#/`);
    const id = await startScan(page, server.address, file);
    const { files } = await ask(server, `/scans/${id}/files`);
    assert.deepEqual(
      files.map(({ path }) => path),
      [HOSTILE_NAME],
    );
    await walk(page, id, server);
  },
};
