// Server-sent events read with fetch, so that a request header can be sent. Invariant: after a dropped connection the
// stream continues behind the last event that was handled.
import { backoffMs, EventParser, type ServerEvent } from './event_stream';
import { request } from './http';
import { ApiError } from './problem';

export interface Follower {
  /** Handles an event; `false` ends the stream. */
  onEvent(event: ServerEvent): boolean;
  onConnection(state: 'open' | 'lost'): void;
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
