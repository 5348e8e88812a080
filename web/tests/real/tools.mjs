// Prover, rules, other tools' SARIF, and what becomes of a scan. Invariant: each answer is the real server's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copiesOfShop, SEARCH_ONLY, SHOP } from './code.mjs';
import { zip } from './archive.mjs';
import { ask } from './server.mjs';
import { download, files, onDisk, startScan, visit, waitForEnd } from './steps.mjs';

const logOf = (tool) => new URL(`files/${tool}.sarif`, import.meta.url).pathname;

export const tools = {
  'the prover refutes, proves, and says what it was not given': async ({ page, server }) => {
    await page.goto(`${server.address}/#/prove`);
    await page.getByRole('button', { name: 'Prove', exact: true }).click();
    await page
      .locator('.results [role="status"]')
      .getByText(/refuted.*proved safe/)
      .waitFor();
    const call = page.locator('.results details[open]').first();
    assert.match(await call.innerText(), /shipping\(total=/);
    const samples = page.getByLabel('Sample');
    for (const value of await samples.locator('option').evaluateAll((all) => all.map((one) => one.value))) {
      await samples.selectOption(value);
      await page.getByRole('button', { name: 'Prove', exact: true }).click();
      await page
        .locator('.results [role="status"]')
        .getByText(/^\d+ contracts?: /)
        .waitFor();
    }
    await page.getByLabel('Only this function').fill('nowhere');
    await page.getByRole('button', { name: 'Prove', exact: true }).click();
    await page
      .getByText(/nowhere/)
      .last()
      .waitFor();
    await page.getByText('The prover did not run').waitFor();
    await page.getByLabel('Only this function').fill('');
    for (const value of await page
      .getByLabel('Budget')
      .locator('option')
      .evaluateAll((all) => all.map((one) => one.value))) {
      await page.getByLabel('Budget').selectOption(value);
      await page.getByRole('button', { name: 'Prove', exact: true }).click();
      await page.getByText('The prover did not run').waitFor({ state: 'detached' });
      await page
        .locator('.results [role="status"]')
        .getByText(/^\d+ contracts?: /)
        .waitFor();
    }
  },
  'rules are searched, read and tried on code': async ({ page, server }) => {
    const { rules } = await ask(server, '/rules');
    await page.goto(`${server.address}/#/rules`);
    await page.getByText(`${rules.length} rules`).waitFor();
    await page.getByLabel('Search rules').fill('command');
    await page.getByRole('link', { name: 'Untrusted text in an operating-system command' }).click();
    await page.locator('.results li').first().waitFor();
    await page.getByRole('button', { name: 'Safe' }).click();
    await page.getByText('Nothing found.').waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(SEARCH_ONLY);
    await page.getByText('Another rule: python-sql-injection').waitFor();
    return `${rules.length} rules`;
  },
  'a SARIF file of another tool is shown, and nothing of it is sent': async ({ page, server }) => {
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    for (const [tool, name, rule] of [
      ['bandit', /^Bandit/, 'B602'],
      ['ruff', /^ruff/i, 'S602'],
    ]) {
      const { runs } = JSON.parse(readFileSync(logOf(tool), 'utf8'));
      await visit(page, `${server.address}/#/sarif`);
      await page.locator('h1').waitFor();
      await page.locator('input[type=file]').first().setInputFiles(logOf(tool));
      await page.locator('.total').getByText(`${runs[0].results.length} findings`).waitFor();
      await page.getByText(name).first().waitFor();
      await page.getByLabel('Search findings').fill(rule);
      await page.locator('tbody tr[data-index]').first().getByRole('link').click();
      await page.getByText(rule).first().waitFor();
      await page.locator('#place-title').waitFor();
    }
    assert.deepEqual(
      asked.filter((path) => path !== '/' && !path.startsWith('/assets/')),
      [],
    );
  },
  'the scan’s own SARIF comes back into the viewer': async ({ page, server }) => {
    const id = await startScan(
      page,
      server.address,
      files(SHOP.map(([path, text]) => [path.slice(5), text])),
    );
    await waitForEnd(page);
    const { summary } = await ask(server, `/scans/${id}`);
    const { name, bytes } = await download(page, page.getByRole('button', { name: 'SARIF' }));
    assert.equal(JSON.parse(bytes).version, '2.1.0');
    await page.goto(`${server.address}/#/sarif`);
    const file = { name, mimeType: 'application/sarif+json', buffer: bytes };
    await page.locator('input[type=file]').first().setInputFiles(file);
    await page.locator('.total').getByText(`${summary.findings} findings`).waitFor();
    await page.getByRole('checkbox', { name: /^Refuted/ }).check();
    await page.locator('.total').getByText(`${summary.refuted} findings`).waitFor();
  },
  'a running scan is cancelled, and a scan is deleted': async ({ page, server }) => {
    const archive = onDisk('shop.zip', zip(copiesOfShop(60)));
    const id = await startScan(page, server.address, archive, { name: 'stopped' });
    await page.getByRole('button', { name: 'Cancel the scan' }).click();
    await page.getByText('The scan was cancelled').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL(/#\/scans$/);
    await page.goto(`${server.address}/#/scans/${id}`);
    await page.getByText('there is no such scan').waitFor();
  },
  'pasted code is scanned': async ({ page, server }) => {
    await page.goto(`${server.address}/#/`);
    await page.getByRole('button', { name: 'Paste code' }).click();
    await page.locator('.cm-content').click();
    await page.keyboard.insertText(SEARCH_ONLY);
    await page.getByLabel('File name').fill('pasted.py');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Start the scan' }).click();
    await page.waitForURL(/#\/scans\//);
    await waitForEnd(page);
    await page.getByText('pasted.py:').first().waitFor();
  },
};
