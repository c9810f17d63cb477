import { X509Certificate } from 'node:crypto';
import { coreIdentity, peerIdentity, providerIdentity, subjectAltNames } from '@eso/api/tls';
import { secrets, services } from '@eso/kube';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import { secretData, secretEntry } from './secret-data.ts';
import { Harness } from './testing/harness.ts';

const TLS = 'external-secrets-provider-tls';
const FOREIGN = { type: 'Opaque', data: secretData({ password: 'not ours' }) };

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await controlPlane();
});
afterAll(() => cluster.stop());

const labels = (harness: Harness, service: string) => ({ namespace: harness.provider, service });
const certificate = (text: string) => new X509Certificate(text);

test('a labelled Service gets its key pair, core gets its own, and the authority stays encrypted in its Secret', async () => {
  await using harness = await Harness.start(cluster, 2);
  const running = harness.run();
  await harness.createService('aws');
  await harness.createService('azure', { namespace: harness.providerNamespaces[1]! });
  const secret = await harness.newSecret();
  const other = await harness.newSecret(undefined, TLS, harness.providerNamespaces[1]);

  expect(Object.keys(secret.data!).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
  const service = await harness.admin.get(services, { namespace: harness.provider, name: 'aws' });
  expect(secret).toMatchObject({
    type: 'kubernetes.io/tls',
    metadata: {
      labels: { 'app.kubernetes.io/managed-by': 'external-secrets-cert-manager' },
      annotations: { 'external-secrets.io/owner': `${harness.provider}/aws` },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'aws', uid: service.metadata.uid }],
    },
  });
  const leaf = certificate(secretEntry(secret, 'tls.crt')!);
  expect(subjectAltNames(leaf)).toEqual({
    dns: ['aws', `aws.${harness.provider}`, `aws.${harness.provider}.svc`, `aws.${harness.provider}.svc.cluster.local`],
    uris: [providerIdentity(harness.provider, 'aws')],
  });
  expect(secretEntry(other, 'tls.key')).not.toBe(secretEntry(secret, 'tls.key'));

  const clientSecret = await eventually(async () => (await harness.clientSecret())!.data!);
  expect(Object.keys(clientSecret).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
  expect(peerIdentity(certificate(Buffer.from(clientSecret['tls.crt']!, 'base64').toString()))).toEqual([
    coreIdentity(),
  ]);
  expect(clientSecret['ca.crt']).toBe(secret.data!['ca.crt']);

  const authority = (await harness.authoritySecret())!;
  expect(Object.keys(authority.data!).sort()).toEqual(['ca.crt', 'ca.key', 'ca.sig']);
  expect(secretEntry(authority, 'ca.key')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
  expect(leaf.verify(certificate(secretEntry(authority, 'ca.crt')!).publicKey)).toBe(true);

  await harness.event('CertificateIssued', 'aws');
  await harness.event('CertificateAuthorityCreated', 'eso-provider-ca-internal', harness.namespace);
  const seconds = (text: string) => new Date(text).getTime() / 1_000;
  expect(await running.metric('eso_provider_certificate_expiry_seconds', labels(harness, 'aws'))).toBe(
    seconds(leaf.validTo),
  );
  expect(await running.metric('eso_ca_certificate_expiry_seconds')).toBe(
    seconds(certificate(secretEntry(authority, 'ca.crt')!).validTo),
  );
  const issued = { ...labels(harness, 'aws'), reason: 'secret-missing' };
  expect(await running.metric('eso_provider_certificate_rotation_total', issued)).toBe(1);
  await eventually(() => expect(running.controller.health()).toBeUndefined());
});

test('a deleted Secret comes back with a new key, core and authority too', async () => {
  await using harness = await Harness.start(cluster);
  const running = harness.run();
  await harness.createService('aws');
  const provider = await harness.newSecret();
  const client = await harness.newClientSecret();
  for (const { metadata } of [provider, client]) await harness.admin.delete(secrets, metadata);
  const again = await harness.newSecret(provider);
  await harness.newClientSecret(client);
  expect(secretEntry(again, 'tls.key')).not.toBe(secretEntry(provider, 'tls.key'));
  expect(secretEntry(again, 'ca.crt')).toBe(secretEntry(provider, 'ca.crt'));

  await harness.admin.delete(secrets, (await harness.authoritySecret())!.metadata);
  const anew = await eventually(async () => {
    const secret = await harness.newSecret(again);
    expect(secretEntry(secret, 'ca.crt')).toBe(secretEntry((await harness.authoritySecret())!, 'ca.crt'));
    return secret;
  });
  expect(secretEntry(anew, 'ca.crt')).not.toBe(secretEntry(again, 'ca.crt'));
  const changed = { ...labels(harness, 'aws'), reason: 'authority-changed' };
  await eventually(async () =>
    expect(await running.metric('eso_provider_certificate_rotation_total', changed)).toBe(1),
  );
  expect(harness.history.unusablePairs()).toBe(0);
});

test('only the exact label counts; a Service that loses it or is deleted is forgotten', async () => {
  await using harness = await Harness.start(cluster);
  const running = harness.run();
  const expiry = (service: string) =>
    running.metric('eso_provider_certificate_expiry_seconds', labels(harness, service));
  await harness.createService('shouting', { label: 'TRUE', secret: `${TLS}-two` });
  await harness.createService('aws');
  const before = await harness.newSecret();
  await eventually(async () => expect(await expiry('aws')).toBeDefined());
  await harness.relabel('aws', null);
  await eventually(async () => expect(await expiry('aws')).toBeUndefined());
  await harness.relabel('aws', 'true');
  await eventually(async () => expect(await expiry('aws')).toBeDefined());
  expect(await harness.newSecret()).toEqual(before);
  await harness.admin.delete(services, { namespace: harness.provider, name: 'aws' });
  await eventually(async () => expect(await expiry('aws')).toBeUndefined());
  expect(await harness.secret(`${TLS}-two`)).toBeUndefined();

  // Of the same name but another one: a new key and a reference that garbage collection understands.
  await harness.createService('aws');
  const after = await harness.newSecret(before);
  const { uid } = (await harness.admin.get(services, { namespace: harness.provider, name: 'aws' })).metadata;
  expect(after.metadata.ownerReferences).toEqual([{ apiVersion: 'v1', kind: 'Service', name: 'aws', uid }]);
});

test('a foreign Secret stays as it is and gives an event; once it is gone, the certificate comes', async () => {
  await using harness = await Harness.start(cluster);
  const metadata = { namespace: harness.provider, name: TLS };
  const foreign = await harness.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, ...FOREIGN });
  const running = harness.run();
  await harness.createService('aws');
  const event = await harness.event('CertificateSecretForeign', 'aws');
  expect(event).toMatchObject({ type: 'Warning', involvedObject: { kind: 'Service' } });
  expect(
    await running.metric('eso_provider_certificate_rotation_failures_total', labels(harness, 'aws')),
  ).toBeGreaterThan(0);
  expect(await harness.secret()).toEqual(foreign);
  await harness.admin.delete(secrets, metadata);
  await harness.newSecret();
});

test('of two Services with one Secret the second gets an event and nothing, until the first is gone', async () => {
  await using harness = await Harness.start(cluster);
  harness.run();
  await harness.createService('aws');
  const first = await harness.newSecret();
  await harness.createService('azure');
  const { message } = await harness.event('CertificateSecretTaken', 'azure');
  expect(message).toContain(`belongs to ${harness.provider}/aws`);
  expect(await harness.secret()).toEqual(first);
  await harness.admin.delete(services, { namespace: harness.provider, name: 'aws' });
  const second = await harness.newSecret(first);
  expect(second.metadata.annotations).toMatchObject({ 'external-secrets.io/owner': `${harness.provider}/azure` });
  expect(second.metadata.ownerReferences).toMatchObject([{ name: 'azure' }]);
  expect(secretEntry(second, 'tls.key')).not.toBe(secretEntry(first, 'tls.key'));
});

test('a Secret name of its own makes room for a second provider; names beyond the rights and bad ones are reported', async () => {
  await using harness = await Harness.start(cluster);
  harness.run();
  await harness.createService('aws');
  await harness.createService('azure', { secret: `${TLS}-two` });
  const [one, two] = [await harness.newSecret(), await harness.newSecret(undefined, `${TLS}-two`)];
  expect(secretEntry(one, 'tls.key')).not.toBe(secretEntry(two, 'tls.key'));
  await harness.createService('third', { secret: `${TLS}-three` });
  expect((await harness.event('CertificateFailed', 'third')).message).toContain('Grant the rights');
  await harness.createService('greedy', { secret: 'default-token' });
  expect((await harness.event('CertificateSecretNameInvalid', 'greedy')).message).toContain(`starts with ${TLS}-`);
});

test('whatever is tampered with is put right', async () => {
  await using harness = await Harness.start(cluster);
  const running = harness.run();
  await harness.createService('aws');
  let secret = await harness.newSecret();
  const spoil = async (change: object, reason: string): Promise<void> => {
    await harness.admin.patch(secrets, { namespace: harness.provider, name: TLS }, change, { type: 'merge' });
    secret = await harness.newSecret(secret);
    expect(Object.keys(secret.data!).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
    expect(secret.metadata.labels).toHaveProperty(['app.kubernetes.io/managed-by']);
    const rotated = { ...labels(harness, 'aws'), reason };
    await eventually(async () =>
      expect(await running.metric('eso_provider_certificate_rotation_total', rotated)).toBe(1),
    );
  };
  await spoil({ data: secretData({ 'tls.key': 'garbage' }) }, 'key-unreadable');
  await spoil({ data: secretData({ 'ca.key': 'smuggled in' }) }, 'surplus-entries');
  await spoil({ metadata: { labels: { 'app.kubernetes.io/managed-by': null } } }, 'ownership-label-missing');
  await spoil({ metadata: { ownerReferences: null } }, 'owner-reference-missing');
  await harness.event('CertificateRenewed', 'aws');
});

test('two controllers without a Lease between them still make one authority and usable pairs', async () => {
  await using harness = await Harness.start(cluster);
  for (const name of ['a', 'b']) await harness.createService(name, name === 'a' ? {} : { secret: `${TLS}-two` });
  harness.run();
  harness.run();
  await harness.newSecret();
  await harness.newSecret(undefined, `${TLS}-two`);
  expect(harness.history.authorities().size).toBe(1);
  expect(harness.history.unusablePairs()).toBe(0);
});
