// Unified diffs. Invariant: line numbers go on without a gap on both sides.
import { describe, expect, it } from 'vitest';
import { changedRanges, parseDiff, sideBySide } from '../../src/lib/diff';

const DIFF = `--- a/shop/orders.py
+++ b/shop/orders.py
@@ -12,4 +12,5 @@ def find():
 a
-query = "x %s"
-run(query % y)
+query = "x ?"
+run(query, y)
+done()
 b
@@ -40 +41 @@
--- not a header
+++ nor this
\\ No newline at end of file
`;

describe('diffs', () => {
  const [file] = parseDiff(DIFF);

  it('finds files and hunks', () => {
    expect(parseDiff(DIFF).length).toBe(1);
    expect(file?.path).toBe('shop/orders.py');
    expect(file?.hunks.map((hunk) => hunk.header)).toEqual(['def find():', '']);
  });

  it('numbers lines on both sides', () => {
    const numbers = file?.hunks[0]?.lines.map((line) => [
      line.kind,
      line.kind === 'added' ? null : line.old,
      line.kind === 'removed' ? null : line.new,
    ]);
    expect(numbers).toEqual([
      ['context', 12, 12],
      ['removed', 13, null],
      ['removed', 14, null],
      ['added', null, 13],
      ['added', null, 14],
      ['added', null, 15],
      ['context', 15, 16],
    ]);
  });

  it('takes lines that look like headers for what they are', () => {
    expect(file?.hunks[1]?.lines.map((line) => [line.kind, line.text])).toEqual([
      ['removed', '-- not a header'],
      ['added', '++ nor this'],
    ]);
  });

  it('pairs lines side by side', () => {
    const rows = sideBySide(file!.hunks[0]!).map((row) => [row.left?.text ?? null, row.right?.text ?? null]);
    expect(rows).toEqual([
      ['a', 'a'],
      ['query = "x %s"', 'query = "x ?"'],
      ['run(query % y)', 'run(query, y)'],
      [null, 'done()'],
      ['b', 'b'],
    ]);
  });

  it('marks what changed within a line, unless all did', () => {
    expect(changedRanges('run(query % y)', 'run(query, y)')).toEqual([
      { from: 9, to: 11 },
      { from: 9, to: 10 },
    ]);
    expect(changedRanges('    abc', '    xyz')).toEqual([null, null]);
  });

  it('reads nothing from other text', () => {
    expect(parseDiff('')).toEqual([]);
    expect(parseDiff('hello\n+world')).toEqual([]);
  });
});
