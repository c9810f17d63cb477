import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

/** Pause between two bytes, milliseconds: short enough for every timeout that asks for silence. */
const DRIP_MS = 50;
const CHUNK = Buffer.alloc(1024 * 1024, 'a');
/** Where a body without an end does end, so that a reader without a bound fails its test, and not the machine. */
const MOST_BYTES = 256 * CHUNK.length;
const JSON_TYPE = { 'content-type': 'application/json' };

/** Announces the whole body, sends half of it, and closes the connection. */
export function sendHalf(
  answer: { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer },
  response: ServerResponse,
): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
  response.write(answer.body.subarray(0, answer.body.length >> 1), () => response.destroy());
}

/** Begins a JSON document and sends a space of it now and then, until the reader goes away or `ended`. */
export async function drip(response: ServerResponse, ended: Promise<unknown>): Promise<void> {
  response.writeHead(200, JSON_TYPE).write('{');
  const timer = setInterval(() => response.write(' '), DRIP_MS);
  await Promise.race([once(response, 'close'), ended]);
  clearInterval(timer);
  response.destroy();
}

/**
 * Sends a JSON document with one text in it that does not end (256 MiB), as fast as the reader takes it, until it goes away.
 * @param count told of the bytes that were sent
 */
export async function pourWithoutEnd(response: ServerResponse, count: (bytes: number) => void): Promise<void> {
  const closed = once(response, 'close');
  response.writeHead(200, JSON_TYPE).write('{"value":"');
  for (let sent = 0; sent < MOST_BYTES && !response.destroyed; sent += CHUNK.length) {
    count(CHUNK.length);
    if (!response.write(CHUNK)) await Promise.race([once(response, 'drain'), closed]);
  }
  response.destroy();
}
