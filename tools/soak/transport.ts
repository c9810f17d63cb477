/**
 * Unary calls over mutual TLS with Connect on this Node. One failed call fails the run. To be passed before the pinned Node changes:
 * 24.20 and 24.21 fail it (nodejs/node#65677).
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { SecretStoreProvider } from '@eso/api/stubs';
import { root, step } from '../setup.mjs';

/** How long, in seconds, and by how many callers at once. */
export interface TransportSoak {
  readonly seconds: number;
  readonly callers: number;
}

/** Runs it, and prints what it counted. Returns whether all calls went well. */
export async function soakTransport({ seconds, callers }: TransportSoak): Promise<boolean> {
  const lab = await TlsLab.create();
  const serverPair = await lab.server();
  const clientPair = await lab.client();
  const server = fork(join(root, 'tools', 'soak', 'server.ts'), [await lab.directory(serverPair)]);
  const port = await new Promise<number>((done) => server.once('message', (message) => done(Number(message))));
  const transport = createGrpcTransport({
    baseUrl: `https://127.0.0.1:${port}`,
    nodeOptions: {
      key: clientPair['tls.key'],
      cert: clientPair['tls.crt'],
      ca: clientPair['ca.crt'],
      minVersion: 'TLSv1.3',
      servername: LAB_SERVER_NAME,
    },
  });
  const client = createClient(SecretStoreProvider, transport);
  const request = { remoteRef: { key: 'k'.repeat(240) }, sourceNamespace: 'soak' };

  step(`${callers} callers for ${seconds} s on Node ${process.version}`);
  const end = performance.now() + seconds * 1_000;
  let calls = 0;
  const failures = new Map<string, number>();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end) {
        try {
          await client.getSecret(request, { timeoutMs: 30_000 });
          calls++;
        } catch (error) {
          const text = error instanceof Error ? error.message : String(error);
          failures.set(text, (failures.get(text) ?? 0) + 1);
        }
      }
    }),
  );
  server.disconnect();
  await lab.remove();
  if (!keepsKeys()) failures.set('JSON.parse gave an object the key of another object', 1);
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  for (const [text, count] of failures) console.log(`${count} × ${text}`);
  step(`Node ${process.version}: ${calls} calls, ${failed} failed, ${(calls / seconds).toFixed(0)} per second`);
  return failed === 0 && calls > 0;
}

/** Whether `JSON.parse` keeps keys with escapes apart, which that of Node 26.10.0 does not. */
function keepsKeys(): boolean {
  JSON.parse(String.raw`{"q":0,"x\\":1}`);
  return Object.keys(JSON.parse(String.raw`{"q":0,"x\"":1}`) as object)[1] === 'x"';
}
