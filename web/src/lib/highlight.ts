// Python syntax highlighting, loaded on demand. Invariant: tokens lie inside one line and do not overlap.
import { highlightTree, tagHighlighter, tags } from '@lezer/highlight';
import { parser } from '@lezer/python';
import type { Token } from './code_layout';

// Parsing takes about a second for each two megabytes; larger files are shown without colours.
const LARGEST = 2_000_000;

const STYLES = tagHighlighter([
  {
    tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword, tags.definitionKeyword],
    class: 'keyword',
  },
  { tag: [tags.moduleKeyword, tags.self, tags.bool, tags.null], class: 'keyword' },
  { tag: [tags.string, tags.special(tags.string), tags.escape], class: 'string' },
  { tag: [tags.comment, tags.lineComment], class: 'comment' },
  { tag: tags.number, class: 'number' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], class: 'function' },
  { tag: [tags.className, tags.typeName, tags.meta], class: 'type' },
]);

/** Gives each line's tokens, or none for a very large text. */
export function highlightPython(text: string): Token[][] {
  if (text.length > LARGEST) {
    return [];
  }
  const starts = lineStarts(text);
  const lines: Token[][] = starts.map(() => []);
  let line = 0;
  highlightTree(parser.parse(text), STYLES, (from, to, style) => {
    while (line + 1 < starts.length && (starts[line + 1] ?? 0) <= from) {
      line += 1;
    }
    let at = line;
    for (let start = from; start < to; at += 1) {
      const begin = starts[at] ?? 0;
      const next = starts[at + 1] ?? Number.MAX_SAFE_INTEGER;
      lines[at]?.push({ from: start - begin, to: Math.min(to, next) - begin, style });
      start = next;
    }
  });
  return lines;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    starts.push(match.index + match[0].length);
  }
  return starts;
}
