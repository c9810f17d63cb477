import { once } from 'node:events';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { ProviderError, toConnectError } from '@eso/api/contract';
import {
  type CapabilitiesResponseSchema,
  HealthCheckResponse_ServingStatus,
  SecretStoreCapabilities,
} from '@eso/api/stubs';
import { ManualClock } from '@eso/runtime';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import type { ProviderAddress } from './endpoint.ts';
import type { ProviderCapabilities, ProviderClient } from './provider-client.ts';
import type { ProviderConnectionsOptions } from './provider-connections.ts';
import { type ClientLab, endpointAt, openClientLab, sample } from './testing/client-lab.ts';
import { type Behaviour, type Handlers, type ServerPair, WireServer } from './testing/wire-server.ts';

const signal = new AbortController().signal;
const value = Buffer.from('the value');
/** A value of the enumeration that a later version of the contract may have. */
const LATER = 7 as never;
const echo: Handlers = { getSecret: ({ remoteRef }) => ({ value: Buffer.from(remoteRef?.key ?? '') }) };

let lab: TlsLab;
let pair: ServerPair;
let clientDir: string;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  lab = await TlsLab.create();
  pair = await lab.server();
  clientDir = await lab.directory(await lab.client());
});
afterAll(() => lab.remove());
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(behaviour: Behaviour | Handlers, serverPair: ServerPair = pair): Promise<WireServer> {
  const kinded: Behaviour = 'kind' in behaviour ? behaviour : { kind: 'handlers', store: behaviour };
  const server = await WireServer.start(serverPair, kinded);
  cleanups.push(() => server.stop());
  return server;
}

async function open(options: Partial<ProviderConnectionsOptions> = {}, dir = clientDir): Promise<ClientLab> {
  const client = await openClientLab(dir, options);
  cleanups.push(() => client.stop());
  return client;
}

async function connect(
  server: WireServer,
  options: Partial<ProviderConnectionsOptions> = {},
): Promise<ClientLab & { client: ProviderClient }> {
  const opened = await open(options);
  return { ...opened, client: opened.connections.client(endpointAt(LAB_SERVER_NAME, server.address)) };
}

/** Asks for a secret; the text of the value, or the code of the error. */
async function ask(client: ProviderClient, key = 'k', using = signal): Promise<string> {
  try {
    const secret = await client.getSecret({ remoteRef: { key } }, { signal: using });
    return Buffer.from(secret).toString();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return error.code;
  }
}

describe('answers', () => {
  test('of every method come as they were given', async () => {
    const server = await serve({
      kind: 'handlers',
      store: {
        getSecret: () => ({ value }),
        getSecretMap: () => ({ secrets: { a: value, __proto__x: Buffer.from([0, 255]) } }),
        getAllSecrets: () => ({ secrets: {} }),
        capabilities: () => ({ capabilities: SecretStoreCapabilities.READ_WRITE }),
      },
      health: { check: () => ({ status: HealthCheckResponse_ServingStatus.SERVING }) },
    });
    const { client } = await connect(server);
    expect(Buffer.from(await client.getSecret({}, { signal }))).toEqual(value);
    const map = await client.getSecretMap({}, { signal });
    expect([...map.keys()]).toEqual(['a', '__proto__x']);
    expect([...map.get('__proto__x')!]).toEqual([0, 255]);
    expect((await client.getAllSecrets({}, { signal })).size).toBe(0);
    expect(await client.capabilities({}, 'ns', { signal })).toEqual({ coarse: 'ReadWrite' });
    await client.checkHealth({ signal });
    expect(server.connections).toBe(1);
  });

  test('of Capabilities say what is known and nothing else', async () => {
    const { READ_ONLY, READ_WRITE, WRITE_ONLY } = SecretStoreCapabilities;
    const answers: [MessageInitShape<typeof CapabilitiesResponseSchema>, ProviderCapabilities][] = [
      // Upstream's read-only provider answers with the same bytes: none.
      [{}, {}],
      [{ capabilities: READ_ONLY }, {}],
      [{ capabilities: WRITE_ONLY }, { coarse: 'WriteOnly' }],
      [{ capabilities: LATER }, {}],
      [{ features: ['map', 'get'] }, { coarse: 'ReadOnly', features: ['get', 'map'] }],
      // The set decides, and what core does not know is skipped.
      [
        { capabilities: READ_WRITE, features: ['teleport', 'push', 'push'] },
        { coarse: 'WriteOnly', features: ['push'] },
      ],
      [
        { capabilities: READ_WRITE, features: ['teleport'] },
        { coarse: 'ReadWrite', features: [] },
      ],
      [
        { features: ['get'], protocolMin: 2, protocolMax: 3 },
        { coarse: 'ReadOnly', features: ['get'], protocol: { min: 2, max: 3 } },
      ],
    ];
    const queue = answers.map(([answer]) => answer);
    const server = await serve({ capabilities: () => queue.shift()! });
    const { client } = await connect(server);
    for (const [, expected] of answers) expect(await client.capabilities({}, 'ns', { signal })).toEqual(expected);
  });

  test('of validations are bounded and on one line', async () => {
    const answers = [
      { valid: true, warnings: ['a\nb'] },
      { valid: true, validationUnknown: true },
      { valid: false, error: `bad\u0000${'x'.repeat(2_000)}`, warnings: Array<string>(50).fill('w') },
      { valid: false },
    ];
    const server = await serve({ validate: () => answers.shift()! });
    const { client } = await connect(server);
    const validate = () => client.validate({}, 'ns', { signal });
    expect(await validate()).toEqual({ kind: 'valid', warnings: ['a b'] });
    expect(await validate()).toEqual({ kind: 'unknown', warnings: [] });
    const invalid = await validate();
    expect(invalid).toMatchObject({ kind: 'invalid', message: expect.stringMatching(/^bad x+/) as string });
    expect(invalid.warnings).toHaveLength(20);
    expect(Buffer.byteLength((invalid as { message: string }).message)).toBeLessThanOrEqual(512);
    expect(await validate()).toEqual({ kind: 'invalid', message: '', warnings: [] });
  });

  test('that are errors keep code, field and next step, and do not count against the provider', async () => {
    const server = await serve({
      getSecret: () => {
        throw toConnectError(
          new ProviderError('SECRET_NOT_FOUND', 'no secret a', { field: 'remoteRef.key', nextStep: 'make one' }),
        );
      },
    });
    const { client } = await connect(server);
    for (let i = 0; i < 7; i++) {
      await expect(client.getSecret({}, { signal })).rejects.toMatchObject({
        code: 'SECRET_NOT_FOUND',
        field: 'remoteRef.key',
        nextStep: 'make one',
        publicMessage: 'no secret a',
      });
    }
    expect(server.calls).toBe(7);
  });

  test('a handler that throws anything is a bug there', async () => {
    const server = await serve({
      getSecret: () => {
        throw new Error('with a password in it');
      },
    });
    const { client } = await connect(server);
    const error = await client.getSecret({}, { signal }).catch((thrown: unknown) => thrown as ProviderError);
    expect(error).toMatchObject({ code: 'INTERNAL' });
    expect(JSON.stringify(error)).not.toContain('password');
  });

  test('a provider that does not serve is not healthy', async () => {
    const server = await serve({
      kind: 'handlers',
      store: {},
      health: { check: () => ({ status: HealthCheckResponse_ServingStatus.NOT_SERVING }) },
    });
    const { client } = await connect(server);
    await expect(client.checkHealth({ signal })).rejects.toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
  });

  test('larger than the limit are refused, once, and do not count against the provider', async () => {
    const server = await serve({ getSecret: () => ({ value: Buffer.alloc(10 * 1024 * 1024) }) });
    const { client } = await connect(server, { deadlineMs: 2_000 });
    for (let i = 0; i < 6; i++) expect(await ask(client)).toBe('RESPONSE_TOO_LARGE');
    expect(server.calls).toBe(6);
  });

  test('of more entries or fields than the limit are refused, once, and do not count against the provider', async () => {
    const mebibyte = 1024 * 1024;
    const hostile = [
      // Two million entries of two bytes, as many fields that nobody knows, and a key of a megabyte.
      Buffer.alloc(4 * mebibyte, Buffer.from([0x0a, 0x00])),
      Buffer.alloc(4 * mebibyte, Buffer.from([0x18, 0x00])),
      Buffer.concat([Buffer.from([0x0a, 0x84, 0x80, 0x40, 0x0a, 0x80, 0x80, 0x40]), Buffer.alloc(mebibyte, 'k')]),
    ];
    const server = await serve({
      kind: 'streams',
      onStream: (stream, count) => respond(stream, hostile[count % hostile.length] ?? Buffer.alloc(0)),
    });
    const { client } = await connect(server);
    for (let i = 0; i < 6; i++) {
      await expect(client.getAllSecrets({}, { signal })).rejects.toMatchObject({
        code: 'RESPONSE_TOO_LARGE',
        publicMessage: expect.stringMatching(
          /has more than 10000 secrets|41000 fields|key of more than 4096/,
        ) as string,
        nextStep: expect.stringContaining('select fewer secrets') as string,
      });
    }
    expect(server.calls).toBe(6);
  });

  test('in a text are looked at only as far as they can be shown', async () => {
    const error = `${'\n'.repeat(1_000_000)}too late`;
    const server = await serve({ validate: () => ({ valid: false, error, warnings: [error] }) });
    const { client } = await connect(server);
    const { warnings, ...rest } = await client.validate({}, 'ns', { signal });
    expect(rest).toEqual({ kind: 'invalid', message: '' });
    expect(warnings).toEqual(['']);
  });

  test('as large as a raised limit are read', async () => {
    const server = await serve({ getSecret: () => ({ value: Buffer.alloc(10 * 1024 * 1024) }) });
    const { client } = await connect(server, { limits: { responseBytes: 11 * 1024 * 1024 } });
    expect((await client.getSecret({}, { signal })).byteLength).toBe(10 * 1024 * 1024);
  });

  test('requests larger than the limit are never sent', async () => {
    const server = await serve(echo);
    const { client } = await connect(server, { limits: { requestBytes: 1_000 } });
    await expect(client.getSecret({ remoteRef: { key: 'k'.repeat(2_000) } }, { signal })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      field: 'remoteRef',
      publicMessage: expect.stringContaining('1000 are allowed') as string,
    });
    expect(await ask(client, 'small')).toBe('small');
    expect(server.calls).toBe(1);
  });
});

describe('certificates', () => {
  test.each([
    ['another name', 'otherIdentity', 'TLS_NAME_MISMATCH'],
    ['another authority', 'otherAuthority', 'TLS_UNTRUSTED'],
    ['no authority', 'selfSigned', 'TLS_UNTRUSTED'],
    ['an expired one', 'expired', 'TLS_EXPIRED'],
    ['one that is not valid yet', 'notYetValid', 'TLS_EXPIRED'],
    ['one for clients', 'wrongUsage', 'TLS_UNTRUSTED'],
  ] as const)(
    'of %s are told apart, not tried again, and the provider is used as soon as it shows a good one',
    async (_, fault, code) => {
      const bad = { ...(await lab.server({ fault })), 'ca.crt': pair['ca.crt'] };
      const server = await serve(echo, bad);
      const { client } = await connect(server);
      const error = await client.getSecret({}, { signal }).catch((thrown: unknown) => thrown as ProviderError);
      expect(error).toMatchObject({ code, retryable: false });
      expect((error as ProviderError).publicMessage).toContain(LAB_SERVER_NAME);
      expect(server.calls).toBe(0);
      server.use(pair);
      expect(await ask(client, 'good')).toBe('good');
    },
  );

  test('that the provider refuses without a word are named as what to look at', async () => {
    const server = await serve(echo, { ...pair, 'ca.crt': lab.otherAuthority.certificate });
    const { client } = await connect(server);
    await expect(client.getSecret({}, { signal })).rejects.toMatchObject({
      code: 'PROVIDER_UNREACHABLE',
      publicMessage: expect.stringContaining('right after the TLS handshake') as string,
      nextStep: expect.stringContaining("core's certificate") as string,
    });
    expect(server.calls).toBe(0);
  });

  test('that are missing here are no fault of the provider', async () => {
    const server = await serve(echo);
    const dir = await lab.directory({ 'tls.crt': '', 'tls.key': '', 'ca.crt': '' });
    const { connections, certificates } = await open({}, dir);
    const client = connections.client(endpointAt(LAB_SERVER_NAME, server.address));
    for (let i = 0; i < 6; i++) expect(await ask(client)).toBe('NO_CLIENT_CERTIFICATE');
    await lab.mount(dir, await lab.client());
    await certificates.refresh();
    expect(await ask(client, 'now')).toBe('now');
  });

  test('are rotated under load without one failed call; the old connection ends with its last call', async () => {
    const release = Promise.withResolvers<undefined>();
    const server = await serve({
      getSecret: async ({ remoteRef }) => {
        if (remoteRef?.key === 'slow') await release.promise;
        return { value: Buffer.from(remoteRef?.key ?? '') };
      },
    });
    const dir = await lab.directory(await lab.client());
    const { connections, certificates } = await open({}, dir);
    const client = connections.client(endpointAt(LAB_SERVER_NAME, server.address));
    const slow = ask(client, 'slow');
    const results: string[] = [];
    for (let round = 0; round < 10; round++) {
      if (round === 5) {
        await lab.mount(dir, await lab.client());
        await certificates.refresh();
      }
      results.push(...(await Promise.all(Array.from({ length: 20 }, () => ask(client, 'x')))));
    }
    expect(results).toEqual(Array<string>(200).fill('x'));
    expect(new Set(server.clientSerials).size).toBe(2);
    expect(server.connections).toBe(2);
    release.resolve(undefined);
    expect(await slow).toBe('slow');
    await until(() => server.connections === 1);
  });
});

describe('providers that are not there', () => {
  test('refuse', async () => {
    const server = await WireServer.start(pair, { kind: 'handlers', store: echo });
    const { address } = server;
    await server.stop();
    const { connections, registry } = await open();
    const client = connections.client(endpointAt(LAB_SERVER_NAME, address));
    const error = await client.getSecret({}, { signal }).catch((thrown: unknown) => thrown as ProviderError);
    expect(error).toMatchObject({ code: 'PROVIDER_UNREACHABLE', retryable: true });
    expect((error as ProviderError).publicMessage).toContain('ECONNREFUSED');
    expect(await sample(registry, 'grpc_client_retries_total')).toBe(2);
    expect(await sample(registry, 'grpc_client_request_errors_total', { error_type: 'connection_refused' })).toBe(1);
  });

  test('have no address', async () => {
    const { connections } = await open();
    const client = connections.client(endpointAt(LAB_SERVER_NAME));
    for (let i = 0; i < 6; i++) expect(await ask(client)).toBe('PROVIDER_UNREACHABLE');
  });

  test('speak no TLS', async () => {
    const plain = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { connections } = await open();
    const client = connections.client(endpointAt(LAB_SERVER_NAME, plain));
    expect(await ask(client)).toBe('TLS_FAILED');
  });

  test('speak TLS 1.2 at the most', async () => {
    const old = createSecureServer({ cert: pair['tls.crt'], key: pair['tls.key'], maxVersion: 'TLSv1.2' });
    const spoken: (string | null)[] = [];
    old.on('secureConnection', (socket) => spoken.push(socket.getProtocol()));
    old.on('sessionError', () => undefined);
    old.listen(0, '127.0.0.1');
    await once(old, 'listening');
    cleanups.push(() => promisify(old.close.bind(old))());
    const { connections } = await open();
    const client = connections.client(
      endpointAt(LAB_SERVER_NAME, { host: '127.0.0.1', port: (old.address() as AddressInfo).port }),
    );
    expect(await ask(client)).toBe('TLS_FAILED');
    expect(spoken).toEqual([]);
  });

  test('accept and say nothing, while another provider answers', async () => {
    const silent = await listen(() => undefined);
    const server = await serve(echo);
    const { connections } = await open({ deadlineMs: 300 });
    const hanging = connections.client({ ...endpointAt(LAB_SERVER_NAME, silent), id: 'silent' });
    const waiting = ask(hanging);
    const other = connections.client(endpointAt(LAB_SERVER_NAME, server.address));
    expect(await ask(other, 'meanwhile')).toBe('meanwhile');
    expect(await waiting).toBe('TIMEOUT');
  });
});

describe('providers that misbehave', () => {
  test.each<[string, (stream: Parameters<Extract<Behaviour, { kind: 'streams' }>['onStream']>[0]) => void, string]>([
    ['never answer', () => undefined, 'TIMEOUT'],
    ['send headers and no more', (stream) => stream.respond(grpcHeaders), 'TIMEOUT'],
    [
      'stop in the middle of a message',
      (stream) => {
        stream.respond(grpcHeaders);
        stream.write(Buffer.from([0, 0, 0, 1, 0, 10, 10]));
      },
      'TIMEOUT',
    ],
    ['reset the call', (stream) => stream.close(2), 'ANSWER_BROKEN'],
    [
      'reset in the middle of a message',
      (stream) => {
        stream.respond(grpcHeaders);
        stream.write(Buffer.from([0, 0, 0, 1, 0, 10, 10]), () => stream.close(2));
      },
      'ANSWER_BROKEN',
    ],
    ['cut the connection', (stream) => stream.session?.destroy(), 'ANSWER_BROKEN'],
    [
      'end without a status',
      (stream) => {
        stream.respond(grpcHeaders);
        stream.end();
      },
      'ANSWER_BROKEN',
    ],
    [
      'are no gRPC server',
      (stream) => {
        stream.respond({ ':status': 404, 'content-type': 'text/html' });
        stream.end('<html>');
      },
      'ANSWER_BROKEN',
    ],
    [
      'announce more than they may send',
      (stream) => {
        stream.respond(grpcHeaders);
        stream.write(Buffer.from([0, 255, 255, 255, 255, 10]));
      },
      'RESPONSE_TOO_LARGE',
    ],
    [
      'answer in crumbs',
      (stream) => {
        stream.respond(grpcHeaders);
        stream.write(Buffer.from([0, 0, 0, 0xff, 0xff, 0x0a]));
        let sent = 0;
        const crumb = (): void => {
          if (sent++ < 3_000 && !stream.destroyed) stream.write(Buffer.of(0), crumb);
        };
        crumb();
      },
      'ANSWER_BROKEN',
    ],
  ])('%s', async (_, onStream, code) => {
    const server = await serve({ kind: 'streams', onStream });
    const { client } = await connect(server, { deadlineMs: 500 });
    expect(await ask(client)).toBe(code);
  });

  test('a refused stream and a cut connection are tried again', async () => {
    const server = await serve({
      kind: 'streams',
      onStream: (stream, count) => {
        if (count === 1)
          stream.close(7); // REFUSED_STREAM
        else if (count === 2) stream.session?.destroy();
        else {
          stream.respond(grpcHeaders, { waitForTrailers: true });
          stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
          stream.end(Buffer.from([0, 0, 0, 0, 3, 10, 1, 0x76]));
        }
      },
    });
    const { client } = await connect(server);
    expect(await ask(client)).toBe('v');
    expect(server.calls).toBe(3);
  });

  test('a caller who gives up is not held, and is no fault of the provider', async () => {
    const server = await serve({ kind: 'streams', onStream: () => undefined });
    const { client } = await connect(server);
    for (let i = 1; i <= 6; i++) {
      const giveUp = new AbortController();
      const asked = ask(client, 'k', giveUp.signal);
      await until(() => server.calls === i);
      giveUp.abort();
      expect(await asked).toBe('CANCELED');
    }
  });
});

describe('retries', () => {
  const failing = (error: ProviderError, times: number): Handlers => ({
    getSecret: () => {
      if (times-- > 0) throw toConnectError(error);
      return { value };
    },
  });

  test.each([
    ['BACKEND_UNAVAILABLE', 2, 'the value', 3],
    ['BACKEND_UNAVAILABLE', 9, 'BACKEND_UNAVAILABLE', 3],
    ['BACKEND_THROTTLED', 1, 'the value', 2],
    ['CONFLICT', 1, 'the value', 2],
    ['SECRET_NOT_FOUND', 1, 'SECRET_NOT_FOUND', 1],
    ['LIMIT_EXCEEDED', 1, 'LIMIT_EXCEEDED', 1],
    ['INTERNAL', 1, 'INTERNAL', 1],
    ['CREDENTIALS_REJECTED', 1, 'CREDENTIALS_REJECTED', 1],
  ] as const)('%s %i times: %s after %i calls', async (code, times, outcome, calls) => {
    const server = await serve(failing(new ProviderError(code, 'for a moment'), times));
    const { client } = await connect(server);
    expect(await ask(client)).toBe(outcome);
    expect(server.calls).toBe(calls);
  });

  test('do not wait past the deadline', async () => {
    const error = new ProviderError('BACKEND_THROTTLED', 'slow down', { retryAfterMs: 60_000 });
    const server = await serve(failing(error, 1));
    const { client } = await connect(server);
    expect(await ask(client)).toBe('BACKEND_THROTTLED');
    expect(server.calls).toBe(1);
  });
});

describe('the breaker', () => {
  test('opens at a provider that cannot be reached, tries it again, and closes', async () => {
    const bad = { ...(await lab.server({ fault: 'otherIdentity' })), 'ca.crt': pair['ca.crt'] };
    const server = await serve(echo, bad);
    const clock = new ManualClock();
    const { client, registry } = await connect(server, { clock });
    const state = () => sample(registry, 'grpc_client_circuit_breaker_state');
    for (let i = 0; i < 5; i++) {
      expect(await ask(client)).toBe('TLS_NAME_MISMATCH');
      await clock.advance(250);
    }
    expect(await state()).toBe(2);
    server.use(pair);
    expect(await ask(client)).toBe('CIRCUIT_OPEN');
    await clock.advance(30_000);
    expect(await ask(client, 'back')).toBe('back');
    expect(await state()).toBe(0);
  });

  test('belongs to one provider', async () => {
    const bad = { ...(await lab.server({ fault: 'expired' })), 'ca.crt': pair['ca.crt'] };
    const [broken, good] = [await serve(echo, bad), await serve(echo)];
    const clock = new ManualClock();
    const { connections } = await open({ clock });
    const first = connections.client({ ...endpointAt(LAB_SERVER_NAME, broken.address), id: 'broken' });
    const second = connections.client({ ...endpointAt(LAB_SERVER_NAME, good.address), id: 'good' });
    for (let i = 0; i < 5; i++) {
      await ask(first);
      await clock.advance(250);
    }
    expect(await ask(first)).toBe('CIRCUIT_OPEN');
    expect(await ask(second, 'fine')).toBe('fine');
  });

  test('gives a new instance its chance at once', async () => {
    const bad = { ...(await lab.server({ fault: 'expired' })), 'ca.crt': pair['ca.crt'] };
    const [old, fresh] = [await serve(echo, bad), await serve(echo)];
    const clock = new ManualClock();
    const { connections } = await open({ clock });
    const client = connections.client(endpointAt(LAB_SERVER_NAME, old.address));
    for (let i = 0; i < 5; i++) {
      await ask(client);
      await clock.advance(250);
    }
    expect(await ask(client)).toBe('CIRCUIT_OPEN');
    connections.client(endpointAt(LAB_SERVER_NAME, fresh.address));
    expect(await ask(client, 'new')).toBe('new');
  });
});

describe('load', () => {
  test('256 calls at once share one connection and all succeed', async () => {
    const server = await serve(echo);
    const { client } = await connect(server, { maxInFlightPerEndpoint: 256 });
    const keys = Array.from({ length: 1024 }, (_, i) => `key-${i}`);
    const answers: string[] = [];
    const queue = [...keys];
    const caller = async (): Promise<void> => {
      for (let key = queue.pop(); key !== undefined; key = queue.pop()) answers.push(await ask(client, key));
    };
    await Promise.all(Array.from({ length: 256 }, caller));
    expect(answers.sort()).toEqual(keys.sort());
    expect(server.connections).toBe(1);
  });

  test('no more calls than allowed are in flight; those that wait can give up', async () => {
    const waiting: (() => void)[] = [];
    const server = await serve({
      getSecret: async () => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return { value };
      },
    });
    const { client, registry } = await connect(server, { maxInFlightPerEndpoint: 4 });
    const calls = Array.from({ length: 4 }, () => ask(client));
    const giveUp = new AbortController();
    const impatient = ask(client, 'k', giveUp.signal);
    const patient = ask(client);
    await until(() => waiting.length === 4);
    expect(await sample(registry, 'grpc_client_waiting_requests')).toBe(2);
    giveUp.abort();
    expect(await impatient).toBe('CANCELED');
    waiting.shift()!();
    await until(() => server.calls === 5);
    for (const answer of waiting) answer();
    await until(() => waiting.length === 4);
    waiting[3]!();
    expect(await Promise.all([...calls, patient])).toEqual(Array<string>(5).fill('the value'));
  });

  test('waiting for a place is part of the budget', async () => {
    const server = await serve({ kind: 'streams', onStream: () => undefined });
    const { client } = await connect(server, { maxInFlightPerEndpoint: 1, deadlineMs: 200 });
    const [, second] = await Promise.all([
      ask(client),
      client.getSecret({}, { signal }).catch((error: unknown) => error),
    ]);
    expect(second).toMatchObject({ code: 'TIMEOUT' });
    expect(server.calls).toBe(1);
  });

  test('several instances share the calls, and one that dies is gone around', async () => {
    const [first, second] = [await serve(echo), await serve(echo)];
    const { connections } = await open();
    const client = connections.client(endpointAt(LAB_SERVER_NAME, first.address, second.address));
    await Promise.all(Array.from({ length: 40 }, () => ask(client)));
    expect([first.calls, second.calls]).toEqual([20, 20]);
    await first.stop();
    cleanups.splice(cleanups.length - 3, 1);
    expect(await Promise.all(Array.from({ length: 40 }, () => ask(client, 'y')))).toEqual(Array<string>(40).fill('y'));
  });

  test('a server that drains loses no call', async () => {
    const [first, second] = [await serve(echo), await serve(echo)];
    const { connections } = await open();
    const client = connections.client(endpointAt(LAB_SERVER_NAME, first.address, second.address));
    const calls: Promise<string>[] = [];
    for (let i = 0; i < 200; i++) {
      calls.push(ask(client, 'z'));
      if (i % 20 === 0) await calls[i];
      if (i % 50 === 25) first.drain();
    }
    expect(await Promise.all(calls)).toEqual(Array<string>(200).fill('z'));
  });
});

describe('the end', () => {
  test('of a provider closes its connections', async () => {
    const server = await serve(echo);
    const { client, connections } = await connect(server);
    await ask(client);
    expect(server.connections).toBe(1);
    connections.forget(endpointAt(LAB_SERVER_NAME, server.address).id);
    await until(() => server.connections === 0);
    expect(await ask(client)).toBe('CANCELED');
    expect(await ask(connections.client(endpointAt(LAB_SERVER_NAME, server.address)), 'again')).toBe('again');
  });

  test('of everything fails what is under way', async () => {
    const server = await serve({ kind: 'streams', onStream: () => undefined });
    const { client, connections } = await connect(server, { deadlineMs: 5_000 });
    const asked = ask(client);
    await until(() => server.calls === 1);
    await connections.close();
    expect(await asked).not.toBe('TIMEOUT');
    await until(() => server.connections === 0);
  });
});

test('what is counted carries upstream’s names, and no more targets than there is room for', async () => {
  const server = await serve(echo);
  const { client, connections, registry } = await connect(server);
  await ask(client);
  await ask(client);
  const { id } = endpointAt(LAB_SERVER_NAME, server.address);
  const pool = { address: id, tls_enabled: 'true' };
  expect(await sample(registry, 'grpc_pool_misses_total', pool)).toBe(1);
  expect(await sample(registry, 'grpc_pool_hits_total', pool)).toBe(1);
  expect(await sample(registry, 'grpc_pool_connections_total', pool)).toBe(1);
  expect(await sample(registry, 'grpc_pool_connections_idle', pool)).toBe(1);
  const call = { method: 'GetSecret', target: id, status: 'success' };
  expect(await sample(registry, 'grpc_client_requests_total', call)).toBe(2);
  expect(await registry.metrics()).toContain('grpc_client_request_duration_seconds_bucket{le="0.01"');
  for (let i = 0; i < 300; i++) await ask(connections.client({ ...endpointAt(LAB_SERVER_NAME), id: `many-${i}` }));
  const requests = await registry.getSingleMetric('grpc_client_requests_total')!.get();
  expect(new Set(requests.values.map(({ labels }) => labels['target'])).size).toBe(257);
});

const grpcHeaders = { ':status': 200, 'content-type': 'application/grpc+proto' };

async function listen(onSocket: (socket: Socket) => void): Promise<ProviderAddress> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** Answers a call with these bytes as its message, whatever they are. */
function respond(stream: ServerHttp2Stream, message: Buffer): void {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  stream.respond(grpcHeaders, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([header, message]));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
