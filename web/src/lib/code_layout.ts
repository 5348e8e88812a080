// Lays source text out in lines, with syntax and path steps as ranges in each line. Invariant: the pieces of a line
// joined give the shown part of the line, and columns that come in as characters leave as UTF-16 offsets.
import type { Region } from '../api/types';

export interface Token {
  from: number;
  to: number;
  style: string;
}

/** A step of the taint path, seen from one line; offsets in UTF-16 units. */
export interface Mark {
  step: number;
  from: number;
  to: number;
  isStart: boolean;
}

export interface CodePiece {
  text: string;
  style: string;
  steps: number[];
  /** Steps whose region begins with this piece. */
  starts: number[];
}

export const LONGEST_LINE = 1200;

export function splitLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

/** Gives the UTF-16 offset of a column that counts characters from 1. */
export function offsetOfColumn(line: string, column: number): number {
  let offset = 0;
  let left = column - 1;
  for (const character of line) {
    if (left <= 0) {
      break;
    }
    offset += character.length;
    left -= 1;
  }
  return offset;
}

/** Finds the marks of each line that a step touches. */
export function marksByLine(
  lines: readonly string[],
  regions: readonly (Region & { step: number })[],
): Map<number, Mark[]> {
  const found = new Map<number, Mark[]>();
  for (const region of regions) {
    const last = Math.min(region.end_line, lines.length);
    for (let number = region.line; number <= last; number += 1) {
      const line = lines[number - 1] ?? '';
      const isStart = number === region.line;
      const indent = line.length - line.trimStart().length;
      const from = isStart ? offsetOfColumn(line, region.column) : indent;
      const to = number === region.end_line ? offsetOfColumn(line, region.end_column) : line.length;
      const marks = found.get(number) ?? [];
      marks.push({ step: region.step, from: Math.min(from, to), to, isStart });
      found.set(number, marks);
    }
  }
  return found;
}

/** The part of a very long line that is shown: its beginning, or what stands around its first mark. */
export function shownPart(length: number, marks: readonly Mark[]): { from: number; to: number } {
  if (length <= LONGEST_LINE) {
    return { from: 0, to: length };
  }
  const first = Math.min(...marks.map((mark) => mark.from), Number.MAX_SAFE_INTEGER);
  const from = first < LONGEST_LINE || first > length ? 0 : Math.max(0, first - 200);
  return { from, to: Math.min(length, from + LONGEST_LINE) };
}

/** Cuts a line at every border of a token or a mark. */
export function piecesOf(
  line: string,
  tokens: readonly Token[],
  marks: readonly Mark[],
  part = { from: 0, to: line.length },
): CodePiece[] {
  const borders = new Set([part.from, part.to]);
  for (const range of [...tokens, ...marks]) {
    borders.add(Math.max(part.from, Math.min(part.to, range.from)));
    borders.add(Math.max(part.from, Math.min(part.to, range.to)));
  }
  const sorted = [...borders].sort((a, b) => a - b);
  const pieces: CodePiece[] = [];
  for (let index = 0; index + 1 < sorted.length; index += 1) {
    const [from, to] = [sorted[index] ?? 0, sorted[index + 1] ?? 0];
    const style = tokens.find((token) => token.from <= from && token.to >= to)?.style ?? '';
    const over = marks.filter((mark) => mark.from <= from && mark.to >= to);
    pieces.push({
      text: line.slice(from, to),
      style,
      steps: over.map((mark) => mark.step),
      starts: marks.filter((mark) => mark.isStart && mark.from === from).map((mark) => mark.step),
    });
  }
  const late = marks.filter((mark) => mark.isStart && mark.from >= part.to).map((mark) => mark.step);
  if (late.length > 0) {
    pieces.push({ text: '', style: '', steps: late, starts: late });
  }
  return pieces;
}
