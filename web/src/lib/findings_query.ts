// Filters and order of a findings list, as they stand in the address. Invariant: reading what was written gives the
// same query, and an unknown parameter is dropped.
import type { FacetName } from '../api/types';

export const FACETS: readonly FacetName[] = [
  'severity',
  'verdict',
  'patch',
  'state',
  'confidence',
  'cwe',
  'owasp',
  'rule',
  'path',
];

export const SORTS = ['severity', 'path', 'rule', 'confidence', 'verdict'] as const;
export type SortKey = (typeof SORTS)[number];

export interface FindingsQuery {
  facets: Partial<Record<FacetName, string[]>>;
  q: string;
  sort: SortKey;
  isReversed: boolean;
}

export function readQuery(params: URLSearchParams): FindingsQuery {
  const facets: FindingsQuery['facets'] = {};
  for (const name of FACETS) {
    const values = params.getAll(name);
    if (values.length > 0) {
      facets[name] = [...new Set(values)];
    }
  }
  const sort = params.get('sort') ?? '';
  const isReversed = sort.startsWith('-');
  const key = SORTS.find((candidate) => candidate === sort.replace(/^-/, ''));
  return {
    facets,
    q: params.get('q') ?? '',
    sort: key ?? 'severity',
    isReversed: key !== undefined && isReversed,
  };
}

export function writeQuery(query: FindingsQuery): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of FACETS) {
    for (const value of query.facets[name] ?? []) {
      params.append(name, value);
    }
  }
  if (query.q !== '') {
    params.set('q', query.q);
  }
  if (query.sort !== 'severity' || query.isReversed) {
    params.set('sort', `${query.isReversed ? '-' : ''}${query.sort}`);
  }
  return params;
}

/** Adds a facet's value, or takes it away when it is there. */
export function toggleFacet(query: FindingsQuery, name: FacetName, value: string): FindingsQuery {
  const values = query.facets[name] ?? [];
  const next = values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
  const facets = { ...query.facets };
  if (next.length > 0) {
    facets[name] = next;
  } else {
    delete facets[name];
  }
  return { ...query, facets };
}

export function isFiltered(query: FindingsQuery): boolean {
  return query.q !== '' || Object.keys(query.facets).length > 0;
}
