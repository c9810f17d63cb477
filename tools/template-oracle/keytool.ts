// Lets Java's keytool read the PKCS#12 files that templates write, where Java is present:
//   npm run template:keytool
// The other direction, our reading of what keytool wrote, is part of the tests (libs/template/testdata/pki/keytool-*).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '@eso/template';
import { root } from '../setup.mjs';

const PASSWORD = 'changeit';

if (spawnSync('keytool', ['-help']).error) {
  console.error('keytool is not there: install a Java runtime (17 or newer) and run this again');
  process.exit(2);
}
const file = (name: string): string => readFileSync(join(root, 'libs', 'template', 'testdata', 'pki', name), 'utf8');

/** Name, template, data, and what keytool has to find. */
const cases = [
  [
    'RSA key store',
    `{{ pemToPkcs12Pass .cert .key "${PASSWORD}" | b64dec }}`,
    { cert: 'leaf.pem', key: 'leaf.key' },
    'PrivateKeyEntry',
  ],
  [
    'EC key store',
    `{{ pemToPkcs12Pass .cert .key "${PASSWORD}" | b64dec }}`,
    { cert: 'ec.pem', key: 'ec.key' },
    'PrivateKeyEntry',
  ],
  [
    'key store with its chain',
    `{{ fullPemToPkcs12Pass .cert .key "${PASSWORD}" | b64dec }}`,
    { cert: 'leaf.pem', key: 'leaf.key' },
    'PrivateKeyEntry',
  ],
  [
    'trust store',
    `{{ pemTruststoreToPKCS12Pass .cert "${PASSWORD}" | b64dec }}`,
    { cert: 'own.pem' },
    'trustedCertEntry',
  ],
] as const;

const work = mkdtempSync(join(tmpdir(), 'template-keytool-'));
let failed = 0;
for (const [name, template, files, expected] of cases) {
  const data = Object.fromEntries(Object.entries(files).map(([key, path]) => [key, file(path)]));
  const store = join(work, `${name.replaceAll(' ', '-')}.p12`);
  writeFileSync(store, compile(name, template).execute(data));
  const args = ['-list', '-storetype', 'PKCS12', '-keystore', store, '-storepass', PASSWORD];
  const { stdout, status } = spawnSync('keytool', args, { encoding: 'utf8' });
  const read = status === 0 && stdout.includes(expected);
  if (!read) failed++;
  console.log(`${read ? 'reads' : 'DOES NOT READ'} ${name}${read ? '' : `:\n${stdout}`}`);
}
rmSync(work, { recursive: true });
process.exit(failed === 0 ? 0 : 1);
