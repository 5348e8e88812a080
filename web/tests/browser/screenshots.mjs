// Takes a picture of each page in both themes and two sizes. Invariant: the pictures show the stand-in server's data, so
// that two runs differ only where the pages do.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, newPage } from '../support/browser.mjs';
import { serve } from '../support/server.mjs';
import { pagesOf } from '../support/pages.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'shots');
const only = process.argv[2] ?? '';
const SIZES = [
  { name: 'desktop', width: 1440, height: 900 },
  { name: 'phone', width: 390, height: 844 },
];

mkdirSync(folder, { recursive: true });
const server = await serve({ many: 2000 });
const browser = await launch();
for (const { name: size, width, height } of SIZES) {
  for (const theme of ['light', 'dark']) {
    const { page, context, faults } = await newPage(browser, {
      viewport: { width, height },
      colorScheme: theme,
    });
    for (const { name, open } of pagesOf(server)) {
      if (name.includes(only)) {
        await open(page);
        await page.screenshot({
          path: join(folder, `${name}-${size}-${theme}.png`),
          fullPage: !name.includes('many'),
        });
      }
    }
    faults.forEach((fault) => console.error(fault));
    await context.close();
  }
}
await browser.close();
server.close();
