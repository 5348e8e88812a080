// What happens when the network or the server fails. Invariant: the page recovers by itself and ends with the server's own
// result.
import assert from 'node:assert/strict';
import { zip } from './archive.mjs';
import { copiesOfShop, SEARCH_ONLY } from './code.mjs';
import { proxyTo } from './proxy.mjs';
import { ask, start } from './server.mjs';
import { files, onDisk, startScan, visit, waitForEnd } from './steps.mjs';

/** Collects what the page asks of the event stream. */
function streamsOf(page) {
  const asked = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/events')) {
      asked.push(request.headers()['last-event-id'] ?? null);
    }
  });
  return asked;
}

export const connection = {
  'a dropped event stream continues where it was': async ({ page, server }) => {
    const proxy = await proxyTo(server.port);
    const asked = streamsOf(page);
    const archive = onDisk('shop.zip', zip(copiesOfShop(40)));
    const id = await startScan(page, proxy.address, archive, { name: 'dropped' });
    await page.locator('section[aria-label="Findings so far"] tbody a').first().waitFor();
    proxy.down();
    await page.getByText('Reconnecting…').waitFor();
    proxy.up();
    await waitForEnd(page);
    assert.ok(asked.length >= 2 && Number(asked.at(-1)?.split('-')[1]) > 0, `resumed behind ${asked}`);
    const { summary } = await ask(server, `/scans/${id}`);
    await page.locator('.total').getByText(`${summary.findings} findings`).waitFor();
    proxy.close();
    return `${asked.length} streams, resumed behind event ${asked.at(-1)}`;
  },
  'a server that restarts in the middle of a scan ends it': async ({ page }) => {
    let server = await start();
    const archive = onDisk('shop.zip', zip(copiesOfShop(40)));
    const id = await startScan(page, server.address, archive, { name: 'restarted' });
    await page.locator('section[aria-label="Findings so far"] tbody a').first().waitFor();
    const { folder, port } = server;
    const stopping = performance.now();
    await server.stop();
    const stopped = performance.now() - stopping;
    await page.getByText('Reconnecting…').waitFor();
    server = await start({ folder, port });
    await waitForEnd(page);
    const scan = await ask(server, `/scans/${id}`);
    assert.equal(scan.state.status, 'completed');
    await page.locator('.total').getByText(`${scan.summary.findings} findings`).waitFor();
    await server.stop();
    return `stopped in ${(stopped / 1000).toFixed(1)} s, ${scan.summary.findings} findings after the restart`;
  },
  'pages that are open say so when the server is gone, and go on when it is back': async ({ page }) => {
    let server = await start();
    const { folder, port, address } = server;
    await startScan(page, address, files([['a.py', SEARCH_ONLY]]), { name: 'gone' });
    await waitForEnd(page);
    await server.stop();
    await page.locator('tbody tr[data-index]').getByRole('link').first().click();
    const again = page.getByRole('button', { name: 'Load again' });
    await again.click();
    await page.getByText('The server cannot be reached.').waitFor();
    server = await start({ folder, port });
    await again.click();
    await page.locator('#proof').waitFor();
    await server.stop();
    await page.keyboard.press('u');
    await page.getByText('The server cannot be reached.', { exact: false }).waitFor();
    server = await start({ folder, port });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('tbody tr[data-index]').first().waitFor();
    await server.stop();
  },
  'code whose time is over is said to be gone': async ({ page }) => {
    const server = await start({ args: ['--no-llm', '--retention', '0'] });
    const id = await startScan(page, server.address, files([['a.py', SEARCH_ONLY]]), { name: 'short' });
    await waitForEnd(page);
    // Another scan's end makes the server look for code that it no longer keeps.
    await startScan(page, server.address, files([['b.py', SEARCH_ONLY]]), { name: 'short' });
    await waitForEnd(page);
    for (let kept = true; kept;) {
      kept = (await ask(server, `/scans/${id}`)).code.kept;
    }
    await visit(page, `${server.address}/#/scans/${id}`);
    await page.getByText('the code is gone').waitFor();
    await page.locator('tbody tr[data-index]').getByRole('link').first().click();
    await page.getByText(/code is no longer kept/).waitFor();
    assert.match(await page.locator('.line-code').first().textContent(), /execute/);
    await page.getByRole('button', { name: '.patch' }).waitFor();
    await page.getByRole('button', { name: 'Apply and download files' }).click();
    await page
      .locator('#patch')
      .getByText(/code is no longer kept/)
      .waitFor();
    await server.stop();
  },
  'a server with a key asks for it once': async ({ page }) => {
    const server = await start({ args: ['--no-llm', '--api-key', 'a key of sixteen or more characters'] });
    await page.goto(`${server.address}/#/`);
    const key = page.getByLabel('Key', { exact: true });
    await key.fill('another');
    await key.press('Enter');
    await page.getByText('The server refused this key.').waitFor();
    await key.fill('a key of sixteen or more characters');
    await key.press('Enter');
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await page.waitForURL(/#\/scans\//);
    await waitForEnd(page);
    await server.stop();
  },
};
