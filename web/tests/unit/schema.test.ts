// The generated types. Invariant: they are what the committed description gives.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
// @ts-expect-error -- a script without types
import { schemaOf } from '../../scripts/schema.mjs';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

it('has types that were made from the description', async () => {
  expect(await schemaOf(JSON.parse(read('../../openapi.json')))).toBe(read('../../src/api/schema.ts'));
});
