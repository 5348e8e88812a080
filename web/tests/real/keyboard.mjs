// The whole way without a mouse. Invariant: every step is a key press; what cannot be reached with Tab fails.
import assert from 'node:assert/strict';
import { BOOKS } from './code.mjs';
import { files, waitForEnd } from './steps.mjs';

function nameOfFocus(page) {
  return page.evaluate(() => {
    const at = document.activeElement;
    return (at?.getAttribute('aria-label') ?? at?.labels?.[0]?.innerText ?? at?.innerText ?? '').trim();
  });
}

/** Waits for an outline: an editor draws its own a moment later. */
function waitForOutline(page) {
  return page.waitForFunction(() => {
    const at = document.activeElement;
    const styles = [at, at?.closest('.cm-editor')].filter(Boolean).map((one) => getComputedStyle(one));
    return styles.some((style) => style.outlineStyle !== 'none' || style.boxShadow !== 'none');
  });
}

/** Presses Tab until something of this name has the focus, and sees to it that the focus is shown. */
async function tabTo(page, name, { key = 'Tab', most = 120 } = {}) {
  const passed = [];
  for (let press = 0; press < most; press += 1) {
    await page.keyboard.press(key);
    const at = await nameOfFocus(page);
    if (name.test(at)) {
      await waitForOutline(page);
      return;
    }
    passed.push(at.split('\n')[0]);
  }
  assert.fail(`${name} is not reached; passed ${passed.join(' | ')}`);
}

async function enterOn(page, name, options) {
  await tabTo(page, name, options);
  await page.keyboard.press('Enter');
}

export const keyboard = {
  'from the start page to a triaged finding by keyboard alone': async ({ page, server }) => {
    await page.goto(`${server.address}/#/`);
    await page.locator('h1').waitFor();
    await enterOn(page, /^Skip to the content/);
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), enterOn(page, /^Choose files/)]);
    await chooser.setFiles(files([['books.py', BOOKS]]));
    await tabTo(page, /^Name/);
    await page.keyboard.type('keyboard');
    await enterOn(page, /^Start the scan/);
    await page.waitForURL(/#\/scans\//);
    await waitForEnd(page);

    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const title = await page.locator('a:focus').textContent();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: title.trim() }).waitFor();
    await page.locator('.number.active').first().waitFor();
    await page.keyboard.press('n');
    await page.getByText(/^2 of \d/).waitFor();
    await tabTo(page, /^Code of /);
    await page.keyboard.press('ArrowLeft');
    await page.getByText(/^1 of \d/).waitFor();
    await tabTo(page, /^\.patch/);
    const [patch] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    assert.match(patch.suggestedFilename(), /\.patch$/);

    await page.keyboard.press('e');
    await page.locator('dialog[open]').waitFor();
    await tabTo(page, /^Open/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await tabTo(page, /^Reason/);
    await page.keyboard.type('checked by hand');
    await enterOn(page, /^Save/);
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    await page.locator('ol li', { hasText: 'False positive' }).waitFor();

    await page.keyboard.press('u');
    await page.locator('tr.current a:focus').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('sql');
    await page.locator('.total').getByText('1 finding', { exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.locator('.total').getByText('2 findings').waitFor();
    await tabTo(page, /^False positive/, { key: 'Shift+Tab' });
    await page.keyboard.press('Space');
    await page.locator('.total').getByText('1 finding', { exact: true }).waitFor();
  },
  'tools are used by keyboard alone, and no editor holds the focus': async ({ page, server }) => {
    await page.goto(`${server.address}/#/prove`);
    await page.locator('.cm-editor').waitFor();
    await tabTo(page, /^Code with contracts/);
    await page.keyboard.press('Control+Enter');
    await page.locator('.results details').first().waitFor();
    await page.keyboard.press('Escape');
    await tabTo(page, /^Docstrings/);
    await tabTo(page, /^Rules$/, { key: 'Shift+Tab' });
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Rules' }).waitFor();
    await tabTo(page, /^Search rules/);
    await page.keyboard.type('sql-injection');
    await enterOn(page, /^Untrusted text in an SQL query/);
    await page.getByRole('heading', { level: 1, name: /SQL/ }).waitFor();
    await page.locator('.results li').first().waitFor();
    await enterOn(page, /^Safe/);
    await page.getByText('Nothing found.').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
  },
};
