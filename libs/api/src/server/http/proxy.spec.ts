/** Proxies that the environment names, against a real one. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type LabKeyPair, TlsLab } from '@eso/testing';
import { type LocalServer, startServer, testClient } from './testing/local-server.ts';

const MARKER = 'hunter2-marker';
const request = { operation: 'ReadSecret', signal: new AbortController().signal };
const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];
let lab: TlsLab;
let pair: LabKeyPair;
let server: LocalServer;
let proxy: Server;
let seen: string[];
let refuses: boolean;

beforeAll(async () => {
  lab = await TlsLab.create();
  pair = await lab.server();
});
afterAll(() => lab.remove());

beforeEach(async () => {
  [seen, refuses] = [[], false];
  for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
  server = await startServer((_request, response) => void response.end('hello'), pair);
  proxy = createServer((incoming, response) => {
    seen.push(`${String(incoming.method)} ${String(incoming.url)}`);
    response.end('from the proxy');
  });
  proxy.on('connect', (incoming, client: Socket) => {
    seen.push(`CONNECT ${String(incoming.url)} ${JSON.stringify(incoming.rawHeaders)}`);
    if (refuses) {
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const [host = '', port = ''] = (incoming.url ?? '').split(':');
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    for (const socket of [client, target]) socket.on('error', () => undefined);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  process.env['HTTPS_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
  proxy.closeAllConnections();
  await server.stop();
  proxy.close();
  await once(proxy, 'close');
});

async function said(options: { proxy?: 'environment' | 'none'; ca?: string } = {}): Promise<string> {
  const { ca = pair['ca.crt'], ...rest } = options;
  const { client, lifetime } = testClient(server, { ca }, { proxy: 'environment', retry: { attempts: 1 }, ...rest });
  const answer = client.request({ ...request, headers: { authorization: MARKER } });
  const text = await answer.then(
    (response) => response.text(),
    (error: unknown) => (error as Error).message,
  );
  lifetime.abort();
  return text;
}

test('gets a tunnel, and sees no header of the request', async () => {
  expect(await said()).toBe('hello');
  expect(seen).toEqual([expect.stringContaining(`CONNECT ${server.host}`)]);
  expect(seen.join()).not.toContain(MARKER);
});

test('does not change whose certificates are trusted', async () => {
  expect(await said({ ca: lab.otherAuthority.certificate })).toContain('no trusted authority has signed');
});

test.each(['127.0.0.1', '*'])('is left out for hosts of NO_PROXY=%s', async (hosts) => {
  process.env['NO_PROXY'] = hosts;
  expect(await said()).toBe('hello');
  expect(seen).toEqual([]);
});

test('is left out where a backend says so', async () => {
  expect(await said({ proxy: 'none' })).toBe('hello');
  expect(seen).toEqual([]);
});

test('for plain HTTP is asked in place of the server', async () => {
  process.env['HTTP_PROXY'] = process.env['HTTPS_PROXY'];
  const options = { proxy: 'environment', retry: { attempts: 1 } } as const;
  const { client, lifetime } = testClient({ url: 'http://vault.invalid:8200' }, undefined, options);
  expect((await client.request({ ...request, path: '/v1/x' })).text()).toBe('from the proxy');
  expect(seen).toEqual(['GET http://vault.invalid:8200/v1/x']);
  lifetime.abort();
});

test('that refuses is named as such', async () => {
  refuses = true;
  expect(await said()).toContain('cannot be reached through the proxy [');
});
