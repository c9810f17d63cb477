import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { SecretStoreProvider } from '@eso/api/stubs';
import { Deadline, ManualClock } from '@eso/runtime';
import { attempt, NeverSettled } from './attempt.ts';
import { connectSecurely } from './secure-connection.ts';

test('a call that never settles is abandoned one second after its deadline', async () => {
  const clock = new ManualClock();
  const deadline = new Deadline({ clock, ms: 5_000 });
  let told = 0;
  const session = {
    call: (_: unknown, __: unknown, { timeoutMs }: { timeoutMs: number }) => {
      told = timeoutMs;
      return new Promise<never>(() => undefined);
    },
  };
  const method = SecretStoreProvider.method.getSecret;
  const outcome = attempt({ session, method, frame: Buffer.alloc(5), tenant: '', deadline, clock }).catch(
    (error: unknown) => error,
  );
  await clock.advance(5_999);
  expect(deadline.passed).toBe(true);
  await clock.advance(1);
  expect(await outcome).toBeInstanceOf(NeverSettled);
  // The provider is told to stop earlier than this side does.
  expect(told).toBe(4_500);
});

test('a peer that accepts and says nothing is given up after 10 s', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const clock = new ManualClock();
  const { port } = silent.address() as AddressInfo;
  const material = {
    cert: '',
    key: '',
    ca: '',
    notBefore: new Date(0),
    notAfter: new Date(0),
    serial: '01',
    uriSans: [],
    dnsSans: [],
  };
  const socket = connectSecurely({ address: { host: '127.0.0.1', port }, serverName: 'a.b.svc', material, clock });
  const failed = once(socket, 'error');
  await once(socket, 'connect');
  await clock.advance(10_000);
  expect(await failed).toEqual([expect.objectContaining({ code: 'ESO_CONNECT_TIMEOUT' })]);
  for (const open of sockets) open.destroy();
  silent.close();
  await once(silent, 'close');
});
