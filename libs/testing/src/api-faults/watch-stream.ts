import type { ServerHttp2Stream } from 'node:http2';
import type { ApiRequest } from './api-request.ts';

/** One event of a watch, as it stands in the stream. */
export interface WatchLine {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  /** The whole line, without its end. */
  readonly line: string;
}

/** The client's side of one open watch. */
export class WatchStream {
  readonly request: ApiRequest;
  readonly #client: ServerHttp2Stream;
  #pending = '';

  constructor(request: ApiRequest, client: ServerHttp2Stream) {
    this.request = request;
    this.#client = client;
  }

  /** Tells watches for different objects apart, whatever they have seen. */
  get about(): string {
    const { pathname, searchParams } = this.#url();
    return JSON.stringify([pathname, searchParams.get('labelSelector'), searchParams.get('fieldSelector')]);
  }

  /** Whether it begins with a list, and so depends on nothing that an earlier watch handed on. */
  get listsFirst(): boolean {
    return this.#url().searchParams.get('sendInitialEvents') === 'true';
  }

  /** Takes what the API server sent and returns the events that it completes. */
  split(text: string): WatchLine[] {
    const lines = (this.#pending + text).split('\n');
    this.#pending = lines.pop() ?? '';
    return lines.map(readEvent);
  }

  /** Hands an event to the client. */
  write({ line }: WatchLine): void {
    if (!this.#client.writable) return;
    this.#client.write(`${line}\n`);
  }

  /** Ends the watch as the API server does when its time is up: the client goes on from the last event that it got. */
  end(): void {
    if (this.#client.writable) this.#client.end();
  }

  /** Says that history is gone, so that the client has to list again. */
  expire(): void {
    const object = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: 'too old resource version',
      reason: 'Expired',
      code: 410,
    };
    this.write({ type: 'ERROR', name: '', line: JSON.stringify({ type: 'ERROR', object }) });
    this.end();
  }

  #url(): URL {
    return new URL(this.request.path, 'https://api');
  }
}

interface RawEvent {
  readonly type: string;
  readonly object: { readonly metadata?: { readonly name?: string; readonly namespace?: string } };
}

function readEvent(line: string): WatchLine {
  const { type, object } = JSON.parse(line) as RawEvent;
  const { name = '', namespace } = object.metadata ?? {};
  return { type, name, line, ...(namespace === undefined ? {} : { namespace }) };
}
