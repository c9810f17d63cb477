import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, ManualClock } from '@eso/runtime';
import { eventually, type LabKeyPair, TlsLab } from '@eso/testing';
import { X509Certificate } from 'node:crypto';
import { CertificateDirectory } from './certificate-directory.ts';
import { lifetimeProblem } from './material.ts';

let lab: TlsLab;
const open: CertificateDirectory[] = [];

beforeAll(async () => {
  lab = await TlsLab.create();
});
afterEach(() => {
  for (const directory of open.splice(0)) directory.close();
});
afterAll(() => lab.remove());

async function watch(dir: string): Promise<CertificateDirectory> {
  const directory = await CertificateDirectory.open({ dir });
  open.push(directory);
  return directory;
}

const serialOf = (pair: LabKeyPair): string => new X509Certificate(pair['tls.crt']).serialNumber;

test('says what is in use', async () => {
  const pair = await lab.server();
  const directory = await watch(await lab.directory(pair));
  expect(directory.current()).toMatchObject({
    cert: pair['tls.crt'],
    key: pair['tls.key'],
    ca: pair['ca.crt'],
    serial: serialOf(pair),
    uriSans: ['spiffe://external-secrets.io/provider/provider-fake/provider-fake'],
    dnsSans: [
      'provider-fake',
      'provider-fake.provider-fake',
      'provider-fake.provider-fake.svc',
      'provider-fake.provider-fake.svc.cluster.local',
    ],
  });
  expect(directory.current()?.crl).toBeUndefined();
  expect(directory.problem()).toBeUndefined();
});

test('a directory that is empty at first is used once it is filled', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'late-'));
  const directory = await watch(dir);
  expect(directory.current()).toBeUndefined();
  expect(directory.problem()).toBe(`cannot read tls.crt in ${dir}: ENOENT`);
  const loads: (string | undefined)[] = [];
  directory.onChange((_material, previous) => loads.push(previous?.serial));
  await lab.mount(dir, await lab.server());
  await eventually(() => expect(directory.current()).toBeDefined());
  expect(loads).toEqual([undefined]);
  await rm(dir, { recursive: true });
});

test('a directory that does not exist yet is no error', async () => {
  const dir = join(tmpdir(), `absent-${process.pid}`);
  const directory = await watch(dir);
  expect(directory.problem()).toContain('ENOENT');
});

test('a certificate that is not there yet is waited for; one that is taken away is an error', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'waiting-'));
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
  const said = (): string[] =>
    lines.map((line) => JSON.parse(line) as { level: string; msg: string }).map(({ level, msg }) => `${level} ${msg}`);
  open.push(await CertificateDirectory.open({ dir, logger, pollMs: 100 }));
  const waiting = `info waiting for a certificate: cannot read tls.crt in ${dir}: ENOENT`;
  await eventually(() => expect(said()).toEqual([waiting]));
  await lab.mount(dir, await lab.server());
  await eventually(() => expect(said()).toEqual([waiting, 'info certificate loaded']));
  await rm(join(dir, '..data'), { recursive: true });
  const lost = `error certificate files not usable: cannot read tls.crt in ${dir}: ENOENT`;
  await eventually(() => expect(said()).toEqual([waiting, 'info certificate loaded', lost]));
  await rm(dir, { recursive: true });
});

test('files that are written one after the other are taken when the last one is there, without an alarm', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'plain-'));
  const write = async (pair: LabKeyPair): Promise<void> => {
    for (const [name, text] of Object.entries(pair)) await writeFile(join(dir, name), text as string);
  };
  await write(await lab.server());
  const directory = await watch(dir);
  const refusals: string[] = [];
  directory.onRefused((problem) => refusals.push(problem));
  for (let round = 0; round < 5; round++) {
    const pair = await lab.server();
    await write(pair);
    await eventually(() => expect(directory.current()?.serial).toBe(serialOf(pair)));
  }
  expect(refusals).toEqual([]);
  await rm(dir, { recursive: true });
});

test('a revocation list is part of what is in use, and a broken one is refused', async () => {
  const pair = await lab.server();
  const crl = await lab.crl([]);
  const dir = await lab.directory({ ...pair, 'ca.crl': crl });
  const directory = await watch(dir);
  expect(directory.current()?.crl).toBe(crl);
  await lab.mount(dir, { ...pair, 'ca.crl': 'nonsense' });
  await eventually(() => expect(directory.problem()).toContain('revocation list'));
  expect(directory.current()?.crl).toBe(crl);
});

test('looks at the files from time to time even where the system reports no changes', async () => {
  const clock = new ManualClock(Date.now());
  const dir = await lab.directory(await lab.server());
  const directory = new CertificateDirectory({ dir, clock, pollMs: 2_000 });
  open.push(directory);
  await directory.refresh();
  const renewed = await lab.server();
  await lab.mount(dir, renewed);
  // The notification itself also waits on this clock, which stands still.
  await clock.advance(2_000);
  await eventually(() => expect(directory.current()?.serial).toBe(serialOf(renewed)));
});

test('no problem ever quotes a file', async () => {
  const pair = await lab.server();
  const dir = await lab.directory({ ...pair, 'tls.key': 'top secret' });
  const directory = await watch(dir);
  expect(directory.problem()).toBe('the key file holds no readable private key');
});

test.each([
  // left of valid → problem
  [3_600_000, 86_400_000, undefined],
  [3_599_000, 86_400_000, 'expires in 59m59s'],
  [30_000, 300_000, undefined],
  [29_000, 300_000, 'expires in 29s'],
  [0, 300_000, 'expired at'],
])('%i ms left of %i', (leftMs, validityMs, problem) => {
  const now = Date.UTC(2026, 0, 1);
  const material = {
    cert: '',
    key: '',
    ca: '',
    serial: '',
    uriSans: [],
    dnsSans: [],
    notBefore: new Date(now + leftMs - validityMs),
    notAfter: new Date(now + leftMs),
  };
  const found = lifetimeProblem(material, now);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});

test('a listener that throws ends neither the process nor the watch', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'thrower-'));
  const directory = await watch(dir);
  let calls = 0;
  directory.onChange(() => {
    if (calls++ === 0) throw new Error('boom');
  });
  await lab.mount(dir, await lab.server());
  await eventually(() => expect(calls).toBe(1));
  await lab.mount(dir, await lab.server());
  await eventually(() => expect(calls).toBe(2));
  await rm(dir, { recursive: true });
});
