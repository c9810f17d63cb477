import { mkdtemp, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { secrets, serviceAccounts } from '@eso/kube';
import type { LocalKubelet, PodSpec } from '@eso/control-plane/kubelet.mjs';
import { ServiceAccountToken } from '@eso/control-plane/service-account-token.mjs';
import { eventually } from '../eventually.ts';
import { ownControlPlane, type OwnControlPlane } from './control-plane.ts';

let own: OwnControlPlane;
let kubelet: LocalKubelet;
let namespace: string;

beforeAll(async () => {
  own = await ownControlPlane();
});
afterAll(() => own.cluster.stop());

beforeEach(async () => {
  kubelet = own.cluster.kubelet();
  namespace = await own.cluster.createNamespace('kubelet');
});
afterEach(() => kubelet.stop());

/** Serves its own environment and arguments as JSON. */
const PROGRAM = `require('http').createServer((request, response) => response.end(JSON.stringify({
  args: process.argv.slice(1), env: process.env }))).listen(process.env.PORT_HTTP, '127.0.0.1')`;

const spec = (more: Partial<PodSpec> = {}): PodSpec => ({
  namespace,
  name: 'pod',
  serviceAccount: 'pod',
  command: [process.execPath, '-e', PROGRAM, '--', '--certs=$(VOLUME_CERTS)'],
  ports: ['http'],
  volumes: { certs: { secret: 'certs' } },
  ...more,
});

const createAccount = () =>
  own.cluster
    .client()
    .create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'pod' } });

const writeCerts = (stringData: Record<string, string>) =>
  own.cluster
    .client()
    .patch(
      secrets,
      { namespace, name: 'certs' },
      { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'certs' }, stringData },
      { type: 'apply', fieldManager: 'test', force: true },
    );

test('a pod starts when its ServiceAccount and its Secrets exist, and says what it waits for', async () => {
  const pod = await kubelet.run(spec());
  await expect(pod.waitUntilRunning({ timeoutMs: 0 })).rejects.toThrow(/ContainerCreating.*ServiceAccount pod/);
  await createAccount();
  await eventually(() => expect(pod.waitUntilRunning({ timeoutMs: 0 })).rejects.toThrow(/waiting for Secret certs/));
  await writeCerts({ 'tls.crt': 'one' });
  await pod.waitUntilReady({ port: 'http' });
  const answer = (await (await fetch(`http://127.0.0.1:${String(pod.ports['http'])}`)).json()) as {
    args: string[];
    env: Record<string, string>;
  };
  expect(answer.args).toEqual([`--certs=${pod.volumes['certs'] ?? ''}`]);
  expect(answer.env).toMatchObject({ POD_NAMESPACE: namespace, POD_NAME: 'pod', KUBECONFIG: pod.kubeconfig });
  expect(answer.env).not.toHaveProperty('ESO_CONTROL_PLANE');
  expect(answer.env).not.toHaveProperty('USER');
});

test('a changed Secret appears whole, through one link, readable by its owner alone', async () => {
  await createAccount();
  await writeCerts({ 'tls.crt': 'one', old: 'x' });
  const pod = await kubelet.run(spec());
  await pod.waitUntilRunning();
  const dir = pod.volumes['certs'] ?? '';
  const before = await readlink(join(dir, '..data'));
  await own.cluster.client().delete(secrets, { namespace, name: 'certs' });
  await writeCerts({ 'tls.crt': 'two', 'tls.key': 'three' });
  await eventually(async () => expect(await readFile(join(dir, 'tls.crt'), 'utf8')).toBe('two'));
  await eventually(async () =>
    expect((await readdir(dir)).filter((name) => !name.startsWith('..'))).toEqual(['tls.crt', 'tls.key']),
  );
  expect(await readlink(join(dir, '..data'))).not.toBe(before);
  expect(await readlink(join(dir, 'tls.key'))).toBe('..data/tls.key');
  expect((await stat(join(dir, 'tls.key'))).mode & 0o777).toBe(0o400);
});

test('the files stay when the Secret is deleted', async () => {
  await createAccount();
  await writeCerts({ 'tls.crt': 'one' });
  const pod = await kubelet.run(spec());
  await pod.waitUntilRunning();
  const read = () => readFile(join(pod.volumes['certs'] ?? '', 'tls.crt'), 'utf8');
  await own.cluster.client().delete(secrets, { namespace, name: 'certs' });
  const seen = new Set([await read()]);
  await writeCerts({ 'tls.crt': 'next' });
  while (!seen.has('next')) seen.add(await read());
  expect([...seen]).toEqual(['one', 'next']);
});

test('its kubeconfig has a short-lived token of its ServiceAccount', async () => {
  await createAccount();
  const pod = await kubelet.run(spec({ volumes: {} }));
  await pod.waitUntilRunning();
  const { stdout } = await own.cluster.kubectl(`--kubeconfig=${pod.kubeconfig}`, 'auth', 'whoami', '-o', 'json');
  expect(stdout).toContain(`system:serviceaccount:${namespace}:pod`);
  const token = await readFile(join(pod.dir, 'serviceaccount', 'token'), 'utf8');
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, number>;
  expect(claims['exp']! - claims['iat']!).toBe(600);
});

test('a token is replaced when its time has come, and the new one works', async () => {
  await createAccount();
  const dir = await mkdtemp(join(own.cluster.state.dir, 'token-'));
  const file = join(dir, 'token');
  const token = new ServiceAccountToken({
    client: own.controlPlane.client,
    namespace,
    serviceAccount: 'pod',
    file,
    expirationSeconds: 600,
    log: () => undefined,
  });
  const stop = new AbortController();
  const renewalMs = await token.renew(stop.signal);
  expect(renewalMs).toBeGreaterThan(450_000);
  expect(renewalMs).toBeLessThan(600_000);
  const first = await readFile(file, 'utf8');
  const keeping = token.keepFresh(0, stop.signal);
  const second = await eventually(async () => {
    const text = await readFile(file, 'utf8');
    expect(text).not.toBe(first);
    return text;
  });
  stop.abort();
  await keeping;
  const review = await own.cluster.client().request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: second } },
  });
  const username = `system:serviceaccount:${namespace}:pod`;
  expect(review).toMatchObject({ status: { authenticated: true, user: { username } } });
  expect((await stat(file)).mode & 0o777).toBe(0o400);
});

test('a killed process comes back on the same port', async () => {
  await createAccount();
  const pod = await kubelet.run(spec({ volumes: {} }));
  await pod.waitUntilReady({ port: 'http' });
  const first = pod.pid;
  pod.kill();
  await eventually(() => expect(pod.restarts).toBe(1));
  await pod.waitUntilReady({ port: 'http' });
  expect(pod.pid).not.toBe(first);
});

test('a pod that may not restart ends as its process ends, and keeps its last words', async () => {
  await createAccount();
  const command = [process.execPath, '-e', 'console.log("last words"); process.exit(3)'] as const;
  const pod = await kubelet.run(spec({ volumes: {}, command, restartPolicy: 'Never' }));
  await eventually(() => expect(pod.state).toEqual({ kind: 'Ended', exit: { code: 3, signal: null } }));
  await expect(pod.waitUntilRunning()).rejects.toThrow(/Ended.*last words/s);
});

test('stop lets a process end by itself, and ends one that does not', async () => {
  await createAccount();
  const polite = ['-e', 'process.on("SIGTERM", () => process.exit(7)); setInterval(() => 0, 1e6); console.log("up")'];
  const deaf = ['-e', 'process.on("SIGTERM", () => 0); setInterval(() => 0, 1e6); console.log("up")'];
  const pods = await Promise.all([
    kubelet.run(spec({ name: 'polite', volumes: {}, command: [process.execPath, ...polite] })),
    kubelet.run(spec({ name: 'deaf', volumes: {}, command: [process.execPath, ...deaf] })),
  ]);
  await eventually(() => pods.forEach((pod) => expect(pod.lastLines()).toContain('up')));
  await Promise.all(pods.map((pod) => pod.stop({ graceMs: 500 })));
  expect(pods.map((pod) => pod.state)).toEqual([
    { kind: 'Ended', exit: { code: 7, signal: null } },
    { kind: 'Ended', exit: { code: null, signal: 'SIGKILL' } },
  ]);
});

test('Secrets are followed across a restart of the API server', async () => {
  await createAccount();
  await writeCerts({ 'tls.crt': 'one' });
  const pod = await kubelet.run(spec());
  await pod.waitUntilRunning();
  await own.controlPlane.killApiServer();
  await own.controlPlane.startApiServer();
  await writeCerts({ 'tls.crt': 'two' });
  await eventually(async () => expect(await readFile(join(pod.volumes['certs'] ?? '', 'tls.crt'), 'utf8')).toBe('two'));
});
