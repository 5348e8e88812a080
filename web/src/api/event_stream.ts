// The text/event-stream format. Invariant: where the text is cut into chunks does not change the events.

export interface ServerEvent {
  id: string | null;
  event: string;
  data: string;
}

/** Reads the text/event-stream format piece by piece. */
export class EventParser {
  #rest = '';
  #id: string | null = null;
  #event = '';
  #data: string[] = [];

  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    // A lone CR at the end may be half of a CRLF.
    const all = this.#rest + text;
    const whole = all.endsWith('\r') ? all.slice(0, -1) : all;
    const lines = whole.split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + all.slice(whole.length);
    for (const line of lines) {
      if (line === '') {
        this.#finish(events);
      } else {
        this.#field(line);
      }
    }
    return events;
  }

  #finish(events: ServerEvent[]): void {
    if (this.#data.length > 0) {
      events.push({ id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') });
    }
    this.#event = '';
    this.#data = [];
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') {
      this.#data.push(value);
    } else if (name === 'event') {
      this.#event = value;
    } else if (name === 'id' && !value.includes('\0')) {
      this.#id = value;
    }
  }
}

/** The wait before attempt `attempt`, counted from 0: half a second, doubling, at most fifteen seconds. */
export function backoffMs(attempt: number): number {
  return Math.min(15_000, 500 * 2 ** attempt);
}
