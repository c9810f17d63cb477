// What Node takes by itself for what every provider does: it listens for HTTP/2 over mutual TLS, with the same certificates, and
// does nothing else. Prints a line as the providers do when it listens.
//   node tools/providers/bare-node.mjs --cert-dir=DIR
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { join } from 'node:path';

const dir = process.argv.at(-1)?.replace('--cert-dir=', '') ?? '.';
/** @param {string} name */
const pem = (name) => readFileSync(join(dir, name));
const options = { cert: pem('tls.crt'), key: pem('tls.key'), ca: pem('ca.crt'), requestCert: true };
const server = createSecureServer({ ...options, minVersion: 'TLSv1.3' }, (_, response) => response.end());
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  console.log(JSON.stringify({ msg: 'listening', port }));
});
process.on('SIGTERM', () => process.exit());
