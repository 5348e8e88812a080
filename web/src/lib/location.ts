// Hash locations as data. Invariant: `parseHash(hrefOf(path, query))` gives the path and the query again.

export interface Place {
  segments: string[];
  query: URLSearchParams;
}

export function parseHash(hash: string): Place {
  const text = hash.replace(/^#/, '');
  const mark = text.indexOf('?');
  const path = mark < 0 ? text : text.slice(0, mark);
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode);
  return { segments, query: new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1)) };
}

export function hrefOf(segments: readonly (string | number)[], query?: URLSearchParams): string {
  const path = `#/${segments.map((segment) => encodeURIComponent(segment)).join('/')}`;
  const text = query?.toString() ?? '';
  return text === '' ? path : `${path}?${text}`;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
