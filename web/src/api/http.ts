// Requests with the API key. Invariant: an answer that is returned is in the 200s; all else is thrown as `ApiError`.
import { apiKey } from './key.svelte';
import { ApiError } from './problem';

/** The longest wait that a person is not told of. */
const PATIENCE_S = 5;

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  for (let waits = 0; ;) {
    const headers = { ...(init.headers as Record<string, string> | undefined), ...apiKey.headers() };
    let response: Response;
    try {
      response = await fetch(path, { ...init, headers });
    } catch (error) {
      if (init.signal?.aborted) {
        throw error;
      }
      throw ApiError.unreachable();
    }
    if (response.status === 401) {
      await apiKey.ask();
      continue;
    }
    if (!response.ok) {
      const error = await ApiError.from(response);
      const wait = error.status === 429 ? (error.retryAfterS ?? Infinity) : Infinity;
      if (wait <= PATIENCE_S && waits < 3 && !init.signal?.aborted) {
        waits += 1;
        await new Promise((resolve) => setTimeout(resolve, wait * 1000));
        continue;
      }
      throw error;
    }
    return response;
  }
}

/** Reads a whole answer; one that is cut off is an error like a server that is gone. */
export async function blobOf(response: Response): Promise<Blob> {
  try {
    return await response.blob();
  } catch {
    throw ApiError.unreachable();
  }
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, {
    headers: { accept: 'application/json' },
    ...(signal && { signal }),
  });
  return (await response.json()) as T;
}

export async function postJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const response = await request(path, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  return (await response.json()) as T;
}
