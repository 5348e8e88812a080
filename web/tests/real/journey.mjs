// The whole way: upload, progress, finding, path, proof, patch, triage, second scan, comparison. Invariant: what a page
// says agrees with the server's own answers.
import assert from 'node:assert/strict';
import { inflateRawSync } from 'node:zlib';
import { unzip, zip } from './archive.mjs';
import { BOOKS, BOOKS_LATER, copiesOfShop, SEARCH_ONLY } from './code.mjs';
import { ask } from './server.mjs';
import { download, files, idOf, onDisk, startScan, visit, waitForEnd } from './steps.mjs';

const row = (page, title) => page.locator('tbody tr[data-index]', { hasText: title });
const SQL = 'Untrusted text in an SQL query';
const COMMAND = 'Untrusted text in an operating-system command';

export const journey = {
  'a scan is watched: stages, and findings as they come': async ({ page, server }) => {
    const archive = onDisk('shop.zip', zip(copiesOfShop(24)));
    await page.addInitScript(() => {
      globalThis.seen = new Set();
      new MutationObserver(() => {
        const said = document.querySelector('section[aria-label="Progress"] [role="status"]')?.textContent;
        if (said) {
          globalThis.seen.add(said.trim());
        }
      }).observe(document, { childList: true, subtree: true, characterData: true });
    });
    const id = await startScan(page, server.address, archive, { name: 'watched' });
    await page.locator('section[aria-label="Findings so far"] tbody a').first().waitFor();
    const early = await page.locator('section[aria-label="Progress"]').textContent();
    await waitForEnd(page);
    const seen = await page.evaluate(() => [...globalThis.seen]);
    assert.ok(seen.some((said) => /^Patcher/.test(said)) && seen.length >= 2, `said ${seen.join(', ')}`);
    const { summary } = await ask(server, `/scans/${id}`);
    await page.locator('.total').getByText(`${summary.findings} findings`).waitFor();
    return `${summary.findings} findings; at the first look ${/[\d,]+ found/.exec(early)?.[0]}`;
  },
  'from an upload over path and proof to the patch': async ({ page, server }) => {
    const id = await startScan(page, server.address, files([['books.py', BOOKS]]), { name: 'books' });
    await waitForEnd(page);
    assert.equal(await page.locator('tbody tr[data-index]').count(), 2);
    await row(page, SQL).getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: SQL }).waitFor();
    const finding = Number(/findings\/(\d+)/.exec(page.url())[1]);
    const told = await ask(server, `/scans/${id}/findings/${finding}`);

    const steps = told.taint_path.length;
    assert.ok(steps >= 3, `${steps} steps`);
    await page.getByText(`1 of ${steps}`).waitFor();
    for (let step = 2; step <= steps; step += 1) {
      await page.keyboard.press('n');
      await page.getByText(`${step} of ${steps}`).waitFor();
      const { line } = told.taint_path[step - 1];
      await page.locator(`[data-line="${line}"] .number.active`).waitFor();
    }

    const proof = page.locator('#proof');
    await proof.getByText('Refuted').first().waitFor();
    const attack = told.counterexample;
    assert.ok((await proof.innerText()).includes(attack.call), 'the call is shown as the prover gave it');
    const { formal } = told.contracts.find((check) => check.verdict === 'refuted');
    assert.ok(
      (await proof.locator('.formal').first().innerText()).includes(formal),
      'the contract is shown formally',
    );
    const [from, to] = attack.injected[0];
    const injected = Buffer.from(attack.sink_value).subarray(from, to).toString();
    assert.equal(await proof.locator('mark bdi').first().textContent(), injected);

    const panel = page.locator('#patch');
    await panel.getByText('Verified patch').waitFor();
    assert.equal(await panel.locator('.checks li').count(), told.patch.checks.length);
    const patch = await download(page, panel.getByRole('button', { name: '.patch' }));
    assert.equal(patch.bytes.toString(), told.patch.diff);
    const patched = await download(page, panel.getByRole('button', { name: 'Apply and download files' }));
    const { 'books.py': text } = unzip(patched.bytes, inflateRawSync);
    assert.ok(text !== undefined && text !== BOOKS && !text.includes(`= '" + name`), 'the file is repaired');
    assert.ok(text.includes('"ping -c 1 " + host'), 'nothing else is changed');
    return `${steps} steps, ${told.patch.checks.length} checks of the patch`;
  },
  'a decision outlives the next scan, and two scans are compared': async ({ page, server }) => {
    const older = await startScan(page, server.address, files([['books.py', BOOKS]]), { name: 'kept' });
    await waitForEnd(page);
    await row(page, COMMAND).getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: COMMAND }).waitFor();
    await page.getByRole('button', { name: /^Change/ }).click();
    await page.getByLabel('Accepted risk').check();
    await page.getByRole('textbox', { name: /^Reason/ }).fill('only the administrator comes here');
    await page.getByLabel('Expires').fill('2099-12-31');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('ol li', { hasText: 'only the administrator comes here' }).waitFor();

    const newer = await startScan(page, server.address, files([['books.py', BOOKS_LATER]]), { name: 'kept' });
    await waitForEnd(page);
    await row(page, COMMAND).locator('.triage').getByText('Accepted risk').waitFor();
    await row(page, COMMAND).getByRole('link').click();
    await page.getByText('until 31 Dec 2099').first().waitFor();
    await page.getByText('only the administrator comes here').first().waitFor();

    await visit(page, `${server.address}/#/scans?name=kept`);
    await page.locator('.chart canvas').waitFor();
    const boxes = page.getByRole('checkbox', { name: /Choose kept/ });
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await page.getByRole('link', { name: 'Compare the two' }).click();
    await page.waitForURL(new RegExp(`${newer}/compare/${older}`));
    const expected = {
      New: 'evaluated as Python',
      Persisting: 'operating-system command',
      Fixed: 'SQL query',
    };
    for (const [group, title] of Object.entries(expected)) {
      const button = page.getByRole('button', { name: new RegExp(`^${group}`) });
      assert.equal((await button.innerText()).replace(/\s+/g, ' '), `${group} 1`);
      await button.click();
      await row(page, title).waitFor();
    }
    await row(page, SQL).getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: SQL }).waitFor();
    assert.equal(idOf(page), older, 'a fixed finding is shown in the scan that has it');
  },
  'a decision whose time is over is open again': async ({ page, server }) => {
    const id = await startScan(page, server.address, files([['books.py', SEARCH_ONLY]]), { name: 'expired' });
    await waitForEnd(page);
    const decision = { findings: [0], state: 'accepted-risk', reason: 'for a moment' };
    const expires = new Date(Date.now() + 1500).toISOString();
    const body = JSON.stringify({ ...decision, expires });
    const headers = { 'content-type': 'application/json' };
    await ask(server, `/scans/${id}/triage`, { method: 'POST', headers, body });
    let state = '';
    for (const end = Date.now() + 30_000; state !== 'open' && Date.now() < end;) {
      state = (await ask(server, `/scans/${id}/findings/0`)).triage.state;
    }
    await visit(page, `${server.address}/#/scans/${id}`);
    await row(page, SQL).locator('.triage').getByText('Open').waitFor();
    await row(page, SQL).getByRole('link').click();
    await page.locator('ol li', { hasText: 'for a moment' }).waitFor();
  },
  'reports are exported': async ({ page, server }) => {
    const id = await startScan(page, server.address, files([['books.py', BOOKS]]), { name: 'exported' });
    await waitForEnd(page);
    const json = await download(page, page.getByRole('button', { name: 'JSON' }));
    const report = JSON.parse(json.bytes);
    assert.equal(report.findings.length, 2);
    assert.ok(json.name.includes(id.slice(0, 8)), json.name);
  },
};
