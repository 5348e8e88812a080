// Prover, rules, comparison, SARIF and report. Invariant: what is opened from disk causes no request.
import assert from 'node:assert/strict';
import { SARIF, writeReport } from '../support/pages.mjs';

export const tools = {
  'the prover shows the call that breaks a contract': async ({ page, server }) => {
    await page.goto(`${server.address}/#/prove`);
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+Enter');
    await page.getByText('4 contracts: 1 refuted, 3 proved safe').waitFor();
    await page.getByText('shipping(total=18020)').waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.type('#');
    await page.getByText('The code has changed since.').waitFor();
  },
  'a rule is tried as one types': async ({ page, server }) => {
    await page.goto(`${server.address}/#/rules?q=sql`);
    await page.getByRole('link', { name: 'Untrusted text in an SQL query' }).click();
    await page.getByText('1 finding.').waitFor();
    await page.getByRole('button', { name: 'Safe' }).click();
    await page.getByText('Nothing found.').waitFor();
  },
  'two scans are compared': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans?name=shop`);
    await page.locator('.chart canvas').waitFor();
    const boxes = page.getByRole('checkbox', { name: /Choose shop/, disabled: false });
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await page.getByRole('link', { name: 'Compare the two' }).click();
    await page.getByRole('button', { name: /^Persisting/ }).click();
    await page.locator('tbody a').first().waitFor();
  },
  'a SARIF file is read in the browser alone': async ({ page, server }) => {
    await page.goto(`${server.address}/#/sarif`);
    await page.locator('h1').waitFor();
    const before = server.tools.requests.length;
    await page.locator('input[type=file]').first().setInputFiles(SARIF);
    await page.locator('tbody a').nth(5).click();
    await page.locator('ol[aria-label="Taint path"]').waitFor();
    const sent = server.tools.requests.slice(before).filter((request) => !request.includes('/assets/'));
    assert.deepEqual(sent, []);
    await page.getByRole('link', { name: 'shop.sarif.json' }).click();
    await page.getByRole('button', { name: 'Close' }).click();
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'x.sarif', mimeType: 'text/plain', buffer: Buffer.from('{}') });
    await page.getByText('no SARIF log').waitFor();
  },
  'the report works from disk': async ({ page }) => {
    const requests = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(`file://${writeReport()}`);
    await page.locator('tbody a').first().waitFor();
    await page.getByRole('checkbox', { name: /^Critical/ }).check();
    await page.locator('.total').getByText('3 findings').waitFor();
    await page.locator('tbody a').first().click();
    await page.locator('.tk-keyword').first().waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: 'Untrusted text evaluated as Python' }).waitFor();
    assert.equal(await page.locator('#triage-panel').count(), 0);
    assert.deepEqual(
      requests.filter((url) => !url.startsWith('file:')),
      [],
    );
  },
};
