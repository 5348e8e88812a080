// Splits a text by ranges of UTF-8 bytes. Invariant: the pieces joined give the text again.

export interface Piece {
  text: string;
  isMarked: boolean;
}

/** Cuts `text` at byte ranges `[start, end)`; a range inside a character takes the whole character. */
export function splitByBytes(text: string, ranges: readonly (readonly [number, number])[]): Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  for (const character of text) {
    const width = utf8Width(character.codePointAt(0) ?? 0);
    const isMarked = ranges.some(([start, end]) => start < offset + width && end > offset);
    const last = pieces.at(-1);
    if (last?.isMarked === isMarked) {
      last.text += character;
    } else {
      pieces.push({ text: character, isMarked });
    }
    offset += width;
  }
  return pieces;
}

function utf8Width(code: number): number {
  if (code < 0x80) {
    return 1;
  }
  if (code < 0x800) {
    return 2;
  }
  return code < 0x10000 ? 3 : 4;
}
