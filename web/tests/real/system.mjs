// What the server is: its plugins, its rules, its language models. Invariant: the pages show what the API tells.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { SEARCH_ONLY } from './code.mjs';
import { ask, start } from './server.mjs';
import { files, onDisk, startScan, waitForEnd } from './steps.mjs';

/** A language model's server that says yes to everything; its own words are made for this check. */
async function modelServer() {
  const server = createServer((request, response) => {
    request.resume();
    const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'yes' } }];
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const models = { object: 'list', data: [{ id: 'small-model', object: 'model' }] };
    const answer = { id: 'one', object: 'chat.completion', created: 0, model: 'small-model', choices, usage };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url.endsWith('/models') ? models : answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const configOf = (port) => `
[endpoints.here]
base_url = "http://127.0.0.1:${port}/v1"

[endpoints.gone]
base_url = "http://127.0.0.1:9/v1"

[tiers.fast]
endpoints = ["here"]
model = "small-model"

[tiers.strong]
endpoints = ["gone"]
model = "large-model"
`;

export const system = {
  'language models are tested when a person asks for it': async ({ page, server }) => {
    await page.goto(`${server.address}/#/system`);
    await page.getByText('None is configured.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Test', exact: true }).count(), 0);
    const model = await modelServer();
    const config = onDisk('llm.toml', configOf(model.address().port));
    const other = await start({ args: ['--llm-config', config] });
    await page.goto(`${other.address}/#/system`);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    const rows = page.getByRole('region', { name: 'Table of language models' }).locator('tbody tr');
    await rows.filter({ hasText: 'small-model' }).filter({ hasText: 'Fast' }).waitFor();
    const large = rows.filter({ hasText: 'large-model' });
    await large
      .filter({ hasText: 'Strong' })
      .getByText(/^(Down|Failing)$/)
      .waitFor();
    const told = (await rows.allInnerTexts()).map((row) => row.replace(/\s+/g, ' '));
    await other.stop();
    model.close();
    return told.join(' | ');
  },
  'plugins are shown with what they may call and what they cost': async ({ page, server }) => {
    const { plugins } = await ask(server, '/plugins');
    await page.goto(`${server.address}/#/plugins`);
    for (const plugin of plugins) {
      const row = page.getByRole('row').filter({ hasText: plugin.name }).first();
      await row.waitFor();
      const text = await row.innerText();
      plugin.imports.forEach((name) => assert.ok(text.includes(name), `${plugin.name}: ${name}`));
      assert.ok(text.includes(plugin.digest.slice(0, 12)), plugin.name);
    }
    const id = await startScan(page, server.address, files([['a.py', SEARCH_ONLY]]), { name: 'costly' });
    await waitForEnd(page);
    const { summary } = await ask(server, `/scans/${id}`);
    await page.goto(`${server.address}/#/plugins`);
    await page.getByLabel('Calls, time and failures of').selectOption(id);
    const rows = page.locator('tbody tr');
    const shown = await rows.evaluateAll((all) => all.map((row) => [...row.cells].at(-4).innerText));
    const told = plugins.map(({ name }) => summary.plugins.find((each) => each.name === name)?.calls ?? 0);
    assert.deepEqual(shown.map(Number), told);
    return `${plugins.length} plugins; one scan calls ${told.join(', ')} times`;
  },
  'rules are filtered by what they have': async ({ page, server }) => {
    const { rules } = await ask(server, '/rules');
    await page.goto(`${server.address}/#/rules`);
    const choice = page.getByLabel('Contract and patch');
    const expected = {
      contract: rules.filter((rule) => rule.has_contract).length,
      'no-contract': rules.filter((rule) => !rule.has_contract).length,
      fix: rules.filter((rule) => rule.has_fix).length,
      'no-fix': rules.filter((rule) => !rule.has_fix).length,
    };
    for (const [value, number] of Object.entries(expected)) {
      await choice.selectOption(value);
      await page.getByText(`${number} rules`).waitFor();
      assert.equal(await page.locator('tbody tr').count(), number);
    }
    await page.locator('tbody a').first().click();
    await page.getByRole('heading', { name: 'Why there is no patch' }).waitFor();
    return JSON.stringify(expected);
  },
};
