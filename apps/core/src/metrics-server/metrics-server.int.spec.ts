import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import type { KubeClient } from '@eso/kube';
import { createRegistry, ManualClock, parseFlags, type Registry, silentLogger } from '@eso/runtime';
import { controlPlane, eventually, parseManifests, applyManifest, type TestCluster, workspaceRoot } from '@eso/testing';
import { freePort } from '@eso/control-plane/ports.mjs';
import { ALL_FLAGS } from '../flags.ts';
import { serveMetrics } from './metrics-server.ts';
import { selfSignedCertificate } from './self-signed.ts';

let cluster: TestCluster;
let core: KubeClient;
const stop = new AbortController();
const closers: (() => Promise<void>)[] = [];
beforeAll(async () => {
  cluster = await controlPlane();
  await cluster.ensureNamespace('external-secrets');
  core = await cluster.clientFor({ namespace: 'external-secrets', name: 'external-secrets' });
  const path = join(workspaceRoot, 'charts', 'external-secrets', 'files', 'rbac-metrics-auth.yaml');
  for (const manifest of parseManifests(await readFile(path, 'utf8'))) await applyManifest(cluster.client(), manifest);
});
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});
afterAll(() => cluster.stop());

interface Served {
  readonly port: number;
  readonly registry: Registry;
  readonly clock: ManualClock;
}

async function serve(...argv: string[]): Promise<Served> {
  const [port, registry] = [await freePort(), createRegistry({ processMetrics: false })];
  const flags = parseFlags(ALL_FLAGS, [`--metrics-addr=127.0.0.1:${port}`, ...argv], {});
  const clock = new ManualClock(Date.now());
  const options = { flags, client: core, clock, registry, logger: silentLogger, signal: stop.signal };
  closers.push(await serveMetrics(options));
  return { port, registry, clock };
}

/** A scrape over TLS, without a look at who answers. */
function scrape({ port }: Served, token?: string, path = '/metrics'): Promise<{ status: number; body: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, headers, rejectUnauthorized: false, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    }).on('error', reject);
  });
}

/** What the server shows to a new connection. */
async function shown({ port }: Served): Promise<X509Certificate> {
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => resolve(socket));
    socket.on('error', reject);
  });
  const certificate = socket.getPeerX509Certificate();
  socket.destroy();
  if (!certificate) throw new Error('no certificate was shown');
  return certificate;
}

async function tokenOf(name: string, { mayRead }: { mayRead: boolean }): Promise<string> {
  const admin = cluster.client();
  const namespace = await cluster.createNamespace('scraper');
  await cluster.clientFor({ namespace, name });
  if (mayRead)
    await applyManifest(admin, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `${namespace}-${name}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'external-secrets-metrics-reader' },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
  return (await admin.createToken({ namespace, name }, { expirationSeconds: 600 })).token;
}

const refused = async ({ registry }: Served, reason: string): Promise<number> =>
  (await registry.getSingleMetric('http_refused_requests_total')?.get())?.values.find(
    ({ labels }) => (labels as { reason?: string }).reason === reason,
  )?.value ?? 0;

test('plain HTTP to all, unless told otherwise [6.7.1]', async () => {
  const { port } = await serve();
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('# TYPE http_refused_requests_total counter');
});

describe('--metrics-secure', () => {
  test('serves TLS with a certificate of its own where none is given; plain HTTP is refused and counted [6.7.3]', async () => {
    const served = await serve('--metrics-secure');
    expect((await shown(served)).subjectAltName).toContain('localhost');
    const ca = (await shown(served)).toString();
    const trusting = connect({ port: served.port, host: '127.0.0.1', servername: 'localhost', ca });
    await once(trusting, 'secureConnect');
    expect(trusting.authorized).toBe(true);
    trusting.destroy();
    expect((await scrape(served)).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${served.port}/metrics`)).rejects.toThrow();
    await eventually(async () => expect(await refused(served, 'handshake')).toBe(1));
  });

  test('takes the files that it is told, and new ones without a restart; those that do not go together change nothing [6.7.4]', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'metrics-cert-'));
    const [first, second, third] = [Date.now(), Date.now(), Date.now()].map(selfSignedCertificate);
    const write = async (cert = '', key = ''): Promise<void> => {
      await writeFile(join(dir, 'server.pem'), cert);
      await writeFile(join(dir, 'server.key'), key);
    };
    const fingerprint = (cert = ''): string => new X509Certificate(cert).fingerprint256;
    await write(first?.cert, first?.key);
    const served = await serve(
      '--metrics-secure',
      `--metrics-cert-dir=${dir}`,
      '--metrics-cert-name=server.pem',
      '--metrics-key-name=server.key',
    );
    expect((await shown(served)).fingerprint256).toBe(fingerprint(first?.cert));
    await write(second?.cert, second?.key);
    await eventually(async () => {
      await served.clock.advance(10_000);
      expect((await shown(served)).fingerprint256).toBe(fingerprint(second?.cert));
    });
    await write(third?.cert, second?.key);
    await served.clock.advance(10_000);
    await eventually(async () => {
      await served.clock.advance(10_000);
      expect((await shown(served)).fingerprint256).toBe(fingerprint(second?.cert));
    });
    await write(third?.cert, third?.key);
    await eventually(async () => {
      await served.clock.advance(10_000);
      expect((await shown(served)).fingerprint256).toBe(fingerprint(third?.cert));
    });
  });

  test.each([
    ['cannot read tls.crt (ENOENT)', {}],
    ['cannot read tls.key (ENOENT)', { 'tls.crt': 'x' }],
    ['tls.crt and tls.key are no certificate and its key', { 'tls.crt': 'x', 'tls.key': 'y' }],
  ])('does not start without a certificate: %s', async (problem, files) => {
    const dir = await mkdtemp(join(tmpdir(), 'metrics-cert-'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
    await expect(serve('--metrics-secure', `--metrics-cert-dir=${dir}`)).rejects.toMatchObject({
      code: 'INVALID_FLAG',
      message: expect.stringContaining(`flag --metrics-cert-dir: ${dir}: ${problem}`) as string,
    });
  });
});

describe('--metrics-auth', () => {
  test('shows metrics to a token with the right, and to nobody else [6.7.2]', async () => {
    const served = await serve('--metrics-secure', '--metrics-auth');
    const [reader, stranger] = [
      await tokenOf('prometheus', { mayRead: true }),
      await tokenOf('stranger', { mayRead: false }),
    ];
    const answer = await scrape(served, reader);
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('# TYPE') as string });
    expect(await scrape(served, stranger)).toEqual({ status: 403, body: 'Authorization denied\n' });
    expect(await scrape(served, `${reader}x`)).toEqual({ status: 401, body: 'Unauthorized\n' });
    expect(await scrape(served)).toEqual({ status: 401, body: 'Unauthorized\n' });
    expect((await scrape(served, undefined, '/other')).status).toBe(401);
    expect([await refused(served, 'forbidden'), await refused(served, 'unauthorized')]).toEqual([1, 3]);
  });

  test('a token that is no longer good is refused within a minute', async () => {
    const served = await serve('--metrics-secure', '--metrics-auth');
    const token = await tokenOf('leaving', { mayRead: true });
    expect((await scrape(served, token)).status).toBe(200);
    const { namespace, name } = accountOf(token);
    await cluster.kubectl('delete', 'serviceaccount', '--namespace', namespace, name);
    expect((await scrape(served, token)).status).toBe(200);
    await served.clock.advance(60_000);
    await eventually(async () => {
      await served.clock.advance(60_000);
      expect((await scrape(served, token)).status).toBe(401);
    });
  });

  test('somebody who tries tokens out costs a bounded number of reviews, and never the place of one that was good', async () => {
    const served = await serve('--metrics-secure', '--metrics-auth');
    const token = await tokenOf('prometheus', { mayRead: true });
    expect((await scrape(served, token)).status).toBe(200);
    const guesses = await Promise.all(Array.from({ length: 40 }, (_, i) => scrape(served, `guess-${String(i)}`)));
    const statuses = guesses.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(19);
    expect(statuses.filter((status) => status === 429)).toHaveLength(21);
    await served.clock.advance(59_999);
    await served.clock.advance(1);
    // Its answer is too old now, and it is asked about again all the same.
    const more = await Promise.all(Array.from({ length: 40 }, (_, i) => scrape(served, `again-${String(i)}`)));
    expect(more.some(({ status }) => status === 429)).toBe(true);
    expect((await scrape(served, token)).status).toBe(200);
  });

  test('without an answer of the API server there is none, and none is remembered', async () => {
    const served = await serve('--metrics-secure', '--metrics-auth');
    await cluster.kubectl('delete', 'clusterrolebinding', 'external-secrets-core-metrics-auth');
    const token = await tokenOf('early', { mayRead: true });
    expect(await scrape(served, token)).toEqual({ status: 500, body: 'failed\n' });
    const path = join(workspaceRoot, 'charts', 'external-secrets', 'files', 'rbac-metrics-auth.yaml');
    for (const manifest of parseManifests(await readFile(path, 'utf8')))
      await applyManifest(cluster.client(), manifest);
    await eventually(async () => expect((await scrape(served, token)).status).toBe(200));
  });
});

/** The ServiceAccount that a token is of. */
function accountOf(token: string): { namespace: string; name: string } {
  const { sub = '' } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub?: string };
  const [, , namespace = '', name = ''] = sub.split(':');
  return { namespace, name };
}
