/** The command, as somebody types it who has a provider that runs. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestProvider, testCertificates, type TestCertificates, type TestProvider } from '@eso/api/testing';
import type { Report } from './report.ts';
import { type HeldSecret, specimen } from './specimen/specimen.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const apiVersion = 'provider.external-secrets.io/v2alpha1';
const metadata = { name: 'own', namespace: 'team-a' };

let certificates: TestCertificates;
let provider: TestProvider;
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'conformance-'));
  certificates = await testCertificates();
  const secrets = new Map<string, HeldSecret>([
    ['text', { versions: ['a value of some length'] }],
    ['other', { versions: ['another value'] }],
  ]);
  provider = await startTestProvider({
    definition: specimen(secrets, 'get.2'),
    tls: certificates,
    allowUnnamedStores: false,
    objects: [
      { apiVersion, kind: 'Specimen', metadata, spec: {} },
      {
        apiVersion: 'external-secrets.io/v1',
        kind: 'Provider',
        metadata,
        spec: { address: 'specimen:8443', providerRef: { apiVersion, kind: 'Specimen', name: 'own' } },
      },
    ],
  });
});
afterAll(async () => {
  await provider.stop();
  await certificates.remove();
  rmSync(scratch, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function conformance(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--conditions=@eso/source', MAIN, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** Writes a config in YAML; gives the arguments that name the provider and it. */
function configured(yaml: string): string[] {
  const file = join(scratch, 'config.yaml');
  writeFileSync(file, yaml);
  return [`--address=127.0.0.1:${provider.port}`, `--certs=${certificates.clientDir}`, `--config=${file}`];
}

test('a rule that is broken is named with its row of the contract, and the report says the same', async () => {
  const file = join(scratch, 'report.json');
  const args = configured(`
serverName: ${certificates.serverName}
store: { apiVersion: ${apiVersion}, kind: Specimen, name: own, storeName: own, sourceNamespace: team-a }
secrets:
  - { key: text, value: a value of some length }
  - { key: other, value: { base64: ${Buffer.from('another value').toString('base64')} } }
absent: { key: nowhere }
lacks: { otherStore: there is one tenant }
`);
  const { code, stdout } = await conformance(...args, `--report=${file}`);
  const lines = stdout.trimEnd().split('\n');
  expect(code).toBe(1);
  expect(lines.filter((line) => line.startsWith('FAILED'))).toEqual([
    'FAILED get.2 an absent secret is NotFound — an absent secret was answered with FailedPrecondition VERSION_NOT_FOUND ' +
      '(no version; correct remoteRef.version or store a value in the secret), not with NotFound — docs/provider-contract.md#get.2',
  ]);
  expect(lines.at(-1)).toMatch(/^\d+ rules passed, 1 failed, \d+ not run, in \d+\.\d s$/);
  const { rules } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  expect(rules.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id)).toEqual(['get.2']);
  expect(rules.find(({ id }) => id === 'namespaces.1')).toMatchObject({
    outcome: 'notRun',
    excused: true,
    reason: 'there is no otherStore: there is one tenant',
  });
});

test('without a config what needs none is checked', async () => {
  const { code, stdout } = await conformance(...configured(`serverName: ${certificates.serverName}`));
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/^not run (authentication\.[13456]|health|limits\.4|namespaces\.6|versions\.3|words)/m);
  expect(stdout).toContain('not run get.1 a value arrives byte for byte — the config has no store');
});

test.each([
  ['secrets: [{ key: text, value: x }]', 'secrets'],
  ['absnet: { key: nowhere }', 'absnet'],
  ['slow: { key: slow }', 'slow.value'],
])('the config %s is refused by its field', async (yaml, field) => {
  const { code, stdout, stderr } = await conformance(...configured(yaml));
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(field);
});

test.each([
  ['that is not there', 1, 'clientDir', 'ECONNREFUSED'],
  ['that refuses the client', undefined, 'strangerDir', 'is refused'],
] as const)('of a provider %s nothing is said to have passed', async (_, port, dir, reason) => {
  const args = [`--address=127.0.0.1:${port ?? provider.port}`, `--certs=${certificates[dir]}`];
  const [, , config = ''] = configured(`serverName: ${certificates.serverName}`);
  const { code, stdout, stderr } = await conformance(...args, config);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(reason);
});

test.each([[['--certs=x']], [['--address=nowhere', '--certs=x']], [['--unknown']]])(
  '%j is answered by usage',
  async (args) => {
    const { code, stderr } = await conformance(...args);
    expect([code, stderr.trim()]).toEqual([2, expect.stringMatching(/usage: conformance/) as string]);
  },
);
