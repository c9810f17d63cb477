/** The server half of the soak, in a process of its own: answers every GetSecret with 200 bytes. */
import { createSecureServer } from 'node:http2';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { SecretStoreProvider } from '@eso/api/stubs';

const [dir = ''] = process.argv.slice(2);
const file = (name: string): Buffer => readFileSync(join(dir, name));
const value = new Uint8Array(200);
const routes = (router: ConnectRouter): void => {
  router.service(SecretStoreProvider, { getSecret: () => ({ value }) });
};
const server = createSecureServer(
  {
    key: file('tls.key'),
    cert: file('tls.crt'),
    ca: file('ca.crt'),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
  },
  connectNodeAdapter({ routes }),
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('disconnect', () => process.exit(0));
