import { ManualClock, silentLogger } from '@eso/runtime';
import { TlsLab } from '@eso/testing';
import { MemoryObjects } from '../../testing/index.ts';
import { CertificateDirectory } from '../../tls/index.ts';
import { ServingState } from './serving-state.ts';

const HOUR_MS = 3_600_000;

let lab: TlsLab;
let certificates: CertificateDirectory;
let clock: ManualClock;
let kube: MemoryObjects;
let state: ServingState;
/** What listeners heard. */
let heard: boolean[];

beforeAll(async () => {
  lab = await TlsLab.create();
});
afterAll(() => lab.remove());
beforeEach(async () => {
  // Two hours: a tenth of its validity is what has to be left.
  const dir = await lab.directory(await lab.server({ validForMs: 2 * HOUR_MS }));
  clock = new ManualClock(Date.now());
  certificates = await CertificateDirectory.open({ dir });
  kube = new MemoryObjects();
  state = new ServingState({ certificates, kube, clock, logger: silentLogger });
  heard = [];
  state.onChange(() => heard.push(state.serving));
  state.start();
});
afterEach(() => {
  state.close();
  certificates.close();
});

test('with a certificate that has life left it serves', () => {
  expect(state.problem()).toBeUndefined();
  expect(state.serving).toBe(true);
  expect(heard).toEqual([true]);
});

test('with a certificate that is near its end, or past it, it does not, and says which', async () => {
  await clock.advance(2 * HOUR_MS - 15 * 60_000);
  expect(state.serving).toBe(true);
  await clock.advance(5 * 60_000);
  expect(state.problem()).toMatch(/^the certificate expires in .+ and was not renewed$/);
  expect(heard).toEqual([true, false]);
  await clock.advance(15 * 60_000);
  expect(state.problem()).toMatch(/^the certificate expired at /);
});

test('without the API server it does not, until that is back', async () => {
  kube.setReachable(false);
  await clock.advance(1_000);
  expect(state.problem()).toBe('the Kubernetes API is not reachable');
  kube.setReachable(true);
  await clock.advance(1_000);
  expect(heard).toEqual([true, false, true]);
});

test('from the first moment of shutdown it does not', () => {
  state.stop();
  expect(state.problem()).toBe('the provider is shutting down');
  expect(heard).toEqual([true, false]);
});

test('before there is a certificate it does not', async () => {
  const none = await CertificateDirectory.open({ dir: '/nowhere' });
  const starting = new ServingState({ certificates: none, kube, clock, logger: silentLogger });
  expect(starting.problem()).toBeTruthy();
  none.close();
});
