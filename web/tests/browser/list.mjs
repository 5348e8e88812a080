// The findings list: facets, search, keys, triage, many rows. Invariant: the address alone restores the list.
import assert from 'node:assert/strict';

const rows = (page) => page.locator('tbody tr[data-index]');
const total = (page) => page.locator('.total');

/** Scrolls for two seconds; gives the page's own work for each frame, whatever else the machine does. */
async function workOfScrolling(page, context, step) {
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  const measure = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const wanted = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];
    return metrics
      .filter(({ name }) => wanted.includes(name))
      .reduce((sum, { value }) => sum + value * 1000, 0);
  };
  const before = await measure();
  const frames = await page.evaluate(async (pixels) => {
    let count = 0;
    const end = performance.now() + 2000;
    while (performance.now() < end) {
      scrollBy(0, pixels);
      await new Promise(requestAnimationFrame);
      count += 1;
    }
    return count;
  }, step);
  return { frames, work: ((await measure()) - before) / frames };
}

export const list = {
  'facets, search and order are in the address': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans/${server.ids.shop}`);
    await rows(page).first().waitFor();
    await page.getByRole('checkbox', { name: /^Critical/ }).check();
    await total(page).getByText('3 findings').waitFor();
    await page.getByLabel('Search findings').fill('template');
    await total(page).getByText('1 finding', { exact: true }).waitFor();
    assert.match(page.url(), /severity=critical&q=template/);
    await page.reload();
    await total(page).getByText('1 finding', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await total(page).getByText('13 findings').waitFor();
    await page.getByRole('button', { name: 'Rule', exact: true }).click();
    await page.waitForURL(/sort=rule/);
    await rows(page).first().getByText('python-code-injection').waitFor();
    await page.getByRole('checkbox', { name: /^Proved safe/ }).check();
    await total(page).getByText('1 finding', { exact: true }).waitFor();
  },
  'no match and no finding say what to do': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans/${server.ids.shop}?q=zzz`);
    await page.getByRole('button', { name: 'Clear all filters' }).click();
    await rows(page).first().waitFor();
    await page.goto(`${server.address}/#/scans/${server.ids.clean}`);
    await page.getByText('No weakness was found').waitFor();
  },
  'keys move, select, triage and open': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans/${server.ids.previous}`);
    await rows(page).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    await page.getByText('3 findings selected').waitFor();
    await page.getByRole('button', { name: 'Triage' }).click();
    await page.getByLabel('Accepted risk').check();
    await page.getByRole('textbox', { name: /^Reason/ }).fill('known and watched');
    await page.getByLabel('Expires').fill('2099-01-31');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    assert.equal(await rows(page).filter({ hasText: 'Accepted risk' }).count(), 3);
    await page.keyboard.press('k');
    await page.keyboard.press('e');
    await page.getByLabel('False positive').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    assert.equal(await rows(page).filter({ hasText: 'False positive' }).count(), 1);
    await page.keyboard.press('j');
    const title = await page.locator('a:focus').textContent();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: title.trim() }).waitFor();
    await page.keyboard.press('u');
    await page.locator('tr.current a:focus').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
    await page.getByLabel('Use these shortcuts').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('type')), null);
  },
  'the way back leads to the same row, far down': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans/${server.ids.many}?sort=path`);
    await rows(page).first().waitFor();
    for (let fling = 0; fling < 5; fling += 1) {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      await page.waitForTimeout(300);
    }
    const row = rows(page).nth(12);
    const index = Number(await row.getAttribute('data-index'));
    assert.ok(index > 200, `row ${index}`);
    await row.locator('a').click();
    await page.locator('#proof').waitFor();
    await page.keyboard.press('u');
    await page.locator(`tr[data-index="${index}"] a:focus`).waitFor();
    return `row ${index}`;
  },
  'a hundred thousand findings stay smooth': async ({ page, context, server }) => {
    const started = performance.now();
    await page.goto(`${server.address}/#/scans/${server.ids.many}`);
    await rows(page).first().waitFor();
    const shown = performance.now() - started;
    const answered = await page.evaluate(() => {
      const entry = performance
        .getEntriesByType('resource')
        .find((each) => /findings\?limit/.test(each.name));
      return entry ? entry.responseEnd - entry.startTime : 0;
    });
    assert.ok((await rows(page).count()) < 60, 'only rows in view have elements');

    const calm = await workOfScrolling(page, context, 120);
    assert.ok(calm.work < 16, `${calm.work} ms of work for each frame`);
    for (let fling = 0; fling < 15; fling += 1) {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      await page.waitForTimeout(100);
    }
    const loaded = Number(
      (await page.locator('.loading').textContent()).trim().split(' ')[0].replace(',', ''),
    );
    assert.ok(loaded >= 2000, `${loaded} rows loaded`);
    assert.ok((await rows(page).count()) < 60, 'still only rows in view have elements');

    const filtering = performance.now();
    await page.evaluate(() => scrollTo(0, 0));
    await page.getByRole('checkbox', { name: /^High/ }).first().check();
    await total(page).getByText('16,000 findings').waitFor();
    const filtered = performance.now() - filtering;

    const moves = [];
    for (let index = 0; index < 60; index += 1) {
      const before = performance.now();
      await page.keyboard.press('j');
      await page.locator(`tr[data-index="${index}"] a:focus`).waitFor();
      moves.push(performance.now() - before);
    }
    moves.sort((a, b) => a - b);
    return `shown after ${Math.round(shown)} ms (${Math.round(answered)} ms of them the server's), ${calm.work.toFixed(1)} ms of work for a frame of scrolling, filter ${Math.round(filtered)} ms, key p95 ${Math.round(moves[56])} ms`;
  },
};
