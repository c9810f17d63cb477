import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';

const run = promisify(execFile);
let lab: TlsLab;

beforeAll(async () => {
  lab = await TlsLab.create();
});
afterAll(() => lab.remove());

test.each([
  ['otherAuthority', /unable to verify|self-signed/],
  ['otherIdentity', /does not match/],
  [undefined, /^connected$/],
] as const)(
  'NODE_TLS_REJECT_UNAUTHORIZED=0 lets an API server with fault %s in no more than without it',
  async (fault, said) => {
    const pair = await lab.server(fault === undefined ? {} : { fault });
    const server = createServer({ cert: pair['tls.crt'], key: pair['tls.key'], ALPNProtocols: ['h2'] });
    server.on('tlsClientError', () => undefined);
    server.on('secureConnection', (socket) => socket.on('error', () => undefined));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const script = `
      import { dial } from ${JSON.stringify(new URL('./dial.ts', import.meta.url).href)};
      import { systemClock } from '@eso/runtime';
      const connection = {
        server: new URL('https://127.0.0.1:${(server.address() as AddressInfo).port}'),
        tls: async () => ({
          ca: ${JSON.stringify(lab.authority.certificate)},
          servername: ${JSON.stringify(LAB_SERVER_NAME)},
        }),
        authorization: () => undefined,
      };
      const options = { connection, clock: systemClock, connectTimeoutMs: 10_000, signal: new AbortController().signal };
      const said = await dial(options).then(() => 'connected', (error) => error.cause?.message ?? error.message);
      process.stdout.write(said, () => process.exit());
    `;
    const args = ['--conditions=@eso/source', '--input-type=module', '--eval', script];
    const env = { ...process.env, NODE_OPTIONS: '', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { stdout } = await run(process.execPath, args, { env, cwd: import.meta.dirname, timeout: 30_000 });
    server.close();
    expect(stdout).toMatch(said);
  },
);
