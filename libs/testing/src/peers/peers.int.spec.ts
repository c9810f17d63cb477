import { connect } from 'node:tls';
import { connectToProvider, type TestProviderClient } from '@eso/api/testing';
import { secrets, serviceAccounts } from '@eso/kube';
import { ownControlPlane, type OwnControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../eventually.ts';
import { LAB_SERVER_NAME, type LabKeyPair, TlsLab } from '../tls/tls-lab.ts';
import { type GoClientOptions, type GoClientResult, runGoClient } from './go-client.ts';
import { Peer, type PeerLanguage, peerLanguages } from './peer.ts';

/** A first build of the programs takes this long on a loaded machine. */
const BUILD_MS = 600_000;
const NAMESPACE = 'peers';
let own: OwnControlPlane;
let lab: TlsLab;
let client: LabKeyPair;
const peers = {} as Record<PeerLanguage, Peer>;

const account = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { namespace: NAMESPACE, name },
});

async function writeCertificate(language: PeerLanguage): Promise<LabKeyPair> {
  const pair = await lab.server();
  await own.cluster.client().patch(
    secrets,
    { namespace: NAMESPACE, name: language },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: NAMESPACE, name: language },
      stringData: { ...pair },
    },
    { type: 'apply', fieldManager: 'test', force: true },
  );
  return pair;
}

beforeAll(async () => {
  own = await ownControlPlane();
  lab = await TlsLab.create();
  client = await lab.client();
  await own.cluster.ensureNamespace(NAMESPACE);
  for (const language of peerLanguages) {
    await own.cluster.client().create(serviceAccounts, account(language));
    await writeCertificate(language);
    peers[language] = await Peer.run(own.cluster.kubelet(), {
      language,
      name: language,
      namespace: NAMESPACE,
      serviceAccount: language,
      tlsSecret: language,
      maxStreams: 256,
      progress: (text) => process.stderr.write(`${text}\n`),
    });
  }
}, BUILD_MS);
afterAll(async () => {
  await own.cluster.stop();
  await lab.remove();
});

describe.each(peerLanguages)('a peer in %s', (language) => {
  let provider: TestProviderClient;

  beforeEach(() => {
    provider = connectToProvider({
      host: '127.0.0.1',
      port: peers[language].port,
      serverName: LAB_SERVER_NAME,
      ca: client['ca.crt'],
      cert: client['tls.crt'],
      key: client['tls.key'],
    });
  });
  afterEach(() => provider.close());

  interface Answer {
    readonly value: string;
    readonly headers: Headers;
    readonly trailers: Headers;
  }

  async function get(key: string): Promise<Answer> {
    let headers = new Headers();
    let trailers = new Headers();
    const { value } = await provider.store.getSecret(
      { remoteRef: { key } },
      { onHeader: (received) => (headers = received), onTrailer: (received) => (trailers = received) },
    );
    return { value: Buffer.from(value).toString(), headers, trailers };
  }

  /** What the generated client throws. */
  interface Failure {
    /** gRPC status */
    readonly code: number;
    readonly rawMessage: string;
    readonly details: readonly { readonly value: Uint8Array }[];
  }

  async function failure(key: string): Promise<Failure> {
    try {
      await get(key);
    } catch (error) {
      return error as Failure;
    }
    throw new Error(`${key} was answered`);
  }

  test('answers with the key, is healthy, valid and can do everything', async () => {
    expect((await get('plain#1')).value).toBe('plain#1');
    expect((await provider.health.check({})).status).toBe(1);
    expect((await provider.store.validate({})).valid).toBe(true);
    expect((await provider.store.capabilities({})).capabilities).toBe(2);
    expect((await provider.store.secretExists({ remoteRef: { remoteKey: 'any' } })).exists).toBe(true);
    const { secrets: found } = await provider.store.getAllSecrets({ find: { path: 'size:2' } });
    expect(found).toEqual({ value: Buffer.from('xx') });
  });

  test.each(Array.from({ length: 16 }, (_, index) => index + 1))('code:%d', async (code) => {
    const { code: got, rawMessage } = await failure(`code:${code}`);
    expect([got, rawMessage]).toEqual([code, `code:${code}`]);
  });

  test('texts, details, trailers and values of a size', async () => {
    expect((await failure('bigmsg:2000')).rawMessage).toHaveLength(2_000);
    const { details } = await failure('bigdetail:2000');
    expect(details.map(({ value }) => value.length > 2_000)).toEqual([true]);
    const { trailers } = await get('manytrailers:20');
    expect([...trailers.keys()].filter((name) => name.startsWith('x-peer-'))).toHaveLength(20);
    expect((await get('size:1000000')).value).toHaveLength(1_000_000);
  });

  test('a compressed answer', async () => {
    const { value, headers } = await get('size:1000,gzip');
    expect([value.length, headers.get('grpc-encoding')]).toEqual([1_000, 'gzip']);
    expect((await get('size:1000')).headers.get('grpc-encoding')).not.toBe('gzip');
  });

  test('calls in flight and calls by key are counted', async () => {
    const asleep = Array.from({ length: 200 }, () => get('sleep:1000#counted'));
    await eventually(async () => expect((await peers[language].counters()).inFlight).toBe(200));
    await Promise.all(asleep);
    const { keys, inFlight, mostInFlight } = await peers[language].counters();
    expect([keys['sleep:1000#counted'], inFlight, mostInFlight]).toEqual([200, 0, 200]);
  });

  const connections = async (): Promise<number> => (await peers[language].counters()).connections;

  test('a GOAWAY lets what is in flight end; the next call connects anew', async () => {
    const asleep = get('sleep:1000');
    await eventually(async () => expect((await peers[language].counters()).inFlight).toBe(1));
    const before = await connections();
    await get('goaway');
    await eventually(async () => {
      await get('plain');
      expect(await connections()).toBe(before + 1);
    });
    expect((await asleep).value).toBe('sleep:1000');
  });

  test('a restart cuts what is in flight, and no more than one each second', async () => {
    const asleep = failure('sleep:60000');
    await eventually(async () => expect((await peers[language].counters()).inFlight).toBe(1));
    await Promise.all([failure('restart'), asleep]);
    await eventually(async () => expect((await get('plain')).value).toBe('plain'));
    await eventually(async () => expect((await peers[language].counters()).inFlight).toBe(0));
  });

  test('connections that live no longer than an age: a client loses no call by it', async () => {
    await get('age:500');
    try {
      const { right, otherwise, connections: dialled } = await goClient('size:10', 10, { until: { ms: 3_000 } });
      expect(otherwise).toEqual({});
      expect(right).toBeGreaterThan(0);
      expect(dialled).toBeGreaterThan(3);
    } finally {
      await get('age:0');
    }
  });

  test('a renewed certificate needs no restart', async () => {
    const renewed = await writeCertificate(language);
    const serial = async (): Promise<string> => {
      const socket = connect({
        host: '127.0.0.1',
        port: peers[language].port,
        servername: LAB_SERVER_NAME,
        ca: client['ca.crt'],
        cert: client['tls.crt'],
        key: client['tls.key'],
        ALPNProtocols: ['h2'],
      });
      try {
        await new Promise((done, fail) => socket.once('secureConnect', done).once('error', fail));
        return socket.getPeerX509Certificate()?.toString() ?? '';
      } finally {
        socket.destroy();
      }
    };
    const plain = (pem: string): string => pem.replaceAll(/\s/g, '');
    await eventually(async () => expect(plain(await serial())).toBe(plain(renewed['tls.crt'])));
    expect(peers[language].pod.restarts).toBe(0);
  });

  async function goClient(key: string, bytes: number, more: Partial<GoClientOptions> = {}): Promise<GoClientResult> {
    return runGoClient({
      address: `127.0.0.1:${peers[language].port}`,
      serverName: LAB_SERVER_NAME,
      certDir: await lab.directory(client),
      providerRef: {},
      namespace: 'any',
      ask: { key },
      bytes,
      // Fewer than the peers announce: the C library below Python refuses calls while it still counts those that have ended.
      inFlight: 100,
      until: { calls: 1_000, withinMs: 60_000 },
      ...more,
    });
  }

  test('the client in Go asks it, over one connection, and knows a wrong answer', async () => {
    const right = await goClient('size:1000', 1_000);
    expect([right.right, right.otherwise, right.connections]).toEqual([1_000, {}, 1]);
    const wrong = await goClient('size:999', 1_000);
    expect([wrong.right, wrong.otherwise]).toEqual([0, { 'wrong answer: 999 bytes, not 1000': 1_000 }]);
    const failed = await goClient('code:5', 1_000);
    expect([failed.right, failed.otherwise]).toEqual([0, { 'NotFound: code:5': 1_000 }]);
  });
});
