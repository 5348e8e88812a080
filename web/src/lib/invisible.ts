// Finds characters that cannot be seen or that change the order of others. Invariant: the pieces joined give the text.

export type VisiblePiece =
  { kind: 'text'; text: string } | { kind: 'invisible'; text: string; code: string; name: string };

const NAMES: Record<number, string> = {
  0x00: 'null',
  0x07: 'bell',
  0x08: 'backspace',
  0x0d: 'carriage return',
  0x1b: 'escape',
  0x7f: 'delete',
  0xad: 'soft hyphen',
  0x61c: 'Arabic letter mark',
  0x200b: 'zero-width space',
  0x200c: 'zero-width non-joiner',
  0x200d: 'zero-width joiner',
  0x200e: 'left-to-right mark',
  0x200f: 'right-to-left mark',
  0x2028: 'line separator',
  0x2029: 'paragraph separator',
  0x202a: 'left-to-right embedding',
  0x202b: 'right-to-left embedding',
  0x202c: 'pop directional formatting',
  0x202d: 'left-to-right override',
  0x202e: 'right-to-left override',
  0x2060: 'word joiner',
  0x2066: 'left-to-right isolate',
  0x2067: 'right-to-left isolate',
  0x2068: 'first strong isolate',
  0x2069: 'pop directional isolate',
  0xfeff: 'byte order mark',
};

// Controls but tab and line feed, format characters, fillers, variation selectors beyond the emoji one, and tags.
const INVISIBLE =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb]|[\u{1d173}-\u{1d17a}\u{e0000}-\u{e01ef}]/gu;

const JOINS_EMOJI = /\p{Extended_Pictographic}\ufe0f?[\u{1f3fb}-\u{1f3ff}]?$/u;
const IS_EMOJI = /^\p{Extended_Pictographic}/u;

/** Says whether a text may hold such a character. */
export function hasInvisible(text: string): boolean {
  // Unlike `test`, `search` leaves no position behind in the shared expression.
  return text.search(INVISIBLE) >= 0;
}

export function splitInvisible(text: string): VisiblePiece[] {
  const pieces: VisiblePiece[] = [];
  let from = 0;
  for (const match of text.matchAll(INVISIBLE)) {
    const character = match[0];
    const end = match.index + character.length;
    const isJoiner =
      character === '\u200d' &&
      JOINS_EMOJI.test(text.slice(Math.max(0, match.index - 8), match.index)) &&
      IS_EMOJI.test(text.slice(end, end + 2));
    if (isJoiner) {
      continue;
    }
    if (match.index > from) {
      pieces.push({ kind: 'text', text: text.slice(from, match.index) });
    }
    pieces.push(describe(character));
    from = end;
  }
  if (from < text.length) {
    pieces.push({ kind: 'text', text: text.slice(from) });
  }
  return pieces;
}

/** Gives a text for titles and labels, where no markup can show what is unseen. */
export function spelledOut(text: string): string {
  return splitInvisible(text)
    .map((piece) => (piece.kind === 'text' ? piece.text : `[${piece.code}]`))
    .join('');
}

function describe(character: string): VisiblePiece {
  const point = character.codePointAt(0) ?? 0;
  const code = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
  return { kind: 'invisible', text: character, code, name: NAMES[point] ?? 'invisible character' };
}
