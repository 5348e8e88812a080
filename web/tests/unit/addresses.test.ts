// Addresses and queries. Invariant: what is written is read again.
import { describe, expect, it } from 'vitest';
import { isFiltered, readQuery, toggleFacet, writeQuery } from '../../src/lib/findings_query';
import { hrefOf, parseHash } from '../../src/lib/location';
import { pageFor } from '../../src/pages/pages';

describe('hash locations', () => {
  it('round-trips every character', () => {
    const query = new URLSearchParams({ q: 'a b&c=#?/ü', sort: '-path' });
    const place = parseHash(hrefOf(['scans', 'a/b?c#d %', 7], query));
    expect(place.segments).toEqual(['scans', 'a/b?c#d %', '7']);
    expect(place.query.toString()).toBe(query.toString());
  });

  it('reads empty and broken addresses', () => {
    expect(parseHash('').segments).toEqual([]);
    expect(parseHash('#/').segments).toEqual([]);
    expect(parseHash('#/%zz//x').segments).toEqual(['%zz', 'x']);
  });
});

describe('pages', () => {
  it.each([
    ['#/', 'newScan'],
    ['#/scans', 'scans'],
    ['#/scans/1', 'scan/1'],
    ['#/scans/1/findings/2', 'finding/1'],
    ['#/scans/1/findings/x', 'notFound'],
    ['#/scans/1/compare/2', 'compare/1/2'],
    ['#/rules', 'rules'],
    ['#/rules/r', 'rule/r'],
    ['#/sarif', 'sarif'],
    ['#/sarif/findings/3', 'sarif'],
    ['#/constructor', 'notFound'],
  ])('%s shows %s', (hash, key) => {
    expect(pageFor(parseHash(hash).segments).key).toBe(key);
  });
});

describe('findings query', () => {
  it('reads what it wrote', () => {
    const query = readQuery(
      new URLSearchParams('severity=high&severity=low&verdict=none&q=x%20y&sort=-rule'),
    );
    expect(query).toEqual({
      facets: { severity: ['high', 'low'], verdict: ['none'] },
      q: 'x y',
      sort: 'rule',
      isReversed: true,
    });
    expect(readQuery(writeQuery(query))).toEqual(query);
  });

  it('drops what it does not know', () => {
    const query = readQuery(new URLSearchParams('colour=red&sort=-nonsense&severity=high&severity=high'));
    expect(writeQuery(query).toString()).toBe('severity=high');
    expect(isFiltered(readQuery(new URLSearchParams('sort=path')))).toBe(false);
  });

  it('adds and removes a facet', () => {
    const empty = readQuery(new URLSearchParams());
    const one = toggleFacet(empty, 'cwe', 'CWE-89');
    expect(one.facets).toEqual({ cwe: ['CWE-89'] });
    expect(toggleFacet(one, 'cwe', 'CWE-89').facets).toEqual({});
  });
});
