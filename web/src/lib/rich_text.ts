// Reads the plain text of rule descriptions. Invariant: fences, list marks and backticks are all that is understood;
// nothing becomes markup but through the pages' own elements.

export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'code'; language: string; text: string };

export function parseBlocks(source: string): Block[] {
  const blocks: Block[] = [];
  const parts = source.split(/^```(.*)$/m);
  // Odd parts are what stands behind an opening or closing fence; text and code take turns between them.
  for (let index = 0; index < parts.length; index += 2) {
    const text = parts[index] ?? '';
    if (index % 4 === 0) {
      blocks.push(...paragraphs(text));
    } else {
      blocks.push({
        kind: 'code',
        language: (parts[index - 1] ?? '').trim(),
        text: text.replace(/^\n|\n$/g, ''),
      });
    }
  }
  return blocks;
}

function paragraphs(text: string): Block[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => {
      const lines = paragraph.split('\n');
      return lines.every((line) => /^[-*] /.test(line))
        ? { kind: 'list', items: lines.map((line) => line.slice(2)) }
        : { kind: 'text', text: lines.join(' ') };
    });
}
