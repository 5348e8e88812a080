// What several checks do. Invariant: each step waits for what a person would wait for, never for a time.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from './server.mjs';

/** Files for a file input, from `[name, text]`. */
export function files(entries) {
  return entries.map(([name, text]) => ({ name, mimeType: 'text/x-python', buffer: Buffer.from(text) }));
}

/** Writes a file that is too large to be handed over in memory. */
export function onDisk(name, bytes) {
  const path = join(newFolder('upload'), name);
  writeFileSync(path, bytes);
  return path;
}

export function idOf(page) {
  return /#\/scans\/([^/?]+)/.exec(page.url())[1];
}

/** Fills in the start page and starts; gives the scan's id. */
export async function startScan(page, address, chosen, { name = '', patch = true } = {}) {
  await page.goto(`${address}/#/`);
  await page.getByLabel('Files', { exact: true }).setInputFiles(chosen);
  await page.getByRole('textbox', { name: /^Name/ }).fill(name);
  await page.getByRole('checkbox', { name: /^Patch/ }).setChecked(patch);
  await page.getByRole('button', { name: 'Start the scan' }).click();
  await page.waitForURL(/#\/scans\//);
  return idOf(page);
}

/** Waits until a scan's page shows its findings. */
export async function waitForEnd(page, timeout = 120_000) {
  await page
    .locator('.head')
    .getByText(/^(Complete|Incomplete)$/)
    .waitFor({ timeout });
  await page.locator('tbody tr[data-index]').first().waitFor();
}

/** Opens a page afresh. */
export async function visit(page, address) {
  await page.goto('about:blank');
  await page.goto(address);
}

/** Clicks what starts a download; gives its name and bytes. */
export async function download(page, button) {
  const [saved] = await Promise.all([page.waitForEvent('download'), button.click()]);
  const chunks = [];
  for await (const chunk of await saved.createReadStream()) {
    chunks.push(chunk);
  }
  return { name: saved.suggestedFilename(), bytes: Buffer.concat(chunks) };
}
