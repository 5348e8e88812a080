// From an upload to findings. Invariant: what a person sees agrees with what the server has been told.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { serve } from '../support/server.mjs';

const shop = new URL('../../../tests/corpus/shop', import.meta.url).pathname;

async function waitForEnd(page) {
  await page.waitForURL(/#\/scans\//);
  await page.locator('.head').getByText('Complete', { exact: true }).waitFor();
  await page.locator('tbody a').first().waitFor();
}

export const scanning = {
  'the sample goes from one click to findings': async ({ page, server }) => {
    await page.goto(`${server.address}/#/`);
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await page.locator('section[aria-label="Progress"]').waitFor();
    await page.locator('section[aria-label="Findings so far"] tbody a').first().waitFor();
    await waitForEnd(page);
    assert.equal(await page.locator('tbody tr[data-index]').count(), 13);
  },
  'files, a folder and an archive can be chosen': async ({ page, server }) => {
    await page.goto(`${server.address}/#/`);
    const [files, folder] = [
      page.getByLabel('Files', { exact: true }),
      page.getByLabel('Folder', { exact: true }),
    ];
    await files.setInputFiles(join(shop, 'shop/db.py'));
    await folder.setInputFiles(join(shop, 'shop'));
    await page.getByText('12 files added.').waitFor();
    await files.setInputFiles({ name: 'code.zip', mimeType: 'application/zip', buffer: Buffer.from('PK') });
    await page.getByRole('button', { name: 'Remove db.py' }).click();
    await page.getByText('13 files', { exact: true }).waitFor();
    await page.getByLabel('Name').fill('from a folder');
    await page.getByRole('button', { name: 'Start the scan' }).click();
    await page.getByRole('heading', { name: 'from a folder' }).waitFor();
    await waitForEnd(page);
  },
  'files can be dropped': async ({ page, server }) => {
    await page.goto(`${server.address}/#/`);
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['import os'], 'dropped.py'));
      transfer.items.add(new File(['no'], 'picture.png'));
      return transfer;
    });
    await page.locator('.zone').dispatchEvent('drop', { dataTransfer: data });
    await page.getByText('1 file added.').waitFor();
    assert.equal(await page.locator('.zone li').count(), 1);
  },
  'code can be pasted, and a refusal is shown': async ({ page, server }) => {
    await page.goto(`${server.address}/#/`);
    await page.getByRole('button', { name: 'Paste code' }).click();
    const editor = page.locator('.cm-content');
    await editor.click();
    await page.keyboard.insertText('# nothing\n');
    await page.getByLabel('File name').fill('shop/catalog.py');
    await page.getByRole('button', { name: 'Start the scan' }).click();
    await page.waitForURL(/#\/scans\//);
    await page.goto(`${server.address}/#/`);
    await page
      .getByLabel('Files', { exact: true })
      .setInputFiles({ name: 'blank.py', mimeType: 'text/plain', buffer: Buffer.from(' ') });
    await page.getByRole('button', { name: 'Start the scan' }).click();
    await page.getByText('/files: must not be blank').waitFor();
  },
  'a dropped connection continues behind the last event': async ({ page, server }) => {
    await page.goto(`${server.address}/#/`);
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await page.locator('section[aria-label="Findings so far"] tbody a').first().waitFor();
    const before = server.tools.resumed.length;
    server.tools.streams.forEach((stream) => stream.destroy());
    await page.getByText('Reconnecting…').waitFor();
    await waitForEnd(page);
    const resumed = server.tools.resumed.slice(before);
    assert.ok(resumed.length >= 1 && resumed.every((id) => id > 0), `resumed behind ${resumed}`);
    return `resumed behind event ${resumed[0]}`;
  },
  'a running scan can be cancelled': async ({ page, server }) => {
    await page.goto(`${server.address}/#/`);
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await page.getByRole('button', { name: 'Cancel the scan' }).click();
    await page.getByText('The scan was cancelled').waitFor();
  },
  'a server with a key asks for it once': async ({ page }) => {
    const locked = await serve({ apiKey: 'secret', stepMs: 20 });
    await page.goto(`${locked.address}/#/scans/${locked.ids.shop}`);
    const key = page.getByLabel('Key', { exact: true });
    await key.fill('wrong');
    await key.press('Enter');
    await page.getByText('The server refused this key.').waitFor();
    await key.fill('secret');
    await key.press('Enter');
    await page.locator('tbody a').first().waitFor();
    await page.goto(`${locked.address}/#/`);
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await waitForEnd(page);
    locked.close();
  },
  'a server that is gone is said to be gone': async ({ page }) => {
    const other = await serve();
    await page.goto(`${other.address}/#/`);
    await page.locator('h1').waitFor();
    other.close();
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await page.getByText('The server cannot be reached.').waitFor();
  },
};
