// Types for a description of the API. Invariant: the same description gives the same text.
import openapiTS, { astToString } from 'openapi-typescript';

const HEAD = '// Made by `npm run api` from openapi.json. Invariant: it is never edited by hand.\n\n';

export async function schemaOf(description) {
  const described = structuredClone(description);
  for (const operation of Object.values(described.paths).flatMap(Object.values)) {
    // Names of operations are not used, and the generator wants each to be there once.
    delete operation.operationId;
  }
  return HEAD + astToString(await openapiTS(described, { arrayLength: true }));
}
