// A namespace gets certificates for its oldest Services and no more of them; the next one is let in when one of these goes.
import { secrets, services } from '@eso/kube';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import { secretData, secretEntry } from './secret-data.ts';
import { Harness } from './testing/harness.ts';

const TLS = 'external-secrets-provider-tls';
const LIMIT = 4;
const NEVER = { resyncMs: 86_400_000 };
const secretName = (index: number): string => `${TLS}-${index}`;
const serviceName = (index: number): string => `crowd-${index}`;

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await controlPlane();
});
afterAll(() => cluster.stop());

/** Labels so many Services, one after the other in age where the API server's second tells them apart, else by name. */
async function crowd(harness: Harness, count: number): Promise<void> {
  await harness.allow(Array.from({ length: count }, (_, index) => secretName(index)));
  for (let index = 0; index < count; index++)
    await harness.createService(serviceName(index), { secret: secretName(index) });
}

async function issued(harness: Harness): Promise<string[]> {
  const { items } = await harness.admin.list(secrets, { namespace: harness.provider });
  return items.filter(({ type }) => type === 'kubernetes.io/tls').map(({ metadata }) => metadata.name);
}

const remove = (harness: Harness, index: number): Promise<unknown> =>
  harness.admin.delete(services, { namespace: harness.provider, name: serviceName(index) });

test('the oldest get certificates, the others an event; who leaves gives its place to the next at once', async () => {
  await using harness = await Harness.start(cluster, 2);
  await crowd(harness, 9);
  const running = harness.run({ ...NEVER, settings: { servicesPerNamespace: LIMIT } });
  const other = harness.providerNamespaces[1]!;
  await harness.createService('modest', { namespace: other });
  await harness.newSecret(undefined, TLS, other);
  for (const index of [0, 1, 2, 3]) await harness.newSecret(undefined, secretName(index));
  for (const index of [4, 5, 6, 7, 8]) {
    const { message } = await harness.event('CertificateLimitReached', serviceName(index));
    expect(message).toBe(
      `Namespace ${harness.provider} has 9 labelled Services, and 4 of them get certificates: this one is number ${index + 1}. ` +
        'Remove labelled Services that nobody needs, or have the limit raised (--issuance-namespace-services)',
    );
  }
  const excess = () => running.metric('eso_provider_services_over_limit', { namespace: harness.provider });
  expect(await excess()).toBe(5);

  await remove(harness, 1);
  await harness.newSecret(undefined, secretName(4));
  expect(await excess()).toBe(4);
  // Without its label is as good as gone, and so is one that can have no certificate.
  await harness.relabel(serviceName(2), null);
  await harness.newSecret(undefined, secretName(5));
  const annotations = { 'external-secrets.io/provider-tls-secret': 'no such name' };
  const ref = { namespace: harness.provider, name: serviceName(3) };
  await harness.admin.patch(services, ref, { metadata: { annotations } }, { type: 'merge' });
  await harness.newSecret(undefined, secretName(6));
  await running.idle();
  expect(await excess()).toBe(2);
  expect(await issued(harness)).not.toContain(secretName(7));
});

test('another process that leads decides the same, and one that is over the limit is told once and looked after by nobody', async () => {
  await using harness = await Harness.start(cluster);
  const options = { ...NEVER, settings: { servicesPerNamespace: LIMIT } };
  await crowd(harness, 6);
  const first = harness.run(options);
  for (const index of [0, 1, 2, 3]) await harness.newSecret(undefined, secretName(index));
  await harness.event('CertificateLimitReached', serviceName(5));
  await first.stop();
  const before = (await issued(harness)).sort();

  const second = harness.run(options);
  await eventually(() => expect(second.controller.health()).toBeUndefined());
  // A Secret of one over the limit may come and go: nobody looks.
  for (let round = 0; round < 3; round++) {
    const metadata = { namespace: harness.provider, name: secretName(5) };
    const data = secretData({ note: 'x' });
    await harness.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data });
    await harness.admin.delete(secrets, metadata);
    await harness.admin.patch(
      services,
      { namespace: harness.provider, name: serviceName(5) },
      { metadata: { annotations: { note: String(round) } } },
      { type: 'merge' },
    );
  }
  await eventually(async () =>
    expect(await second.metric('eso_provider_services_over_limit', { namespace: harness.provider })).toBe(2),
  );
  await second.idle();
  expect((await issued(harness)).sort()).toEqual(before);
  // Once by each process.
  await eventually(async () => {
    const told = (await harness.events()).filter(({ involvedObject }) => involvedObject.name === serviceName(5));
    expect(new Set(told.map(({ reason }) => reason))).toEqual(new Set(['CertificateLimitReached']));
    expect(told.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(2);
  });
  expect(
    await second.metric('eso_provider_certificate_rotation_failures_total', { service: serviceName(5) }),
  ).toBeUndefined();
});

test("an older Service that is labelled late takes nobody's place, before a restart and after it", async () => {
  await using harness = await Harness.start(cluster);
  await harness.allow([0, 1, 2].map(secretName));
  await harness.createService(serviceName(0), { secret: secretName(0), label: 'not-yet' });
  for (const index of [1, 2]) await harness.createService(serviceName(index), { secret: secretName(index) });
  const options = { ...NEVER, settings: { servicesPerNamespace: 2 } };
  const first = harness.run(options);
  for (const index of [1, 2]) await harness.newSecret(undefined, secretName(index));
  await harness.relabel(serviceName(0), 'true');
  await harness.event('CertificateLimitReached', serviceName(0));
  await first.stop();

  const second = harness.run(options);
  await eventually(() => expect(second.controller.health()).toBeUndefined());
  await eventually(async () =>
    expect(await second.metric('eso_provider_services_over_limit', { namespace: harness.provider })).toBe(1),
  );
  await second.idle();
  expect((await issued(harness)).sort()).toEqual([1, 2].map(secretName));
  // Those that have theirs are looked after as before.
  const { metadata } = (await harness.secret(secretName(2)))!;
  const data = secretData({ 'tls.crt': 'x' });
  const spoilt = await harness.admin.patch(secrets, metadata, { data }, { type: 'merge' });
  await harness.newSecret(spoilt, secretName(2));
  await remove(harness, 1);
  await harness.newSecret(undefined, secretName(0));
});

test('with a lower limit the oldest that have certificates keep theirs; the others stay as they are, and are told', async () => {
  await using harness = await Harness.start(cluster);
  await crowd(harness, 4);
  const first = harness.run(NEVER);
  const before = await Promise.all([0, 1, 2, 3].map((index) => harness.newSecret(undefined, secretName(index))));
  await first.stop();
  harness.run({ ...NEVER, settings: { servicesPerNamespace: 2 } });
  for (const index of [2, 3]) await harness.event('CertificateLimitReached', serviceName(index));
  for (const { metadata } of before) {
    const data = secretData({ 'tls.crt': 'x' });
    await harness.admin.patch(secrets, metadata, { data }, { type: 'merge' });
  }
  for (const index of [0, 1])
    await eventually(async () =>
      expect(secretEntry((await harness.secret(secretName(index)))!, 'tls.crt')).toContain('CERTIFICATE'),
    );
  for (const index of [2, 3]) expect(secretEntry((await harness.secret(secretName(index)))!, 'tls.crt')).toBe('x');
});
