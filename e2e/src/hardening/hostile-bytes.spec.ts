import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { eventually, type Pod } from '@eso/testing';
import { bombard, hostileInputs } from '../support/hostile-bytes.ts';
import { System } from '../support/system.ts';

const SEED = 20_260_101;
/** To each HTTP port. */
const HTTP_INPUTS = 2_000;
/** To each gRPC port, as they are and once more inside of TLS. */
const GRPC_INPUTS = 600;

let system: System;
beforeAll(async () => {
  system = await System.start({ tenants: ['hostile'], providers: { fake: {}, aws: {} } });
});
afterAll(() => system.stop());

const NAMES = ['core', 'cert-manager-controller', 'provider-fake', 'provider-aws'] as const;

const podOf = (name: (typeof NAMES)[number]): Pod => system.installation.pods[name]!;
const portOf = (pod: Pod, name: string): number => pod.ports[name]!;

/** The status of a probe over a connection of its own, as a kubelet makes it. */
async function probe(pod: Pod, path: string): Promise<number> {
  const url = `http://127.0.0.1:${String(portOf(pod, 'health'))}${path}`;
  const answer = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(5_000) });
  await answer.arrayBuffer();
  return answer.status;
}

/** The sum of all series of a counter that have this label. */
async function count(pod: Pod, series: RegExp): Promise<number> {
  const text = await system.installation.metrics(pod);
  const lines = text.split('\n').filter((line) => series.test(line));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Runs `attack`, asking the probe all the while; returns the answers that were not 200. */
async function probedDuring(pod: Pod, attack: () => Promise<void>): Promise<unknown[]> {
  const bad: unknown[] = [];
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    const status = await probe(pod, '/livez').catch((error: unknown) => error);
    if (status !== 200) bad.push(status);
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (!stop.signal.aborted) await look();
  };
  const probing = look();
  await attack().finally(() => stop.abort());
  await probing;
  return bad;
}

test.each(NAMES)('%s outlives whatever bytes come to its probe and metrics ports, and counts them', async (name) => {
  const pod = podOf(name);
  const { pid, restarts } = pod;
  for (const [port, listener] of [
    ['health', 'probes'],
    ['metrics', 'metrics'],
  ] as const) {
    const series = new RegExp(`^http_refused_requests_total\\{listener="${listener}"`);
    const before = await count(pod, series);
    const attack = (): Promise<void> => bombard(portOf(pod, port), hostileInputs(SEED, HTTP_INPUTS));
    expect(await probedDuring(pod, attack)).toEqual([]);
    expect(await count(pod, series)).toBeGreaterThan(before + HTTP_INPUTS / 4);
  }
  expect([pod.pid, pod.restarts, await probe(pod, '/readyz')]).toEqual([pid, restarts, 200]);
});

test.each(['fake', 'aws'] as const)(
  'provider-%s outlives whatever bytes come to its gRPC port, and counts them',
  async (name) => {
    const pod = podOf(`provider-${name}`);
    const { pid, restarts } = pod;
    const port = portOf(pod, 'grpc');
    const servername = `provider-${name}.provider-${name}.svc`;
    const client = await system.values('external-secrets', 'eso-provider-client-tls');
    const pair = { cert: client?.['tls.crt'] ?? '', key: client?.['tls.key'] ?? '' };
    const series = /^grpc_server_refused_total\{/;
    const before = await count(pod, series);
    const bad = await probedDuring(pod, async () => {
      await bombard(port, hostileInputs(SEED, GRPC_INPUTS));
      await bombard(port, hostileInputs(SEED + 1, GRPC_INPUTS / 2), { kind: 'tls', tls: { servername } });
      await bombard(port, hostileInputs(SEED + 2, GRPC_INPUTS / 2), { kind: 'tls', tls: { servername, ...pair } });
      await strangeCalls(port, { servername, ca: client?.['ca.crt'] ?? '', ...pair });
    });
    expect(bad).toEqual([]);
    expect([pod.pid, pod.restarts, await probe(pod, '/readyz')]).toEqual([pid, restarts, 200]);
    expect(await count(pod, series)).toBeGreaterThan(before + GRPC_INPUTS / 4);
  },
);

/** Well-formed HTTP/2 of an accepted client, for things that nobody serves. */
async function strangeCalls(
  port: number,
  tls: { servername: string; ca: string; cert: string; key: string },
): Promise<void> {
  const session = connectHttp2(`https://127.0.0.1:${String(port)}`, tls);
  session.on('error', () => undefined);
  const calls = [
    '//',
    '//[',
    '*',
    '/',
    '',
    '/%',
    '/provider.v1.SecretStoreProvider/',
    '/a/b/c',
    `/${'x'.repeat(4_000)}`,
  ].flatMap((path) => ['POST', 'GET', 'TRACE', 'X'].map((method) => ({ ':method': method, ':path': path })));
  for (const headers of calls) {
    const stream = session.request(
      { ...headers, 'content-type': 'application/grpc', te: 'trailers' },
      { endStream: false },
    );
    stream.on('error', () => undefined);
    stream.setTimeout(2_000, () => stream.close());
    stream.resume().end('\u0000\u0000\u0000\u0000\u0005hello');
    // Ends with an error as often as not.
    await new Promise((resolve) => stream.once('close', resolve));
  }
  session.destroy();
}

test.each(NAMES)('a thousand silent connections keep no kubelet out of %s, and do not stay', async (name) => {
  const pod = podOf(name);
  const silent: Socket[] = [];
  let ended = 0;
  for (let i = 0; i < 1_000; i++) {
    const socket = connect({ host: '127.0.0.1', port: portOf(pod, 'health') });
    socket.on('error', () => undefined);
    socket.once('close', () => ended++);
    silent.push(socket);
    if (i % 50 === 0) await once(socket, 'connect');
  }
  try {
    expect(await probe(pod, '/readyz')).toBe(200);
    await eventually(() => expect(ended).toBeGreaterThan(900));
  } finally {
    for (const socket of silent) socket.destroy();
  }
});
