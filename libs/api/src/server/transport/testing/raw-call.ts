import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';

/** What came back on a stream. */
export interface RawAnswer {
  /** Of HTTP; undefined when there was none. */
  readonly http: number | undefined;
  /** Of gRPC, from the headers or the trailers. */
  readonly grpc: string | undefined;
  readonly message: string;
  /** Bytes of the body. */
  readonly bytes: number;
  /** Everything but the body, as text. */
  readonly all: string;
}

/** What a call by hand sends beside its message. */
export interface RawCallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: an empty message. */
  readonly body?: Uint8Array;
}

/** A call by hand, on a session of Node's: whatever headers, whatever body. Never rejects. */
export function rawCall(
  session: ClientHttp2Session,
  path: string,
  { headers = {}, body = Buffer.alloc(5) }: RawCallOptions = {},
): Promise<RawAnswer> {
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', ...headers });
  const seen: IncomingHttpHeaders = {};
  let bytes = 0;
  return new Promise((resolve) => {
    stream.on('response', (got) => Object.assign(seen, got));
    stream.on('trailers', (got) => Object.assign(seen, got));
    stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      const message = seen['grpc-message'];
      resolve({
        http: seen[':status'] as number | undefined,
        grpc: seen['grpc-status'] as string | undefined,
        message: decodeURIComponent(typeof message === 'string' ? message : ''),
        bytes,
        all: Object.entries(seen).join('\n'),
      });
    });
    stream.end(body);
  });
}

/** A message with its prefix. */
export function envelope(message: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
