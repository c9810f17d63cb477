import { Code } from '@connectrpc/connect';
import { ProviderError } from '@eso/api/contract';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import type { ProviderClient } from './provider-client.ts';
import { type ClientLab, endpointAt, openClientLab, sample } from './testing/client-lab.ts';
import { type FrameCall, FrameServer } from './testing/frame-server.ts';
import type { ServerPair } from './testing/wire-server.ts';

const signal = new AbortController().signal;
let lab: TlsLab;
let pair: ServerPair;
let clientDir: string;
let server: FrameServer | undefined;
let client: ClientLab | undefined;

beforeAll(async () => {
  lab = await TlsLab.create();
  pair = await lab.server();
  clientDir = await lab.directory(await lab.client());
});
afterEach(async () => {
  await client?.stop();
  await server?.stop();
});
afterAll(() => lab.remove());

interface Asked {
  readonly code: string;
  readonly text: string;
}

async function ask(provider: ProviderClient, tenant: string, key: string): Promise<Asked> {
  try {
    const value = await provider.getSecret({ remoteRef: { key }, sourceNamespace: tenant }, { signal });
    return { code: 'OK', text: Buffer.from(value).toString() };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { code: error.code, text: error.publicMessage };
  }
}

const many = (count: number, size: number): [string, string][] =>
  Array.from({ length: count }, (_, i) => [`x-${i}`, 'v'.repeat(size)]);
const status = (code: string) => ({ 'grpc-status': code });
const value = Buffer.from([10, 1, 0x76]);

const EXPECTED: Record<Code, string> = {
  // Nobody here gave the call up.
  [Code.Canceled]: 'ANSWER_BROKEN',
  [Code.Unknown]: 'INTERNAL',
  [Code.InvalidArgument]: 'INVALID_REQUEST',
  [Code.DeadlineExceeded]: 'TIMEOUT',
  [Code.NotFound]: 'SECRET_NOT_FOUND',
  [Code.AlreadyExists]: 'ALREADY_EXISTS',
  [Code.PermissionDenied]: 'ACCESS_DENIED',
  [Code.ResourceExhausted]: 'BACKEND_THROTTLED',
  [Code.FailedPrecondition]: 'CONFIG_INVALID',
  [Code.Aborted]: 'CONFLICT',
  [Code.OutOfRange]: 'INVALID_REQUEST',
  [Code.Unimplemented]: 'UNSUPPORTED',
  [Code.Internal]: 'INTERNAL',
  [Code.Unavailable]: 'BACKEND_UNAVAILABLE',
  [Code.DataLoss]: 'INTERNAL',
  // What any author of a provider in Go answers for credentials that its backend does not take.
  [Code.Unauthenticated]: 'CREDENTIALS_REJECTED',
};

/** What the provider does to the call, what the call becomes, and what is said. */
const answers: [string, (call: FrameCall) => unknown, string, RegExp][] = [
  [
    'a text of 60 KB',
    (c) => c.headers({ ...status('13'), 'grpc-message': 'm'.repeat(60_000) }, true),
    'INTERNAL',
    /^the provider failed unexpectedly \(gRPC status Internal\); the provider said: "m+…"$/,
  ],
  [
    'a text of 70 KB',
    (c) => c.headers({ ...status('13'), 'grpc-message': 'm'.repeat(70_000) }, true),
    'ANSWER_BROKEN',
    /connection/,
  ],
  [
    'a text of 1 MB',
    (c) => c.headers({ ...status('13'), 'grpc-message': 'm'.repeat(1e6) }, true),
    'ANSWER_BROKEN',
    /connection/,
  ],
  [
    'a detail of 90 KB',
    (c) => c.headers({ ...status('3'), 'grpc-status-details-bin': 'A'.repeat(90_000) }, true),
    'ANSWER_BROKEN',
    /connection/,
  ],
  [
    'a detail that is none',
    (c) => c.headers({ ...status('3'), 'grpc-status-details-bin': '!!' }, true),
    'ANSWER_BROKEN',
    /status/,
  ],
  [
    '200 trailers',
    (c) =>
      c
        .headers()
        .message(value)
        .trailers([['grpc-status', '0'], ...many(200, 1)]),
    'OK',
    /v/,
  ],
  [
    'trailers of 100 KB',
    (c) =>
      c
        .headers()
        .message(value)
        .trailers([['grpc-status', '0'], ...many(100, 1_000)]),
    'ANSWER_BROKEN',
    /header fields/,
  ],
  [
    'trailers of 400 KB',
    (c) =>
      c
        .headers()
        .message(value)
        .trailers([['grpc-status', '0'], ...many(40, 10_000)]),
    'ANSWER_BROKEN',
    /./,
  ],
  [
    'a compressed answer',
    (c) => c.headers({ 'grpc-encoding': 'gzip' }).message(value, 1).trailers(status('0')),
    'ANSWER_BROKEN',
    /compressed/,
  ],
  [
    'another content type',
    (c) => c.headers({ 'content-type': 'text/html' }).data(Buffer.from('<html>'), true),
    'ANSWER_BROKEN',
    /gRPC/,
  ],
  ['HTTP status 404', (c) => c.headers({ ':status': '404' }).data(Buffer.from('x'), true), 'ANSWER_BROKEN', /404/],
  [
    'HTTP status 503',
    (c) => c.headers({ ':status': '503', 'content-type': 'text/plain' }, true),
    'ANSWER_BROKEN',
    /503/,
  ],
  ['no trailers', (c) => c.headers().message(value).data(Buffer.alloc(0), true), 'ANSWER_BROKEN', /without a status/],
  ['no message', (c) => c.headers().trailers(status('0')), 'ANSWER_BROKEN', /without its message/],
  [
    'half a message',
    (c) =>
      c
        .headers()
        .data(Buffer.from([0, 0, 0, 1, 0, 10]))
        .trailers(status('0')),
    'ANSWER_BROKEN',
    /without its message/,
  ],
  [
    'more bytes than announced',
    (c) => c.headers().message(value).data(Buffer.alloc(9)).trailers(status('0')),
    'ANSWER_BROKEN',
    /more than one message/,
  ],
  [
    'two messages',
    (c) => c.headers().message(value).message(value).trailers(status('0')),
    'ANSWER_BROKEN',
    /more than one message/,
  ],
  [
    'a message of another type',
    (c) =>
      c
        .headers()
        .message(Buffer.from([8, 1]))
        .trailers(status('0')),
    'ANSWER_BROKEN',
    /not of the type/,
  ],
  [
    'a message of 5 MiB',
    (c) => c.headers().data(Buffer.from([0, 0, 80, 0, 0])),
    'RESPONSE_TOO_LARGE',
    /larger than core accepts/,
  ],
  ['status -1', (c) => c.headers(status('-1'), true), 'ANSWER_BROKEN', /status/],
  ['status 99', (c) => c.headers(status('99'), true), 'ANSWER_BROKEN', /status/],
  ['status abc', (c) => c.headers(status('abc'), true), 'ANSWER_BROKEN', /status/],
  ['status 1e1', (c) => c.headers(status('1e1'), true), 'ANSWER_BROKEN', /status/],
  ['a reset, INTERNAL_ERROR', (c) => c.reset(2), 'ANSWER_BROKEN', /INTERNAL_ERROR/],
  ['a reset, CANCEL', (c) => c.headers().reset(8), 'ANSWER_BROKEN', /CANCEL/],
  ['a reset, REFUSED_STREAM', (c) => c.reset(7), 'PROVIDER_UNREACHABLE', /refused/],
  ['a reset, ENHANCE_YOUR_CALM', (c) => c.reset(11), 'ANSWER_BROKEN', /fewer calls/],
  ['a code of HTTP/2 that nobody knows', (c) => c.reset(0xdead), 'ANSWER_BROKEN', /57005/],
  ['GOAWAY before it', (c) => c.goaway(0, 0), 'PROVIDER_UNREACHABLE', /refused/],
  ['GOAWAY with an error', (c) => c.goaway(2 ** 31 - 1, 2), 'ANSWER_BROKEN', /connection/],
  ['a cut connection', (c) => c.cut(), 'ANSWER_BROKEN', /connection/],
  ['half a frame and a cut', (c) => c.write(Buffer.from([0, 1, 0, 0, 0])).cut(), 'ANSWER_BROKEN', /connection/],
  [
    'no HTTP/2',
    (c) => c.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(40))),
    'ANSWER_BROKEN',
    /connection/,
  ],
  [
    'data for a stream that nobody opened',
    (c) => c.write(Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 98, 1])),
    'ANSWER_BROKEN',
    /connection/,
  ],
  ...Object.values(Code)
    .filter((code): code is Code => typeof code === 'number')
    .map((code): [string, (call: FrameCall) => unknown, string, RegExp] => [
      `status ${Code[code]}`,
      (c) => c.headers({ ...status(String(code)), 'grpc-message': 'so it is' }, true),
      EXPECTED[code],
      /^[^"]+ \(gRPC status \w+\); the provider said: "so it is"$|CANCELLED/,
    ]),
];

describe('six calls of one tenant that are answered with', () => {
  test.each(answers)('%s cost no other tenant a call', async (_, misbehave, code, text) => {
    server = await FrameServer.start(pair, {
      onCall: (call) => (call.key === 'evil' ? misbehave(call) : call.answer(call.key)),
    });
    client = await openClientLab(clientDir);
    const provider = client.connections.client(endpointAt(LAB_SERVER_NAME, server.address));
    const done = new AbortController();
    const lost: Asked[] = [];
    const neighbour = (async () => {
      while (!done.signal.aborted) {
        const asked = await ask(provider, 'b', 'fine');
        if (asked.code !== 'OK') lost.push(asked);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    const asked: Asked[] = [];
    for (let round = 0; round < 2; round++)
      asked.push(...(await Promise.all(Array.from({ length: 6 }, () => ask(provider, 'a', 'evil')))));
    done.abort();
    await neighbour;
    expect(new Set(asked.map((one) => one.code))).toEqual(new Set([code]));
    expect(asked.filter((one) => !text.test(one.text))).toEqual([]);
    expect(lost).toEqual([]);
    expect(await ask(provider, 'b', 'after')).toEqual({ code: 'OK', text: 'after' });
    expect(await sample(client.registry, 'grpc_client_circuit_breaker_state')).toBe(0);
  });
});
