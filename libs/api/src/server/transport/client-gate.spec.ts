import { connect } from 'node:http2';
import { type LabLeafOptions, LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { GeneratorProvider } from '../../gen/generator/v1/generator_pb.js';
import { Health } from '../../gen/grpc/health/v1/health_pb.js';
import { SecretStoreProvider } from '../../gen/provider/v1/provider_pb.js';
import { methodPath } from '../../contract/methods.ts';
import { startTestProvider, type TestProvider } from '../../testing/index.ts';
import { IDLE_KIND } from '../testing/idle-kind.ts';
import { defineKind } from '../define-kind.ts';

let lab: TlsLab;
let provider: TestProvider;
let opened = 0;

beforeAll(async () => {
  lab = await TlsLab.create();
  const kind = defineKind({
    apiVersion: 'provider.external-secrets.io/v2alpha1',
    kind: 'Probe',
    plural: 'probes',
    features: ['get'],
    metricName: 'Probe',
    open: () => {
      opened += 1;
      return {};
    },
  });
  provider = await startTestProvider({
    definition: { name: 'probe', kinds: [kind] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
  });
});

afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

interface Answer {
  readonly status: string | undefined;
  readonly message: string;
}

/** A gRPC call by hand: an empty message to any path, whatever the client shows. */
async function call(path: string, pair: { cert?: string; key?: string }, port = provider.port): Promise<Answer> {
  const session = connect(`https://127.0.0.1:${port}`, {
    ca: lab.authority.certificate,
    servername: LAB_SERVER_NAME,
    ...pair,
  });
  try {
    return await new Promise((resolve, reject) => {
      session.once('error', reject);
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc+proto',
        te: 'trailers',
      });
      const answer = (headers: Record<string, unknown>): void => {
        if (headers['grpc-status'] === undefined) return;
        const message = headers['grpc-message'];
        resolve({
          status: headers['grpc-status'] as string,
          message: decodeURIComponent(typeof message === 'string' ? message : ''),
        });
      };
      stream.once('response', answer);
      stream.once('trailers', answer);
      stream.once('error', reject);
      stream.once('close', () => resolve({ status: undefined, message: 'no answer' }));
      stream.resume();
      stream.end(Buffer.alloc(5));
    });
  } finally {
    session.destroy();
  }
}

async function pairOf(options: LabLeafOptions): Promise<{ cert: string; key: string }> {
  const pair = await lab.client(options);
  return { cert: pair['tls.crt'], key: pair['tls.key'] };
}

async function counted(name: string): Promise<number> {
  const metric = await provider.registry.getSingleMetric(name)?.get();
  return (metric?.values ?? []).reduce((sum, { value }) => sum + value, 0);
}

async function rejections(): Promise<Record<string, number>> {
  const metric = await provider.registry.getSingleMetric('eso_provider_client_rejections_total')?.get();
  return Object.fromEntries((metric?.values ?? []).map(({ labels, value }) => [labels['reason'] as string, value]));
}

const paths = [
  ...SecretStoreProvider.methods.map(methodPath),
  ...Health.methods.map(methodPath),
  ...GeneratorProvider.methods.map(methodPath),
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/no.such.Service/Method',
  '/',
];

const badClients: [string, () => Promise<{ cert?: string; key?: string }>, string, string][] = [
  ['no certificate', () => Promise.resolve({}), 'NO_CERTIFICATE', 'none was presented'],
  [
    'a certificate of another authority',
    () => pairOf({ fault: 'otherAuthority' }),
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'it is not signed by the trusted certificate authority',
  ],
  [
    'a self-signed certificate',
    () => pairOf({ fault: 'selfSigned' }),
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'it is not signed by the trusted certificate authority',
  ],
  ['an expired certificate', () => pairOf({ fault: 'expired' }), 'CERT_HAS_EXPIRED', 'it has expired'],
  ['a certificate of tomorrow', () => pairOf({ fault: 'notYetValid' }), 'CERT_NOT_YET_VALID', 'it is not valid yet'],
  [
    'a certificate of another identity',
    () => pairOf({ fault: 'otherIdentity' }),
    'IDENTITY_NOT_ACCEPTED',
    'it is for another identity',
  ],
  [
    'a certificate of two identities, one of them accepted',
    () => pairOf({ moreUris: ['spiffe://external-secrets.io/somebody'] }),
    'IDENTITY_NOT_ACCEPTED',
    'it is for another identity',
  ],
  [
    "a server's certificate",
    () => pairOf({ fault: 'wrongUsage' }),
    'INVALID_PURPOSE',
    'it is not for client authentication',
  ],
];

describe.each(badClients)('a client with %s', (_what, present, reason, message) => {
  test('is refused with the reason on every method, health included, before anything else runs', async () => {
    const pair = await present();
    const before = (await rejections())[reason] ?? 0;
    for (const path of paths) {
      const answer = await call(path, pair);
      expect([path, answer.status]).toEqual([path, '16']);
      expect(answer.message).toContain(message);
    }
    expect((await rejections())[reason]).toBe(before + paths.length);
    expect(opened).toBe(0);
    expect(provider.objects.reads).toBe(0);
    expect(await counted('grpc_server_requests_total')).toBe(0);
  });
});

test('core is let through, and unknown methods are Unimplemented for it', async () => {
  const core = await pairOf({});
  const healthBefore = await counted('grpc_server_requests_total');
  expect((await call(methodPath(Health.method.check), core)).status).toBe('0');
  expect(await counted('grpc_server_requests_total')).toBe(healthBefore + 1);
  for (const path of ['/no.such.Service/Method', methodPath(GeneratorProvider.method.generate), '/'])
    expect((await call(path, core)).status).toBe('12');
});

test('a certificate that expires while its connection is open is refused from then on', async () => {
  const { 'tls.crt': cert, 'tls.key': key } = await lab.client({ validForMs: 2_500 });
  const session = connect(`https://127.0.0.1:${provider.port}`, {
    ca: lab.authority.certificate,
    servername: LAB_SERVER_NAME,
    cert,
    key,
  });
  const check = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': methodPath(Health.method.check),
        'content-type': 'application/grpc+proto',
      });
      stream.once('response', (headers) => headers['grpc-status'] && resolve(headers['grpc-status'] as string));
      stream.once('trailers', (headers) => resolve(headers['grpc-status'] as string));
      stream.once('error', reject);
      stream.resume();
      stream.end(Buffer.alloc(5));
    });
  try {
    expect(await check()).toBe('0');
    await new Promise((resolve) => setTimeout(resolve, 2_600));
    expect(await check()).toBe('16');
  } finally {
    session.destroy();
  }
});

test('a revoked certificate is refused, also on a connection that is open already', async () => {
  const revoked = await lab.client();
  const pair = { cert: revoked['tls.crt'], key: revoked['tls.key'] };
  const dir = await lab.directory(await lab.server());
  const own = await startTestProvider({
    definition: { name: 'probe', kinds: [IDLE_KIND] },
    tls: { serverDir: dir, clientDir: await lab.directory(await lab.client()), serverName: LAB_SERVER_NAME },
  });
  try {
    const path = methodPath(Health.method.check);
    expect((await call(path, pair, own.port)).status).toBe('0');
    const open = connect(`https://127.0.0.1:${own.port}`, {
      ca: lab.authority.certificate,
      servername: LAB_SERVER_NAME,
      ...pair,
    });
    await new Promise((resolve) => open.once('remoteSettings', resolve));
    const goaway = new Promise((resolve) => open.once('goaway', resolve));
    const server = { ...(await lab.server()), 'ca.crl': await lab.crl([revoked]) };
    await lab.mount(dir, server);
    await own.certificates.refresh();
    await goaway;
    open.destroy();
    const answer = await call(path, pair, own.port);
    expect(answer).toEqual({ status: '16', message: expect.stringContaining('it is revoked') as string });
    // Whoever is not on the list still gets in.
    expect((await own.client.health.check({})).status).toBe(1);
  } finally {
    await own.stop();
  }
});
