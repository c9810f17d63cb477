import { randomBytes, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { configMaps, leases, secrets } from '@eso/kube';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import { secretData, secretEntry } from './secret-data.ts';
import { Harness } from './testing/harness.ts';

const CA = 'eso-provider-ca-internal';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await controlPlane();
});
afterAll(() => cluster.stop());

test('a foreign Secret of the name of the authority is neither used nor written; once it is gone, all goes on', async () => {
  await using harness = await Harness.start(cluster);
  const metadata = { namespace: harness.namespace, name: CA };
  const data = secretData({ 'ca.crt': 'a certificate', 'ca.key': 'a key that somebody else knows' });
  const foreign = await harness.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data });
  const running = harness.run();
  await harness.createService('aws');
  expect((await harness.event('CertificateAuthorityUnusable', CA, harness.namespace)).message).toContain(
    'was not made by this controller',
  );
  expect((await harness.event('CertificateFailed', 'aws')).message).toContain('move or delete it');
  expect(running.controller.health()).toContain('was not made by this controller');
  expect(await harness.authoritySecret()).toEqual(foreign);
  expect(await harness.secret()).toBeUndefined();
  await harness.admin.delete(secrets, metadata);
  // Nothing tells the Service's own reconcile but the authority's.
  await harness.newSecret();
  await eventually(() => expect(running.controller.health()).toBeUndefined());
});

test('another key-encryption key gives an error that names flag and file, changes nothing, and is cured without a restart', async () => {
  await using harness = await Harness.start(cluster);
  const first = harness.run();
  await harness.createService('aws');
  const secret = await harness.newSecret();
  await first.stop();
  const authority = await harness.authoritySecret();

  const right = await readFile(harness.keyFile);
  await writeFile(harness.keyFile, randomBytes(32));
  const second = harness.run();
  const { message } = await harness.event('CertificateAuthorityUnusable', CA, harness.namespace);
  expect(message).toContain(`does not open with the key in ${harness.keyFile} (--key-encryption-key-file)`);
  await eventually(() => expect(second.controller.health()).toContain('--key-encryption-key-file'));
  await harness.event('CertificateFailed', 'aws');
  expect(await harness.authoritySecret()).toEqual(authority);
  expect(await harness.secret()).toEqual(secret);
  await writeFile(harness.keyFile, right);
  await eventually(() => expect(second.controller.health()).toBeUndefined());
});

test('another authority put into the same Secret is the one that signs once an administrator has said so', async () => {
  await using harness = await Harness.start(cluster);
  const first = harness.run();
  await eventually(async () => expect(await harness.authoritySecret()).toBeDefined());
  await first.stop();
  const restored = (await harness.authoritySecret())!;
  await harness.admin.delete(secrets, { namespace: harness.namespace, name: CA });
  harness.run();
  await harness.createService('aws');
  const secret = await harness.newSecret();
  const authority = (await harness.authoritySecret())!;
  expect(secretEntry(secret, 'ca.crt')).toBe(secretEntry(authority, 'ca.crt'));
  // As a backup is put back: the object stays, its content changes.
  const patch = { data: { 'ca.crt': restored.data!['ca.crt'], 'ca.key': restored.data!['ca.key'] } };
  await harness.admin.patch(secrets, { namespace: harness.namespace, name: CA }, patch, { type: 'merge' });
  // Without its seal it is of no generation.
  const { message = '' } = await harness.event('CertificateAuthorityRolledBack', CA, harness.namespace);
  expect(await harness.secret()).toEqual(secret);
  const [, annotation = '', value = ''] = /([^=\s]+)=(0-[0-9a-f]{64})$/.exec(message)!;
  const lease = { namespace: harness.namespace, name: 'external-secrets-cert-manager-controller' };
  await harness.admin.patch(leases, lease, { metadata: { annotations: { [annotation]: value } } }, { type: 'merge' });
  const next = await harness.newSecret(secret);
  expect(secretEntry(next, 'ca.crt')).toBe(secretEntry(restored, 'ca.crt'));
  const signer = new X509Certificate(secretEntry(restored, 'ca.crt')!);
  expect(new X509Certificate(secretEntry(next, 'tls.crt')!).verify(signer.publicKey)).toBe(true);
  await eventually(async () =>
    expect(secretEntry((await harness.clientSecret())!, 'ca.crt')).toBe(secretEntry(restored, 'ca.crt')),
  );
});

test('an authority with a plain key is refused', async () => {
  await using harness = await Harness.start(cluster);
  const first = harness.run();
  await eventually(async () => expect(await harness.clientSecret()).toBeDefined());
  await first.stop();
  const plain = secretEntry((await harness.clientSecret())!, 'tls.key')!;
  const ref = { namespace: harness.namespace, name: CA };
  await harness.admin.patch(secrets, ref, { data: secretData({ 'ca.key': plain }) }, { type: 'merge' });
  harness.run();
  const { message } = await harness.event('CertificateAuthorityUnusable', CA, harness.namespace);
  expect(message).toContain('ca.key is not a private key in encrypted PKCS#8');
});

test('no key material is in logs, events or metrics, and the key of the authority is nowhere but encrypted in its Secret', async () => {
  await using harness = await Harness.start(cluster, 2);
  const right = await readFile(harness.keyFile);
  const first = harness.run();
  await harness.createService('aws');
  const secret = await harness.newSecret();
  await eventually(async () => expect(await harness.clientSecret()).toBeDefined());
  const tampered = { data: secretData({ 'tls.key': secretEntry((await harness.clientSecret())!, 'tls.key')! }) };
  await harness.admin.patch(secrets, secret.metadata, tampered, { type: 'merge' });
  await harness.newSecret(secret);
  await first.stop();
  await writeFile(harness.keyFile, randomBytes(32));
  const second = harness.run();
  await harness.event('CertificateAuthorityUnusable', CA, harness.namespace);
  await second.stop();
  await writeFile(harness.keyFile, right);
  const third = harness.run();
  await harness.createService('azure', { namespace: harness.providerNamespaces[1]! });
  await harness.newSecret(undefined, undefined, harness.providerNamespaces[1]);
  await third.idle();

  const runs = [first, second, third];
  const written = [
    ...runs.flatMap((running) => running.lines),
    ...(await Promise.all(runs.map((running) => running.registry.metrics()))),
    ...runs.map((running) => running.controller.health() ?? ''),
    JSON.stringify(await harness.events()),
    JSON.stringify(await harness.events(harness.namespace)),
  ].join('\n');
  expect(written).toContain('issued a certificate');
  const lines = harness.history.keyLines();
  // Authority, client, two of aws, azure; the tampered one is the client's.
  expect(lines.length).toBeGreaterThan(10);
  const forbidden = [...lines, right.toString('hex'), right.toString('base64'), 'PRIVATE KEY'];
  expect(forbidden.filter((text) => written.includes(text))).toEqual([]);
  expect(harness.history.misplacedAuthorityKeys()).toEqual([]);

  const encrypted = secretEntry((await harness.authoritySecret())!, 'ca.key')!;
  const places = [...(await harness.admin.list(secrets)).items, ...(await harness.admin.list(configMaps)).items];
  const holders = places.filter(({ data = {} }) =>
    Object.values(data).some((text) => text.includes(encrypted) || Buffer.from(text, 'base64').includes(encrypted)),
  );
  expect(holders.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)).toEqual([
    `${harness.namespace}/${CA}`,
  ]);
});
