// A finding: path, proof, patch, triage. Invariant: each can be reached and used by keyboard alone.
import assert from 'node:assert/strict';

export const finding = {
  'the path is walked in the list and in the code': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans/${server.ids.shop}/findings/9`);
    await page.locator('.number.active').first().waitFor();
    await page.locator('ol[aria-label="Taint path"] button[aria-current]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.getByText('3 of 5').waitFor();
    await page.getByRole('region', { name: 'Code of shop/orders.py' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('4 of 5').waitFor();
    await page.getByRole('button', { name: 'Step 5 of 5' }).click();
    await page.getByText('5 of 5').waitFor();
    await page.keyboard.press('p');
    await page.getByText('4 of 5').waitFor();
    const code = await page.evaluate(() => {
      const line = document.querySelector('[data-line="16"] .line-code');
      const range = document.createRange();
      range.selectNodeContents(line);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return getSelection().toString();
    });
    assert.equal(code, '    return db.execute(query % (status, customer_id)).fetchall()');
  },
  'the path leads from file to file': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans/${server.ids.shop}/findings/13`);
    await page.getByRole('region', { name: 'Code of shop/downloads.py' }).waitFor();
    await page.keyboard.press('n');
    await page.getByRole('region', { name: 'Code of shop/db.py' }).getByText('2 of 3').waitFor();
    await page.getByRole('button', { name: 'Next step' }).click();
    await page.getByRole('region', { name: 'Code of shop/downloads.py' }).getByText('3 of 3').waitFor();
    await page.getByRole('group', { name: 'Files of the path' }).getByText('shop/db.py').click();
    await page.getByText('2 of 3').waitFor();
  },
  'the attacker’s bytes are marked': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans/${server.ids.shop}/findings/5`);
    const mark = page.locator('#proof mark bdi');
    await mark.waitFor();
    assert.equal(await mark.textContent(), "' OR '1'='1");
  },
  'neighbours follow the list’s query': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans/${server.ids.shop}?severity=critical`);
    await page.locator('tbody a').first().click();
    await page.getByRole('link', { name: /^Next/ }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: 'Untrusted text evaluated as Python' }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: /template/ }).waitFor();
    assert.equal(await page.getByRole('link', { name: /^Next/ }).count(), 0);
    await page.goBack();
    await page.getByRole('heading', { name: 'Untrusted text evaluated as Python' }).waitFor();
  },
  'a patch is shown in two layouts and downloaded': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans/${server.ids.shop}/findings/9`);
    await page.locator('#patch table').first().waitFor();
    assert.equal(await page.locator('#patch td.text.added').count(), 2);
    await page.getByRole('button', { name: 'Side by side' }).click();
    await page.locator('#patch table.split').waitFor();
    const [patch] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '.patch' }).click(),
    ]);
    assert.match(patch.suggestedFilename(), /^python-sql-injection-[0-9a-f]{8}\.patch$/);
    const [files] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Apply and download files' }).click(),
    ]);
    assert.match(files.suggestedFilename(), /\.zip$/);
  },
  'triage is kept with its history': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans/${server.ids.partial}/findings/2`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('e');
    await page.getByLabel('Confirmed').check();
    await page.getByRole('textbox', { name: /^Reason/ }).fill('seen in the logs');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('ol li', { hasText: 'seen in the logs' }).waitFor();
  },
  'code that is gone leaves the snippet': async ({ page, server }) => {
    await page.goto(`${server.address}/#/scans/${server.ids.gone}/findings/5`);
    await page.getByText('The uploaded code was removed 24 hours after the scan.').waitFor();
    assert.match(await page.locator('.line-code').first().textContent(), /db\.execute/);
  },
};
