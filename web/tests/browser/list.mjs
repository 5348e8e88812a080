// The findings list: facets, search, keys, triage, many rows. Invariant: the address alone restores the list.
import assert from 'node:assert/strict';

const rows = (page) => page.locator('tbody tr[data-index]');
const total = (page) => page.locator('.total');

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
  'a hundred thousand findings stay smooth': async ({ page, server }) => {
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

    const frames = await page.evaluate(async () => {
      const gaps = [];
      let last = performance.now();
      const end = last + 4000;
      while (performance.now() < end) {
        scrollBy(0, 400);
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        gaps.push(now - last);
        last = now;
      }
      return gaps.sort((a, b) => a - b);
    });
    const p95 = frames[Math.floor(frames.length * 0.95)];
    const loaded = Number(
      await page
        .locator('.loading')
        .textContent()
        .then((text) => text.trim().split(' ')[0].replace(',', '')),
    );
    assert.ok(loaded > 500, `${loaded} rows loaded`);
    assert.ok((await rows(page).count()) < 60);
    assert.ok(p95 < 100, `95 of 100 frames within ${p95} ms`);

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
    return `shown after ${Math.round(shown)} ms (${Math.round(answered)} ms of them the server's), frames median ${frames[frames.length >> 1].toFixed(1)} and p95 ${p95.toFixed(1)} ms over ${loaded} rows, filter ${Math.round(filtered)} ms, key p95 ${Math.round(moves[56])} ms`;
  },
};
