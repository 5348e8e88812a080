// Sizes and times that a person feels. Invariant: the limits are those that the pages promise.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../../dist');
const KIB = 1024;

/** Sums the gzipped scripts that a page asks for until it is idle. */
async function scriptsOf(page, address) {
  const names = new Set();
  page.on('response', (response) => names.add(new URL(response.url()).pathname));
  await page.goto(address);
  await page.locator('h1').first().waitFor();
  await page.waitForLoadState('networkidle');
  const scripts = [...names].filter((name) => name.endsWith('.js'));
  return scripts.reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length,
    0,
  );
}

export const budgets = {
  'first load of the start page stays within 60 KiB of script': async ({ page, server }) => {
    const size = await scriptsOf(page, `${server.address}/#/`);
    assert.ok(size <= 60 * KIB, `${size} bytes`);
    return `${(size / KIB).toFixed(1)} KiB gz`;
  },
  'first load of a findings page stays within 60 KiB of script': async ({ page, server }) => {
    const size = await scriptsOf(page, `${server.address}/#/scans/${server.ids.shop}`);
    assert.ok(size <= 60 * KIB, `${size} bytes`);
    return `${(size / KIB).toFixed(1)} KiB gz`;
  },
  'first load with the editor stays within 200 KiB of script': async ({ page, server }) => {
    const size = await scriptsOf(page, `${server.address}/#/prove`);
    assert.ok(size <= 200 * KIB, `${size} bytes`);
    return `${(size / KIB).toFixed(1)} KiB gz`;
  },
  'nothing that is built has a source map or names another host': async () => {
    const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    for (const file of files) {
      const text = readFileSync(join(file.parentPath, file.name), 'utf8');
      assert.ok(!file.name.endsWith('.map') && !text.includes('sourceMappingURL'), file.name);
      const hosts = [
        ...text.matchAll(/(?:src|href|url\(|fetch\(|import\()\s*=?\s*["'`(]?https?:\/\/([^/"'`)]+)/g),
      ];
      assert.deepEqual(
        hosts.map((match) => match[1]).filter((host) => host !== 'cwe.mitre.org'),
        [],
        file.name,
      );
    }
    return `${files.length} files`;
  },
  'the first paint comes fast': async ({ page, server }) => {
    await page.goto(`${server.address}/#/`);
    await page.locator('h1').waitFor();
    const paint = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    );
    assert.ok(paint > 0 && paint < 1500, `${paint} ms`);
    return `${Math.round(paint)} ms`;
  },
};
