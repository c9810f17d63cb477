import { once } from 'node:events';
import { connect } from 'node:net';
import { Code, ConnectError } from '@connectrpc/connect';
import { eventually, LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { HealthCheckResponse_ServingStatus as Status } from '../../gen/grpc/health/v1/health_pb.js';
import { startTestProvider, type TestProvider, type TestProviderOptions } from '../../testing/index.ts';
import type { Backend } from '../backend.ts';
import { defineKind } from '../define-kind.ts';

let lab: TlsLab;
/** Ends the calls that are waiting. */
let finish: () => void;
let waiting: number;
let closed: number;
const started: TestProvider[] = [];

beforeAll(async () => {
  lab = await TlsLab.create();
});
beforeEach(() => {
  finish = () => undefined;
  waiting = 0;
  closed = 0;
});
afterEach(async () => {
  finish();
  await Promise.all(started.splice(0).map((provider) => provider.stop()));
});
afterAll(() => lab.remove());

const apiVersion = 'provider.external-secrets.io/v2alpha1';
const providerRef = { apiVersion, kind: 'Slow', name: 'one', storeRefKind: 'Provider' };
const request = { providerRef, sourceNamespace: 'team-a', remoteRef: { key: 'a' } };

async function start(options: Partial<TestProviderOptions> = {}): Promise<TestProvider> {
  const kind = defineKind({
    apiVersion,
    kind: 'Slow',
    plural: 'slows',
    features: ['get'],
    metricName: 'Slow',
    open: () =>
      ({
        getSecret: () => {
          waiting += 1;
          return new Promise((resolve) => (finish = () => resolve(Buffer.from('done'))));
        },
        close: () => (closed += 1),
      }) as unknown as Backend,
  });
  const provider = await startTestProvider({
    definition: { name: 'slow', kinds: [kind] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
    objects: [{ apiVersion, kind: 'Slow', metadata: { namespace: 'team-a', name: 'one' } }],
    ...options,
  });
  started.push(provider);
  return provider;
}

function outcome(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error: unknown) => Code[ConnectError.from(error).code],
  );
}

test('says NOT_SERVING first, takes calls until endpoints have forgotten it, and finishes what runs', async () => {
  const provider = await start({ drainDelayMs: 400 });
  const call = provider.client.store.getSecret(request);
  await eventually(() => expect(waiting).toBe(1));
  const stopped = provider.server.stop();
  expect(provider.server.problem()).toBe('the provider is shutting down');
  expect((await provider.client.health.check({})).status).toBe(Status.NOT_SERVING);
  // After the delay the running call is still waited for.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  finish();
  expect(Buffer.from((await call).value).toString()).toBe('done');
  await stopped;
  expect(closed).toBe(1);
  expect(await outcome(provider.client.health.check({}))).not.toBe('answered');
});

test('takes no new connection once it drains, while what runs is finished', async () => {
  const provider = await start({ stopTimeoutMs: 30_000 });
  const call = provider.client.store.getSecret(request);
  await eventually(() => expect(waiting).toBe(1));
  // Open already, but without a handshake: it must not hold up the end.
  const early = connect({ host: provider.host, port: provider.port });
  early.on('error', () => undefined);
  await once(early, 'connect');
  const stopped = provider.server.stop();
  await eventually(async () => {
    const late = connect({ host: provider.host, port: provider.port });
    const [error] = (await Promise.race([once(late, 'error'), once(late, 'connect')])) as [{ code: string }?];
    late.destroy();
    expect(error?.code).toBe('ECONNREFUSED');
  });
  early.destroy();
  finish();
  expect(Buffer.from((await call).value).toString()).toBe('done');
  await stopped;
});

test('cuts what does not end in time', async () => {
  const provider = await start({ stopTimeoutMs: 200 });
  const call = outcome(provider.client.store.getSecret(request));
  await eventually(() => expect(waiting).toBe(1));
  await provider.server.stop();
  expect(await call).not.toBe('answered');
});

test('no health watcher keeps it alive', async () => {
  const provider = await start({ stopTimeoutMs: 60_000 });
  const seen: Status[] = [];
  const watch = (async () => {
    for await (const { status } of provider.client.health.watch({}, { timeoutMs: 0 })) seen.push(status);
  })();
  const ended = outcome(watch);
  await eventually(() => expect(seen).toEqual([Status.SERVING]));
  await provider.server.stop();
  expect(await ended).toBe('Unavailable');
  expect(seen).toEqual([Status.SERVING, Status.NOT_SERVING]);
});

test('connections that never finish their handshake do not hold it up', async () => {
  const provider = await start({ stopTimeoutMs: 100 });
  const socket = connect({ host: provider.host, port: provider.port });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  await provider.server.stop();
  socket.destroy();
});

test('a connection that has reached its age is replaced without a failed call', async () => {
  const provider = await start({ connectionMaxAgeMs: 300 });
  const check = (): Promise<unknown> => provider.client.health.check({});
  // A request that meets GOAWAY before it has left is refused unprocessed, and repeated once (RFC 9113 §8.7), as core does.
  const unlessRefused = (error: unknown): Promise<unknown> => {
    if (String(error).includes('NGHTTP2_REFUSED_STREAM')) return check();
    throw error;
  };
  const until = performance.now() + 1_500;
  while (performance.now() < until) await check().catch(unlessRefused);
  const gauge = await provider.registry.getSingleMetric('grpc_server_active_connections')?.get();
  expect(gauge?.values[0]?.value).toBeGreaterThanOrEqual(1);
});

test('a connection of an idle client that has reached its age is ended', async () => {
  const provider = await start({ connectionMaxAgeMs: 100 });
  await provider.client.health.check({});
  await eventually(async () => {
    const gauge = await provider.registry.getSingleMetric('grpc_server_active_connections')?.get();
    expect(gauge?.values[0]?.value).toBe(0);
  });
});
