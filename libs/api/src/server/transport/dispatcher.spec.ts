import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { eventually, LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { GetSecretRequestSchema } from '../../gen/provider/v1/provider_pb.js';
import { startTestProvider, type TestProvider } from '../../testing/index.ts';
import type { CallContext } from '../backend.ts';
import { defineKind } from '../define-kind.ts';
import { envelope, rawCall } from './testing/raw-call.ts';

const MIB = 1024 * 1024;
const MARKER = 'hunter2-marker';
const apiVersion = 'provider.external-secrets.io/v2alpha1';
const GET = '/provider.v1.SecretStoreProvider/GetSecret';

let lab: TlsLab;
let provider: TestProvider;
let session: ClientHttp2Session;
/** What a key is answered with. */
let secret: (key: string, call: CallContext) => Promise<Uint8Array>;

beforeAll(async () => {
  lab = await TlsLab.create();
  const kind = defineKind({
    apiVersion,
    kind: 'Probe',
    plural: 'probes',
    features: ['get'],
    metricName: 'Probe',
    open: () => ({ getSecret: ({ key }, call) => secret(key, call) }),
  });
  provider = await startTestProvider({
    definition: { name: 'probe', kinds: [kind] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
    // A machine that has other things to do takes a while for 256 MB.
    limits: { deadlineMs: 300_000 },
    objects: [{ apiVersion, kind: 'Probe', metadata: { namespace: 'team-a', name: 'one' } }],
  });
});
beforeEach(async () => {
  secret = () => Promise.resolve(Buffer.from('value'));
  session = await dial();
});
afterEach(() => session.destroy());
afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

async function dial(): Promise<ClientHttp2Session> {
  const pair = await lab.client();
  const dialled = connect(`https://127.0.0.1:${provider.port}`, {
    ca: lab.authority.certificate,
    servername: LAB_SERVER_NAME,
    cert: pair['tls.crt'],
    key: pair['tls.key'],
    settings: { initialWindowSize: MIB },
  });
  dialled.on('error', () => undefined);
  await once(dialled, 'remoteSettings');
  dialled.setLocalWindowSize(16 * MIB);
  return dialled;
}

const getRequest = (key: string): Uint8Array => {
  const providerRef = { apiVersion, kind: 'Probe', name: 'one', storeRefKind: 'Provider' };
  const request = create(GetSecretRequestSchema, { providerRef, sourceNamespace: 'team-a', remoteRef: { key } });
  return envelope(toBinary(GetSecretRequestSchema, request));
};

describe('what is announced can be had at once', () => {
  test.each([
    [256, 1_000_000],
    [64, 4 * MIB - 64],
  ])(
    '%d answers of %d bytes on one connection',
    async (count, size) => {
      const value = Buffer.alloc(size);
      secret = () => Promise.resolve(value);
      const answers = await Promise.all(
        Array.from({ length: count }, () => rawCall(session, GET, { body: getRequest('a') })),
      );
      expect(answers.filter(({ grpc, bytes }) => grpc !== '0' || bytes < size)).toEqual([]);
      expect(session.destroyed).toBe(false);
    },
    60_000,
  );

  test('a client that does not read its answers holds up nobody else, and gets no more of them than it has room for', async () => {
    let made = 0;
    const value = Buffer.alloc(4 * MIB - 64);
    secret = (key) => {
      made += 1;
      return Promise.resolve(key === 'large' ? value : Buffer.from('small'));
    };
    const deaf = await dial();
    for (let i = 0; i < 64; i += 1) {
      const stream = deaf.request({ ':method': 'POST', ':path': GET, 'content-type': 'application/grpc' });
      stream
        .on('error', () => undefined)
        .pause()
        .end(getRequest('large'));
    }
    await eventually(() => expect(made).toBe(64));
    const answer = await rawCall(session, GET, { body: getRequest('small') });
    expect(answer).toMatchObject({ http: 200, grpc: '0' });
    deaf.destroy();
  });
});

describe('the time of a call', () => {
  test('is over for an answer as well that the client does not read', async () => {
    secret = () => Promise.resolve(Buffer.alloc(4 * MIB - 64));
    const stream = session.request({
      ':method': 'POST',
      ':path': GET,
      'content-type': 'application/grpc',
      'grpc-timeout': '500m',
    });
    stream
      .on('error', () => undefined)
      .pause()
      .end(getRequest('a'));
    await once(stream, 'response');
    await once(stream, 'close');
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  });

  test.each(['99999999H', '99999999M', '2147484S', '99999999S', '60M', '10S', '999999m', '99999999u', '99999999n'])(
    'grpc-timeout %s is longer than the call takes',
    async (timeout) => {
      const answer = await rawCall(session, GET, { headers: { 'grpc-timeout': timeout }, body: getRequest('a') });
      expect(answer).toMatchObject({ http: 200, grpc: '0' });
    },
  );

  test('a short one ends the call', async () => {
    secret = () => new Promise(() => undefined);
    const answer = await rawCall(session, GET, { headers: { 'grpc-timeout': '20m' }, body: getRequest('a') });
    expect(answer).toMatchObject({ grpc: '4', message: "the call did not end within the caller's deadline" });
  });

  test('nothing is aborted in a call that ended well, and everything in one that was given up', async () => {
    const signals: AbortSignal[] = [];
    secret = (key, { signal }) => {
      signals.push(signal);
      return key === 'hang' ? new Promise(() => undefined) : Promise.resolve(Buffer.from('x'));
    };
    await rawCall(session, GET, { body: getRequest('a') });
    // One more, so that the first one's stream has surely been closed here.
    await rawCall(session, GET, { body: getRequest('a') });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    const stream = session.request({ ':method': 'POST', ':path': GET, 'content-type': 'application/grpc' });
    stream.on('error', () => undefined).end(getRequest('hang'));
    await eventually(() => expect(signals).toHaveLength(3));
    stream.close(8);
    await eventually(() => expect(signals[2]?.aborted).toBe(true));
    expect(signals[2]?.reason).toMatchObject({ code: 'CANCELED' });
  });
});

describe('what is no call of the contract', () => {
  test.each([
    'application/grpc+json',
    'application/grpc+json; charset=utf-8',
    'application/grpc+thrift',
    'application/grpcx',
    'application/json',
    'text/plain',
    '',
  ])('content type "%s" is refused unread', async (type) => {
    const answer = await rawCall(session, GET, {
      headers: { 'content-type': type },
      body: envelope(Buffer.from(`{"secret": ${MARKER}`)),
    });
    expect(answer).toMatchObject({ http: 415, grpc: undefined, bytes: 0 });
    expect(answer.all).not.toContain(MARKER);
  });

  test.each(['application/grpc', 'application/grpc+proto', 'application/grpc; charset=x', 'Application/GRPC'])(
    'content type "%s" is served',
    async (type) => {
      const answer = await rawCall(session, GET, { headers: { 'content-type': type }, body: getRequest('a') });
      expect(answer).toMatchObject({ http: 200, grpc: '0' });
    },
  );

  test('another HTTP method is refused', async () => {
    const answer = await rawCall(session, GET, { headers: { ':method': 'PUT' }, body: getRequest('a') });
    expect(answer.http).toBe(405);
  });

  const big = Buffer.alloc(6);
  big.writeUInt32BE(5 * MIB, 1);
  const compressed = Buffer.from(envelope(gzipSync('x')));
  compressed[0] = 1;
  test.each<[string, Record<string, string>, Uint8Array, string]>([
    ['a malformed grpc-timeout', { 'grpc-timeout': MARKER }, getRequest('a'), '3'],
    ['an unknown encoding', { 'grpc-encoding': MARKER }, getRequest('a'), '12'],
    ['a compressed message', { 'grpc-encoding': 'gzip' }, compressed, '12'],
    ['a compressed message that does not say so', {}, compressed, '12'],
    ['no message', {}, new Uint8Array(), '3'],
    ['a message that is cut off', {}, getRequest('a').subarray(0, 20), '3'],
    ['two messages', {}, Buffer.concat([getRequest('a'), getRequest('a')]), '3'],
    ['a message that is too large', {}, big, '8'],
    ['bytes that are no message', {}, envelope(Buffer.from(`\x0a\xff\xff${MARKER}`)), '3'],
    ['text that is no UTF-8', {}, envelope(Buffer.from(`\x12\x03\xff\xfe\xfd`, 'latin1')), '3'],
  ])('%s gets its status, and nothing of it comes back', async (_what, headers, body, status) => {
    const answer = await rawCall(session, GET, { headers, body });
    expect(answer).toMatchObject({ http: 200, grpc: status });
    expect(answer.message).not.toBe('');
    expect(answer.all).not.toContain(MARKER);
    expect(answer.all).not.toMatch(/wire|EOF|offset|varint/i);
    // The connection is as good as before.
    expect(await rawCall(session, GET, { body: getRequest('a') })).toMatchObject({ grpc: '0' });
  });
});
