// Makes `src/api/schema.ts` from `openapi.json`. Given the address of a running server, it takes the description from
// there first. Invariant: keys stay in the server's order.
import { readFileSync, writeFileSync } from 'node:fs';
import { schemaOf } from './schema.mjs';

const description = new URL('../openapi.json', import.meta.url);
const types = new URL('../src/api/schema.ts', import.meta.url);
const [address] = process.argv.slice(2);

if (address !== undefined) {
  const response = await fetch(new URL('/openapi.json', address));
  if (!response.ok) {
    throw new Error(`${response.url} answered ${response.status}`);
  }
  writeFileSync(description, `${JSON.stringify(await response.json(), null, 2)}\n`);
}
writeFileSync(types, await schemaOf(JSON.parse(readFileSync(description, 'utf8'))));
