// Texts cut into pieces: bytes, invisible characters, code lines. Invariant: the pieces joined are the text.
import { describe, expect, it } from 'vitest';
import { splitByBytes } from '../../src/lib/byte_ranges';
import { marksByLine, offsetOfColumn, piecesOf, shownPart, splitLines } from '../../src/lib/code_layout';
import { highlightPython } from '../../src/lib/highlight';
import { hasInvisible, splitInvisible } from '../../src/lib/invisible';
import { parseBlocks } from '../../src/lib/rich_text';

function marked(text: string, ranges: [number, number][]): string {
  const pieces = splitByBytes(text, ranges);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  return pieces.map((piece) => (piece.isMarked ? `[${piece.text}]` : piece.text)).join('');
}

describe('byte ranges', () => {
  it('cuts by UTF-8 bytes', () => {
    expect(marked("name = '' OR 1'", [[8, 13]])).toBe("name = '[' OR ]1'");
    expect(marked('é€😀x', [[2, 5]])).toBe('é[€]😀x');
    expect(marked('é€😀x', [[5, 9]])).toBe('é€[😀]x');
    expect(marked('é€😀x', [[9, 10]])).toBe('é€😀[x]');
  });

  it('takes whole characters, several ranges, and ranges beyond the end', () => {
    expect(marked('é€x', [[1, 3]])).toBe('[é€]x');
    expect(marked('abcdef', [[0, 1], [3, 5]])).toBe('[a]bc[de]f'); // prettier-ignore
    expect(marked('ab', [[1, 99]])).toBe('a[b]');
    expect(marked('ab', [])).toBe('ab');
    expect(splitByBytes('', [[0, 3]])).toEqual([]);
  });
});

function shown(text: string): string {
  const pieces = splitInvisible(text);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : `<${piece.code}>`)).join('');
}

describe('invisible characters', () => {
  it('shows what hides or reorders text', () => {
    expect(shown('a\u202Eb')).toBe('a<U+202E>b');
    expect(shown('\uFEFFx\u200By\u00ADz')).toBe('<U+FEFF>x<U+200B>y<U+00AD>z');
    expect(shown('tag\u{E0041}')).toBe('tag<U+E0041>');
    expect(shown('bell\u0007 esc\u001B[0m')).toBe('bell<U+0007> esc<U+001B>[0m');
  });

  it('tells first whether there is one, again and again', () => {
    for (const text of ['end \u202Eevil', 'a\u200B', 'end \u202Eevil']) {
      expect(hasInvisible(text)).toBe(true);
      expect(splitInvisible(text).length).toBeGreaterThan(1);
    }
    expect(hasInvisible('plain')).toBe(false);
  });

  it('leaves ordinary text, tabs and emoji alone', () => {
    expect(shown('tab\tline\nשלום 👩‍👩‍👧 👍🏽 ❤️')).toBe('tab\tline\nשלום 👩‍👩‍👧 👍🏽 ❤️');
    expect(shown('a\u200Db')).toBe('a<U+200D>b');
  });
});

describe('code lines', () => {
  it('counts columns in characters', () => {
    expect(offsetOfColumn('abc', 1)).toBe(0);
    expect(offsetOfColumn('😀bc', 2)).toBe(2);
    expect(offsetOfColumn('😀bc', 99)).toBe(4);
  });

  it('splits at every kind of line end', () => {
    expect(splitLines('a\nb\r\nc\rd')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('marks steps on each line that they touch', () => {
    const lines = ['call(', '    x,', ')'];
    const marks = marksByLine(lines, [{ step: 2, line: 1, column: 1, end_line: 3, end_column: 2 }]);
    expect([...marks.entries()]).toEqual([
      [1, [{ step: 2, from: 0, to: 5, isStart: true }]],
      [2, [{ step: 2, from: 4, to: 6, isStart: false }]],
      [3, [{ step: 2, from: 0, to: 1, isStart: false }]],
    ]);
  });

  it('cuts where tokens and nested marks begin and end', () => {
    const marks = [
      { step: 0, from: 0, to: 6, isStart: true },
      { step: 1, from: 2, to: 4, isStart: true },
    ];
    const pieces = piecesOf('ab(cd)!', [{ from: 0, to: 2, style: 'function' }], marks);
    expect(pieces.map((piece) => [piece.text, piece.style, piece.steps, piece.starts])).toEqual([
      ['ab', 'function', [0], [0]],
      ['(c', '', [0, 1], [1]],
      ['d)', '', [0], []],
      ['!', '', [], []],
    ]);
  });

  it('keeps a mark that begins at the end of its line', () => {
    const pieces = piecesOf('ab', [], [{ step: 0, from: 2, to: 2, isStart: true }]);
    expect(pieces.map((piece) => piece.starts)).toEqual([[], [0]]);
  });

  it('shows the part of a very long line where the mark is', () => {
    expect(shownPart(100, [])).toEqual({ from: 0, to: 100 });
    expect(shownPart(50_000, [])).toEqual({ from: 0, to: 1200 });
    expect(shownPart(50_000, [{ step: 0, from: 40_000, to: 40_010, isStart: true }])).toEqual({
      from: 39_800,
      to: 41_000,
    });
  });
});

describe('highlighting', () => {
  it('gives tokens by line, also of texts over several lines', () => {
    const text = 'def f():\n    """two\n    lines"""\n';
    const lines = splitLines(text);
    const tokens = highlightPython(text);
    const words = tokens.map((line, index) =>
      line.map((token) => `${token.style}:${lines[index]?.slice(token.from, token.to).trim()}`),
    );
    expect(words).toEqual([['keyword:def', 'function:f'], ['string:"""two'], ['string:lines"""'], []]);
  });
});

describe('rule descriptions', () => {
  it('understands paragraphs, lists and fences only', () => {
    expect(parseBlocks('One\nline.\n\n- a\n- b\n\n```python\nx = "<b>"\n```\n\nEnd')).toEqual([
      { kind: 'text', text: 'One line.' },
      { kind: 'list', items: ['a', 'b'] },
      { kind: 'code', language: 'python', text: 'x = "<b>"' },
      { kind: 'text', text: 'End' },
    ]);
  });
});
