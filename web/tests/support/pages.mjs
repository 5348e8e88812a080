// Every page of the application with data in it, for the checks that go through all of them. Invariant: `open` comes
// back when the page has settled.
import { readFileSync, writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { report, shopFiles } from './data.mjs';

const here = dirname(fileURLToPath(import.meta.url));
export const SARIF = join(here, 'shop.sarif.json');

/** Fills the report template as the command line does; gives the file's path. */
export function writeReport(data = { ...report, sources: shopFiles }) {
  const template = readFileSync(join(here, '../../dist/report.html'), 'utf8');
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  const file = join(mkdtempSync(join(tmpdir(), 'securecode-report-')), 'report.html');
  writeFileSync(
    file,
    template.replace('"__REPORT__"', () => json),
  );
  return file;
}

export function pagesOf({ address, ids }) {
  const at = (hash, ready) => async (page) => {
    await page.goto('about:blank');
    await page.goto(`${address}/${hash}`);
    await page.locator(ready).first().waitFor();
    await page.waitForTimeout(250);
  };
  const sarif = async (page) => {
    await at('#/sarif', 'h1')(page);
    await page.locator('input[type=file]').first().setInputFiles(SARIF);
    await page.locator('tbody a').first().waitFor();
  };
  return [
    { name: 'new-scan', open: at('#/', 'table a') },
    { name: 'scan', open: at(`#/scans/${ids.shop}`, 'tbody a') },
    { name: 'scan-partial', open: at(`#/scans/${ids.partial}?severity=high&verdict=refuted`, 'tbody a') },
    { name: 'scan-clean', open: at(`#/scans/${ids.clean}`, '.notice') },
    { name: 'scan-failed', open: at(`#/scans/${ids.failed}`, '.notice') },
    { name: 'scan-many', open: at(`#/scans/${ids.many}`, 'tbody a') },
    { name: 'finding-sql', open: at(`#/scans/${ids.shop}/findings/5`, '.tk-keyword') },
    { name: 'finding-path', open: at(`#/scans/${ids.shop}/findings/9`, '.tk-keyword') },
    { name: 'finding-pattern', open: at(`#/scans/${ids.shop}/findings/0`, '.tk-keyword') },
    { name: 'finding-unknown', open: at(`#/scans/${ids.shop}/findings/13`, '.tk-keyword') },
    { name: 'finding-gone', open: at(`#/scans/${ids.gone}/findings/5`, '.gone') },
    { name: 'hostile', open: at(`#/scans/${ids.hostile}/findings/0`, '.invisible') },
    { name: 'scans', open: at('#/scans', 'table a') },
    { name: 'trend', open: at('#/scans?name=shop', '.chart canvas') },
    { name: 'compare', open: at(`#/scans/${ids.shop}/compare/${ids.previous}`, 'tbody a') },
    {
      name: 'prover',
      open: async (page) => {
        await at('#/prove', '.cm-editor')(page);
        await page.getByRole('button', { name: 'Prove', exact: true }).click();
        await page.locator('.results details').first().waitFor();
        await page.waitForTimeout(200);
      },
    },
    { name: 'rules', open: at('#/rules', 'tbody a') },
    { name: 'rule', open: at('#/rules/python-sql-injection', '.results li') },
    { name: 'plugins', open: at('#/plugins', 'tbody td') },
    {
      name: 'system',
      open: async (page) => {
        await at('#/system', '.parts')(page);
        await page.getByRole('button', { name: 'Test', exact: true }).click();
        await page.getByRole('region', { name: 'Table of language models' }).waitFor();
      },
    },
    { name: 'sarif-empty', open: at('#/sarif', '.zone') },
    { name: 'sarif', open: sarif },
    {
      name: 'sarif-finding',
      open: async (page) => {
        await sarif(page);
        await page.locator('tbody a').nth(4).click();
        await page.locator('#proof').waitFor();
      },
    },
    {
      name: 'report',
      open: async (page) => {
        await page.goto(`file://${writeReport()}`);
        await page.locator('tbody a').first().waitFor();
      },
    },
    {
      name: 'report-finding',
      open: async (page) => {
        await page.goto('about:blank');
        await page.goto(`file://${writeReport()}#/findings/9`);
        await page.locator('.tk-keyword').first().waitFor();
      },
    },
    { name: 'not-found', open: at('#/nowhere', '.notice') },
  ];
}
