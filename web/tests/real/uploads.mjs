// What is uploaded: archives, hostile archives, a very large file. Invariant: what the server refuses is told on the page in
// the server's words.
import assert from 'node:assert/strict';
import { zip } from './archive.mjs';
import { fiveMegabytes, SHOP } from './code.mjs';
import { ask } from './server.mjs';
import { files, onDisk, startScan, waitForEnd } from './steps.mjs';

export const uploads = {
  'an archive is unpacked': async ({ page, server }) => {
    const entries = [...SHOP, ['shop/templates/base.html', '<p>no code</p>']];
    const archive = { name: 'shop.zip', mimeType: 'application/zip', buffer: zip(entries) };
    const id = await startScan(page, server.address, archive, { name: 'shop' });
    await waitForEnd(page);
    const { files: found } = await ask(server, `/scans/${id}/files`);
    assert.deepEqual(
      found.map((file) => file.path),
      SHOP.map(([path]) => path),
    );
    const flow = page.locator('tbody tr[data-index]', { hasText: 'shop/orders.py' }).first();
    await flow.getByRole('link').click();
    await page.getByRole('region', { name: 'Code of shop/orders.py' }).waitFor();
    await page.locator('.tk-keyword').first().waitFor();
  },
  'an archive that leads out of its folder is refused on the page': async ({ page, server }) => {
    const hostile = {
      'slip.zip': [
        /`\.\.\/\.\.\/etc\/cron\.py` leads out of the project/,
        zip([['../../etc/cron.py', 'import os']]),
      ],
      'absolute.zip': [/`\/etc\/passwd\.py` is an absolute path/, zip([['/etc/passwd.py', 'import os']])],
      'drive.zip': [/is an absolute path/, zip([['C:\\autostart.py', 'import os']])],
      'broken.zip': [/cannot be unpacked/, Buffer.from('PK no archive')],
      'empty.zip': [/there is no file|none of/, zip([['README.txt', 'no code']])],
    };
    const before = (await ask(server, '/scans?limit=100')).scans.length;
    await page.goto(`${server.address}/#/`);
    for (const [name, [expected, buffer]] of Object.entries(hostile)) {
      const input = page.getByLabel('Files', { exact: true });
      await input.setInputFiles({ name, mimeType: 'application/zip', buffer });
      await page.getByRole('button', { name: 'Start the scan' }).click();
      await page.getByRole('alert').getByText(expected).first().waitFor();
      await page.getByRole('button', { name: 'Remove all' }).click();
    }
    assert.equal((await ask(server, '/scans?limit=100')).scans.length, before, 'nothing was begun');
    await page.getByLabel('Files', { exact: true }).setInputFiles(files([['a.py', SHOP[1][1]]]));
    await page.getByRole('button', { name: 'Start the scan' }).click();
    await page.waitForURL(/#\/scans\//);
  },
  'every budget that the page offers is taken': async ({ page, server }) => {
    await page.goto(`${server.address}/#/`);
    const values = await page
      .getByLabel('Prover budget')
      .locator('option')
      .evaluateAll((all) => all.map((one) => one.value));
    for (const value of values) {
      await page.goto(`${server.address}/#/`);
      await page.getByLabel('Files', { exact: true }).setInputFiles(files([['a.py', 'import os\n']]));
      await page.getByLabel('Prover budget').selectOption(value);
      await page.getByRole('button', { name: 'Start the scan' }).click();
      await page.waitForURL(/#\/scans\//);
      await page.getByText('No weakness was found').waitFor();
    }
    return `${values.length} budgets`;
  },
  'a file of five megabytes is scanned and shown': async ({ page, server }) => {
    const text = fiveMegabytes();
    const file = onDisk('large.py', text);
    const started = performance.now();
    await startScan(page, server.address, file, { name: 'large', patch: false });
    await waitForEnd(page, 150_000);
    const scanned = performance.now() - started;
    await page.locator('tbody tr[data-index]').getByRole('link').first().click();
    const opening = performance.now();
    await page.locator('.number.active').first().waitFor();
    const opened = performance.now() - opening;
    await page.keyboard.press('n');
    await page.getByText('2 of ').waitFor();
    const lines = await page.locator('.line').count();
    assert.ok(lines < 200, `${lines} lines have elements`);
    const size = (Buffer.byteLength(text) / 1024 / 1024).toFixed(1);
    return `${size} MiB scanned in ${(scanned / 1000).toFixed(1)} s, shown ${Math.round(opened)} ms after the click`;
  },
};
