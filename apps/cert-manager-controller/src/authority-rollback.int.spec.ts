// A copy of the authority's whole Secret, from before a rotation, is good in itself: same key-encryption key, own certificate, own seal.
import { X509Certificate } from 'node:crypto';
import { leases, type Secret, secrets } from '@eso/kube';
import { createCertificateAuthority, sealBundle, wrappedKeySource } from '@eso/pki';
import { systemClock } from '@eso/runtime';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import { secretData, secretEntry } from './secret-data.ts';
import { Harness } from './testing/harness.ts';
import type { RunningController } from './testing/running-controller.ts';

const CA = 'eso-provider-ca-internal';
const TLS = 'external-secrets-provider-tls';
const LEASE = 'external-secrets-cert-manager-controller';
const NEVER = { resyncMs: 86_400_000 };
const DAY = 86_400_000;

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await controlPlane();
});
afterAll(() => cluster.stop());

const entry = (secret: Secret, name = 'ca.crt'): string => secretEntry(secret, name)!;

/** Puts data into the authority's Secret, as who has the right to write it. */
const put = (harness: Harness, data: Secret['data']): Promise<Secret> =>
  harness.admin.patch(secrets, { namespace: harness.namespace, name: CA }, { data: data ?? {} }, { type: 'merge' });

/** What a rotation writes: another key, under the same key-encryption key, that signs from now on. */
async function rotated(harness: Harness, generation: number): Promise<Record<string, string>> {
  const { signer, stored } = await wrappedKeySource({ file: harness.keyFile, flag: '--kek' }).create();
  const { bundle, certificate } = await createCertificateAuthority({
    signer,
    validityMs: 365 * DAY,
    clock: systemClock,
  });
  const seal = await sealBundle({ certificates: [certificate], generation, signer });
  return secretData({ ...stored, 'ca.crt': bundle, 'ca.sig': seal });
}

interface Rotated {
  readonly running: RunningController;
  /** Data of the authority's Secret of before and after. */
  readonly before: Secret['data'];
  readonly after: Secret['data'];
  /** The provider's Secret under the new authority. */
  readonly leaf: Secret;
}

/** A controller with a provider, whose authority has been replaced once. */
async function afterRotation(harness: Harness): Promise<Rotated> {
  const running = harness.run(NEVER);
  await harness.createService('aws');
  const first = await harness.newSecret();
  const before = (await harness.authoritySecret())!.data;
  const after = await rotated(harness, 2);
  await put(harness, after);
  const leaf = await harness.newSecret(first);
  await eventually(async () => {
    expect(entry((await harness.clientSecret())!)).toBe(entry(leaf));
    expect(running.controller.health()).toBeUndefined();
  });
  await running.idle();
  return { running, before, after, leaf };
}

/** The refusal as readiness, event, metrics and what was issued tell it. */
async function expectRefused(harness: Harness, running: RunningController, leaf: Secret): Promise<string> {
  const second = harness.providerNamespaces[1]!;
  await eventually(() => expect(running.controller.health()).toContain('holds another certificate authority'));
  const { type, message } = await harness.event('CertificateAuthorityRolledBack', CA, harness.namespace);
  expect(type).toBe('Warning');
  expect(message).toContain('generation 1');
  expect(message).toContain('the highest generation there was is 2');
  expect(await running.metric('eso_ca_rolled_back')).toBe(1);
  expect(await running.metric('eso_ca_usable')).toBe(0);
  await harness.createService('azure', { namespace: second });
  expect((await harness.event('CertificateFailed', 'azure', second)).message).toContain('put the last one back');
  expect(await harness.secret(TLS, second)).toBeUndefined();
  expect(await harness.secret()).toEqual(leaf);
  return message!;
}

test.each<[string, (harness: Harness, before: Secret['data']) => Promise<unknown>]>([
  ['written over it', (harness, before) => put(harness, before)],
  [
    'written over it, without its seal',
    (harness, before) => put(harness, { ...before, 'ca.sig': null as unknown as string }),
  ],
  [
    'made anew with our marks',
    async (harness, before) => {
      const { apiVersion, kind, type, metadata } = (await harness.authoritySecret())!;
      await harness.admin.delete(secrets, metadata);
      const { namespace, name, labels, annotations } = metadata;
      const marks = { namespace: namespace!, name, labels: labels!, annotations: annotations! };
      await harness.admin.create(secrets, { apiVersion, kind, type: type!, metadata: marks, data: before! });
    },
  ],
])('a copy %s while nobody leads is refused by the next leader, and the last one is used again', async (how, roll) => {
  await using harness = await Harness.start(cluster, 2);
  const { running, before, after, leaf } = await afterRotation(harness);
  await running.stop();
  await roll(harness, before);
  const next = harness.run(NEVER);
  if (how.includes('without')) {
    await eventually(() => expect(next.controller.health()).toContain('generation 0'));
    expect(await harness.secret()).toEqual(leaf);
  } else await expectRefused(harness, next, leaf);

  await put(harness, after);
  await eventually(() => expect(next.controller.health()).toBeUndefined());
  expect(await next.metric('eso_ca_rolled_back')).toBe(0);
  await next.idle();
  expect(await harness.secret()).toEqual(leaf);
});

test('a copy is refused by the leader that saw the newer one, too, and by the third after a restart', async () => {
  await using harness = await Harness.start(cluster, 2);
  const { running, before, leaf } = await afterRotation(harness);
  await put(harness, before);
  await expectRefused(harness, running, leaf);
  await running.stop();
  for (let round = 0; round < 2; round++) {
    const next = harness.run(NEVER);
    await eventually(() => expect(next.controller.health()).toContain('holds another certificate authority'));
    expect(await harness.secret()).toEqual(leaf);
    await next.stop();
  }
});

test('a backup that was restored on purpose is confirmed by the command of the message; what it replaced is a copy then', async () => {
  await using harness = await Harness.start(cluster, 2);
  const { running, before, after, leaf } = await afterRotation(harness);
  await running.stop();
  await put(harness, before);
  const next = harness.run(NEVER);
  const message = await expectRefused(harness, next, leaf);
  const command = /kubectl -n (\S+) annotate --overwrite lease (\S+) ([^=\s]+)=(\S+)$/.exec(message)!;
  const [, namespace = '', name = '', annotation = '', value = ''] = command;
  expect([namespace, name]).toEqual([harness.namespace, LEASE]);
  const note = { metadata: { annotations: { [annotation]: value } } };
  await harness.admin.patch(leases, { namespace, name }, note, { type: 'merge' });
  // By a retry: the Lease is not watched.
  const restored = await harness.newSecret(leaf);
  const signer = new X509Certificate(Buffer.from(before!['ca.crt']!, 'base64'));
  expect(new X509Certificate(entry(restored, 'tls.crt')).verify(signer.publicKey)).toBe(true);
  await harness.newSecret(undefined, TLS, harness.providerNamespaces[1]);
  await eventually(() => expect(next.controller.health()).toBeUndefined());

  await put(harness, after);
  await eventually(() => expect(next.controller.health()).toContain('Last in force was generation 1'));
  await next.stop();
  await put(harness, before);
  const third = harness.run(NEVER);
  await eventually(() => expect(third.controller.health()).toBeUndefined());
});

test('where the Lease was deleted, the next pass over the authority writes down again what is in force', async () => {
  await using harness = await Harness.start(cluster, 2);
  const { running, before, leaf } = await afterRotation(harness);
  await harness.admin.delete(leases, { namespace: harness.namespace, name: LEASE });
  const touched = { metadata: { annotations: { note: 'x' } } };
  await harness.admin.patch(secrets, { namespace: harness.namespace, name: CA }, touched, { type: 'merge' });
  await eventually(() => harness.admin.get(leases, { namespace: harness.namespace, name: LEASE }));
  await running.stop();
  await put(harness, before);
  await expectRefused(harness, harness.run(NEVER), leaf);
});

test('an authority that is made because the last one was deleted is newer than all copies of that', async () => {
  await using harness = await Harness.start(cluster, 2);
  const { running, after, leaf } = await afterRotation(harness);
  await harness.admin.delete(secrets, { namespace: harness.namespace, name: CA });
  await harness.newSecret(leaf);
  await eventually(async () => expect(entry((await harness.authoritySecret())!, 'ca.sig')).toContain('"generation":3'));
  await running.stop();
  await put(harness, after);
  const next = harness.run(NEVER);
  await eventually(() => expect(next.controller.health()).toContain('the highest generation there was is 3'));
});
