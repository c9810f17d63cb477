import type { TLSSocket } from 'node:tls';
import { startTestProvider, testCertificates, type TestCertificates, type TestProvider } from '@eso/api/testing';
import { RULES, runConformance } from '../index.ts';
import { CarelessDoor, isCore } from './careless-door.ts';
import { specimen } from './specimen.ts';

const AUTHENTICATION = RULES.map(({ id }) => id).filter((id) => id.startsWith('authentication.'));

let certificates: TestCertificates;
let provider: TestProvider;

beforeAll(async () => {
  certificates = await testCertificates();
  provider = await startTestProvider({ definition: specimen(new Map()), tls: certificates });
});
afterAll(async () => {
  await provider.stop();
  await certificates.remove();
});

const named = (socket: TLSSocket): boolean => socket.getPeerX509Certificate() !== undefined;

test.each([
  ['no fault', {}, []],
  [
    'no need for a certificate',
    {
      tls: { rejectUnauthorized: false },
      admits: (socket: TLSSocket) => !named(socket) || (socket.authorized && isCore(socket)),
    },
    ['authentication.1', 'authentication.5'],
  ],
  ['no look at who the client is', { admits: named }, ['authentication.2', 'authentication.5']],
  [
    'no look at who has signed',
    { tls: { rejectUnauthorized: false }, admits: (socket: TLSSocket) => named(socket) && isCore(socket) },
    ['authentication.3'],
  ],
  ['an older TLS', { tls: { minVersion: 'TLSv1.2' as const } }, ['authentication.4']],
  ['no need for TLS', { plain: true }, ['authentication.6']],
])('a door with %s breaks just that', async (_fault, fault, broken) => {
  const { serverDir, clientDir, strangerDir, serverName } = certificates;
  const door = await CarelessDoor.open({ ...fault, serverDir, clientDir, provider });
  try {
    const report = await runConformance(
      { host: '127.0.0.1', port: door.port, certsDir: clientDir, strangerDir },
      { config: { serverName }, only: AUTHENTICATION },
    );
    expect(report.rules.flatMap(({ id, outcome }) => (outcome === 'failed' ? [id] : []))).toEqual(broken);
    expect(report.rules.filter(({ outcome }) => outcome === 'notRun')).toEqual([]);
  } finally {
    door.close();
  }
});
