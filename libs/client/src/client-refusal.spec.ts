import { Code, ConnectError } from '@connectrpc/connect';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { CLIENT_REFUSED, ProviderError } from '@eso/api/contract';
import { defineKind } from '@eso/api/server';
import { ErrorSchema } from '@eso/api/stubs';
import { startTestProvider } from '@eso/api/testing';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import type { ProviderAddress } from './endpoint.ts';
import { endpointAt, openClientLab, sample } from './testing/client-lab.ts';
import { FrameServer } from './testing/frame-server.ts';
import { WireServer } from './testing/wire-server.ts';

const signal = new AbortController().signal;
let lab: TlsLab;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  lab = await TlsLab.create();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => lab.remove());

/** What six calls become, and the state of the breaker after them. */
async function sixCalls(
  address: ProviderAddress,
  clientDir: string,
): Promise<{ errors: ProviderError[]; state: number }> {
  const client = await openClientLab(clientDir);
  cleanups.push(() => client.stop());
  const provider = client.connections.client(endpointAt(LAB_SERVER_NAME, address));
  const errors = await Promise.all(
    Array.from({ length: 6 }, () =>
      provider.getSecret({ remoteRef: { key: 'k' } }, { signal }).catch((error: unknown) => error as ProviderError),
    ),
  );
  const state = await sample(client.registry, 'grpc_client_circuit_breaker_state');
  return { errors: errors.filter((one) => one instanceof ProviderError), state };
}

const clientDir = async (): Promise<string> => lab.directory(await lab.client());

test('the refusal of our own gate is believed, and tells why', async () => {
  const kind = defineKind({
    apiVersion: 'provider.external-secrets.io/v2alpha1',
    kind: 'Probe',
    plural: 'probes',
    features: ['get'],
    metricName: 'Probe',
    open: () => ({}),
  });
  const provider = await startTestProvider({
    definition: { name: 'probe', kinds: [kind] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await clientDir(),
      serverName: LAB_SERVER_NAME,
    },
  });
  cleanups.push(() => provider.stop());
  const stranger = await lab.directory(await lab.client({ fault: 'otherIdentity' }));
  const { errors, state } = await sixCalls({ host: '127.0.0.1', port: provider.port }, stranger);
  expect(errors.map(({ code }) => code)).toEqual(Array(6).fill('CLIENT_REJECTED'));
  expect(errors[0]?.publicMessage).toContain('it is for another identity');
  expect(state).toBe(0);
});

test.each([
  ['says so with nothing else', undefined],
  ['says so with our own detail', 'CLIENT_REJECTED'],
  ['says so with the detail of a code that belongs to another status', 'CREDENTIALS_REJECTED'],
])('a handler that %s speaks of the credentials of its backend', async (_, code) => {
  const details = code === undefined ? [] : [{ desc: ErrorSchema, value: { code, message: 'who are you' } }];
  const server = await WireServer.start(await lab.server(), {
    kind: 'handlers',
    store: {
      getSecret: () => {
        throw new ConnectError('who are you', Code.Unauthenticated, undefined, details);
      },
    },
  });
  cleanups.push(() => server.stop());
  const { errors, state } = await sixCalls(server.address, await clientDir());
  expect(errors.map((error) => error.code)).toEqual(Array(6).fill('CREDENTIALS_REJECTED'));
  expect(errors[0]?.publicMessage).toMatch(/ \(gRPC status Unauthenticated\); the provider said: "who are you"$/);
  expect(server.calls).toBe(6);
  expect(state).toBe(0);
});

test.each([
  [
    'without a detail',
    undefined,
    /^the provider does not .* \(gRPC status Unauthenticated\); the provider said: "go away"$/,
  ],
  ["with our own gate's", 'CLIENT_REJECTED', /^it has expired$/],
])('the words of a refusal %s are shown as whose they are', async (_, code, text) => {
  const detail = { desc: ErrorSchema, value: { code, message: 'it has expired' } };
  const error = new ConnectError('go away', Code.Unauthenticated, undefined, code === undefined ? [] : [detail]);
  const trailers = Object.fromEntries(setTrailerStatus(new Headers(), error));
  const server = await FrameServer.start(await lab.server(), {
    onCall: (call) => call.goaway(2 ** 31 - 1, 0, CLIENT_REFUSED).headers(trailers, true),
  });
  cleanups.push(() => server.stop());
  const { errors } = await sixCalls(server.address, await clientDir());
  expect(errors.map((error) => error.code)).toEqual(Array(6).fill('CLIENT_REJECTED'));
  expect(errors[0]?.publicMessage).toMatch(text);
});

test.each([
  ['of a connection that drains', '', '16', 'CREDENTIALS_REJECTED'],
  ['of a gate', CLIENT_REFUSED, '16', 'CLIENT_REJECTED'],
  ['with another status', CLIENT_REFUSED, '5', 'SECRET_NOT_FOUND'],
])('GOAWAY %s', async (_, text, status, code) => {
  const server = await FrameServer.start(await lab.server(), {
    onCall: (call) => call.goaway(2 ** 31 - 1, 0, text).headers({ 'grpc-status': status }, true),
  });
  cleanups.push(() => server.stop());
  const { errors } = await sixCalls(server.address, await clientDir());
  expect(errors.map((error) => error.code)).toEqual(Array(6).fill(code));
});
