// One tenant that wants certificates by the hundred gets them at its rate; others, and renewals, do not notice.
import { secrets, services } from '@eso/kube';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import { secretData, secretEntry } from './secret-data.ts';
import { Harness } from './testing/harness.ts';

const TLS = 'external-secrets-provider-tls';
const CROWD = 60;
const secretName = (index: number): string => `${TLS}-${index}`;
const serviceName = (index: number): string => `crowd-${index}`;

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await controlPlane();
});
afterAll(() => cluster.stop());

/** Labels so many Services in the first namespace, each with a Secret name of its own that the controller has rights on. */
async function crowd(harness: Harness, count: number): Promise<void> {
  await harness.allow(Array.from({ length: count }, (_, index) => secretName(index)));
  for (let index = 0; index < count; index++)
    await harness.createService(serviceName(index), { secret: secretName(index) });
}

async function issued(harness: Harness): Promise<number> {
  const { items } = await harness.admin.list(secrets, { namespace: harness.provider });
  return items.filter(({ type }) => type === 'kubernetes.io/tls').length;
}

test('a namespace gets its burst, the others wait with an event; another namespace and renewals are served meanwhile', async () => {
  await using harness = await Harness.start(cluster, 2);
  const running = harness.run({
    settings: {
      issuance: { perMinute: 60, burst: 120, namespacePerMinute: 0.1, namespaceBurst: 5 },
      servicesPerNamespace: CROWD,
    },
  });
  await crowd(harness, CROWD);
  const victim = harness.providerNamespaces[1]!;
  await harness.createService('modest', { namespace: victim });
  await harness.newSecret(undefined, TLS, victim);
  await eventually(async () =>
    expect(await running.metric('eso_provider_certificate_throttled_total', { lane: 'first' })).toBe(CROWD - 5),
  );
  await running.idle();
  expect(await issued(harness)).toBe(5);
  const { message } = await eventually(async () => {
    const found = (await harness.events()).find(({ reason }) => reason === 'CertificateThrottled');
    if (!found) throw new Error('no event yet');
    return found;
  });
  expect(message).toMatch(
    /^Too many first certificates are wanted at once: this one comes in about (\d+h)?\d+m(\d+s)?\. /,
  );

  // Whatever is written on those that wait changes nothing.
  const waiting = (await harness.admin.list(services, { namespace: harness.provider })).items;
  for (const { metadata } of waiting)
    await harness.admin.patch(
      services,
      { namespace: harness.provider, name: metadata.name },
      { metadata: { annotations: { note: 'x' } } },
      { type: 'merge' },
    );
  await running.idle();
  expect(await issued(harness)).toBe(5);
  expect(await running.metric('eso_provider_certificate_throttled_total', { lane: 'first' })).toBe(CROWD - 5);

  const [one] = (await harness.admin.list(secrets, { namespace: harness.provider })).items.filter(
    ({ type }) => type === 'kubernetes.io/tls',
  );
  await harness.admin.patch(
    secrets,
    { namespace: harness.provider, name: one!.metadata.name },
    { data: secretData({ 'tls.key': 'x' }) },
    { type: 'merge' },
  );
  const renewed = await harness.newSecret(one, one!.metadata.name);
  expect(secretEntry(renewed, 'tls.key')).toContain('PRIVATE KEY');
  expect(await running.metric('eso_provider_certificate_throttled_total', { lane: 'renewal' })).toBe(0);
});

test('everybody gets a turn, without being asked to look again; who leaves gives its place to the next', async () => {
  await using harness = await Harness.start(cluster);
  harness.run({
    settings: { issuance: { perMinute: 600, burst: 2, namespacePerMinute: 60, namespaceBurst: 2 } },
    resyncMs: 86_400_000,
  });
  await crowd(harness, 12);
  for (const index of [3, 4, 5])
    await harness.admin.delete(services, { namespace: harness.provider, name: serviceName(index) });
  await eventually(
    async () => {
      for (const index of [0, 1, 2, 6, 7, 8, 9, 10, 11]) expect(await harness.secret(secretName(index))).toBeDefined();
    },
    { timeoutMs: 60_000 },
  );
});

test('a namespace that breaks its own certificates again and again is bounded, too', async () => {
  await using harness = await Harness.start(cluster);
  const running = harness.run({
    settings: { issuance: { perMinute: 60, burst: 120, namespacePerMinute: 0.1, namespaceBurst: 2 } },
  });
  await harness.createService('aws');
  await harness.newSecret();
  const spoil = () =>
    harness.admin.patch(
      secrets,
      { namespace: harness.provider, name: TLS },
      { data: secretData({ 'tls.crt': 'x' }) },
      { type: 'merge' },
    );
  // Five times the burst of first ones.
  for (let round = 0; round < 10; round++) {
    await spoil();
    await eventually(async () => expect(secretEntry((await harness.secret())!, 'tls.crt')).toContain('CERTIFICATE'));
  }
  await spoil();
  await eventually(async () =>
    expect(await running.metric('eso_provider_certificate_throttled_total', { lane: 'renewal' })).toBe(1),
  );
  expect(secretEntry((await harness.secret())!, 'tls.crt')).toBe('x');
});
