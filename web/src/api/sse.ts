// Server-sent events read with fetch, so that a request header can be sent. Invariant: after a dropped connection the
// stream continues behind the last event that was handled.
import { request } from './http';
import { ApiError } from './problem';

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

export interface Follower {
  /** Handles an event; `false` ends the stream. */
  onEvent(event: ServerEvent): boolean;
  onConnection(state: 'open' | 'lost'): void;
}

/** The wait before attempt `attempt`, counted from 0: half a second, doubling, at most fifteen seconds. */
export function backoffMs(attempt: number): number {
  return Math.min(15_000, 500 * 2 ** attempt);
}

/** Follows a stream until it ends, the signal aborts or the server refuses. */
export async function follow(path: string, follower: Follower, signal: AbortSignal): Promise<void> {
  let lastId: string | null = null;
  let attempt = 0;
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      if (lastId !== null) {
        headers['last-event-id'] = lastId;
      }
      const response = await request(path, { headers, signal, cache: 'no-store' });
      follower.onConnection('open');
      const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
      const decoder = new TextDecoder();
      const parser = new EventParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          break;
        }
        attempt = 0;
        for (const event of parser.push(decoder.decode(value, { stream: true }))) {
          lastId = event.id ?? lastId;
          if (!follower.onEvent(event)) {
            await reader.cancel();
            return;
          }
        }
      }
    } catch (error) {
      const isFinal =
        error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
      if (signal.aborted || isFinal) {
        if (isFinal) {
          throw error;
        }
        return;
      }
    }
    follower.onConnection('lost');
    await pause(backoffMs(attempt), signal);
    attempt += 1;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
