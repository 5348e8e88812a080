// Server-sent events. Invariant: where the stream is cut into chunks changes nothing.
import { describe, expect, it } from 'vitest';
import { backoffMs, EventParser, type ServerEvent } from '../../src/api/event_stream';

const STREAM =
  ': hello\n\nid: 1\nevent: state\ndata: {"a":1}\n\nid: 2\r\nevent: finding\r\ndata: one\r\ndata: two\r\n\r\n: beat\n\ndata:plain\n\nevent: empty\n\n';

const EXPECTED: ServerEvent[] = [
  { id: '1', event: 'state', data: '{"a":1}' },
  { id: '2', event: 'finding', data: 'one\ntwo' },
  { id: '2', event: 'message', data: 'plain' },
];

describe('event streams', () => {
  it('reads the stream at once', () => {
    expect(new EventParser().push(STREAM)).toEqual(EXPECTED);
  });

  it.each([1, 2, 3, 7])('reads it in chunks of %i', (size) => {
    const parser = new EventParser();
    const events: ServerEvent[] = [];
    for (let at = 0; at < STREAM.length; at += size) {
      events.push(...parser.push(STREAM.slice(at, at + size)));
    }
    expect(events).toEqual(EXPECTED);
  });

  it('gives no event before its blank line', () => {
    const parser = new EventParser();
    expect(parser.push('data: x\n')).toEqual([]);
    expect(parser.push('\n')).toEqual([{ id: null, event: 'message', data: 'x' }]);
  });

  it('waits longer after each failure, up to a limit', () => {
    expect([0, 1, 2, 10].map(backoffMs)).toEqual([500, 1000, 2000, 15_000]);
  });
});
