// Who can write Secrets is no authority: what is put into the authority's Secret, or beside a leaf, is not what peers trust.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { isKubeError, type Secret, secrets } from '@eso/kube';
import { type CertificateAuthority, parseBundle, sealBundle, type Signer, wrappedKeySource } from '@eso/pki';
import { systemClock } from '@eso/runtime';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import { secretData, secretEntry } from './secret-data.ts';
import { Harness } from './testing/harness.ts';
import { inMemoryAuthority } from './testing/model.ts';
import type { RunningController } from './testing/running-controller.ts';

const CA = 'eso-provider-ca-internal';
const TLS = 'external-secrets-provider-tls';
const CLIENT = 'eso-provider-client-tls';
/** Nothing here may come by looking at everything again. */
const NEVER = { resyncMs: 86_400_000 };

let cluster: TestCluster;
let foreign: CertificateAuthority;
beforeAll(async () => {
  cluster = await controlPlane();
  foreign = await inMemoryAuthority(systemClock);
});
afterAll(() => cluster.stop());

interface Installed {
  readonly running: RunningController;
  /** As they are before anything is done to them. */
  readonly authority: Secret;
  readonly provider: Secret;
  readonly client: Secret;
}

/** A running controller with one Service, and everything issued. */
async function installed(harness: Harness): Promise<Installed> {
  const running = harness.run(NEVER);
  await harness.createService('aws');
  const provider = await harness.newSecret();
  const client = await harness.newClientSecret();
  await eventually(() => expect(running.controller.health()).toBeUndefined());
  return { running, authority: (await harness.authoritySecret())!, provider, client };
}

const entry = (secret: Secret, name = 'ca.crt'): string => secretEntry(secret, name)!;

/** Writes entries of a Secret as somebody does who has the right. */
function write(harness: Harness, secret: Secret, entries: Record<string, string | null>): Promise<Secret> {
  const data = Object.fromEntries(
    Object.entries(entries).map(([key, text]) => [key, text === null ? null : secretData({ [key]: text })[key]]),
  );
  return harness.admin.patch(secrets, secret.metadata, { data }, { type: 'merge' });
}

/** The authority's signer, as one opens it who has the key-encryption key. */
const signerOf = (harness: Harness, authority: Secret): Promise<Signer> =>
  wrappedKeySource({ file: harness.keyFile, flag: '--kek' }).open({ 'ca.key': entry(authority, 'ca.key') });

/** What the next stage of a rotation writes: both certificates, and the seal of the key that signs now. */
async function sealed(
  harness: Harness,
  authority: Secret,
  others: readonly CertificateAuthority[],
  generation: number,
) {
  const own = parseBundle(entry(authority), 'ca.crt').slice(0, 1);
  const certificates = [...own, ...others.map(({ certificate }) => certificate)];
  const signer = await signerOf(harness, authority);
  return {
    'ca.crt': certificates.map((certificate) => certificate.toString()).join(''),
    'ca.sig': await sealBundle({ certificates, generation, signer }),
  };
}

/** Secrets other than the authority's that ever told peers to trust this authority. */
const publishedIn = (harness: Harness, { certificate }: CertificateAuthority): string[] =>
  [TLS, CLIENT].filter((name) =>
    harness.history.of(name).some((secret) => entry(secret).includes(certificate.toString().trim())),
  );

test('a foreign authority appended to ca.crt is published nowhere, and is told until it is taken out', async () => {
  await using harness = await Harness.start(cluster, 2);
  const { running, authority, provider, client } = await installed(harness);
  await write(harness, authority, { 'ca.crt': entry(authority) + foreign.bundle });
  await eventually(() => expect(running.controller.health()).toContain('certificate 2 of ca.crt is unknown'));
  const { type, message } = await harness.event('CertificateAuthorityTampered', CA, harness.namespace);
  expect(type).toBe('Warning');
  expect(message).toContain('take out what does not belong there');
  expect(await running.metric('eso_ca_bundle_problems', { problem: 'unknown' })).toBe(1);
  expect(await running.metric('eso_ca_usable')).toBe(1);

  // Everything goes on with what is vouched for, and a new leaf has nothing else beside it.
  const second = harness.providerNamespaces[1]!;
  await harness.createService('azure', { namespace: second });
  expect(entry(await harness.newSecret(undefined, TLS, second))).toBe(entry(authority));
  await harness.admin.delete(secrets, provider.metadata);
  expect(entry(await harness.newSecret(provider))).toBe(entry(authority));
  expect(await harness.clientSecret()).toEqual(client);

  await write(harness, authority, { 'ca.crt': entry(authority) });
  await eventually(() => expect(running.controller.health()).toBeUndefined());
  expect(await running.metric('eso_ca_bundle_problems', { problem: 'unknown' })).toBe(0);
  expect(publishedIn(harness, foreign)).toEqual([]);
});

test('in front of ours, without the seal, with a seal of its own: it makes no difference', async () => {
  await using harness = await Harness.start(cluster);
  const { running, authority, provider, client } = await installed(harness);
  const certificates = [...parseBundle(entry(authority), 'ca.crt'), foreign.certificate];
  const ownSeal = await sealBundle({ certificates, generation: 9, signer: foreign.signer });
  for (const change of [
    { 'ca.crt': foreign.bundle + entry(authority) },
    { 'ca.crt': entry(authority) + foreign.bundle, 'ca.sig': null },
    { 'ca.crt': entry(authority) + foreign.bundle, 'ca.sig': ownSeal },
  ]) {
    const { metadata } = await write(harness, authority, change);
    await eventually(() => expect(running.controller.health()).toContain('is unknown'));
    await running.idle();
    expect((await harness.authoritySecret())!.metadata.resourceVersion).toBe(metadata.resourceVersion);
  }
  expect([await harness.secret(), await harness.clientSecret()]).toEqual([provider, client]);
});

test('a Secret that an earlier release made, without seal, is used as it is', async () => {
  await using harness = await Harness.start(cluster, 2);
  const { running: first, authority, provider } = await installed(harness);
  await first.stop();
  const unsealed = await write(harness, authority, { 'ca.sig': null });
  const running = harness.run(NEVER);
  const second = harness.providerNamespaces[1]!;
  await harness.createService('azure', { namespace: second });
  expect(entry(await harness.newSecret(undefined, TLS, second))).toBe(entry(authority));
  await eventually(() => expect(running.controller.health()).toBeUndefined());
  expect(await harness.secret()).toEqual(provider);
  expect(await harness.authoritySecret()).toEqual(unsealed);
});

test('a bundle that the key sealed reaches every Secret at once, beside the same key pairs', async () => {
  await using harness = await Harness.start(cluster, 3);
  const { running, authority, provider, client } = await installed(harness);
  const others = harness.providerNamespaces.slice(1);
  for (const namespace of others) await harness.createService('azure', { namespace });
  const leaves = [
    provider,
    client,
    ...(await Promise.all(others.map((name) => harness.newSecret(undefined, TLS, name)))),
  ];
  await running.idle();

  const grown = await sealed(harness, authority, [foreign], 2);
  await write(harness, authority, grown);
  const refreshed = (leaf: Secret) => harness.secret(leaf.metadata.name, leaf.metadata.namespace);
  await eventually(async () => {
    for (const leaf of leaves) expect(entry((await refreshed(leaf))!)).toBe(grown['ca.crt']);
  });
  for (const leaf of leaves) {
    const after = (await refreshed(leaf))!;
    expect([entry(after, 'tls.crt'), entry(after, 'tls.key')]).toEqual([
      entry(leaf, 'tls.crt'),
      entry(leaf, 'tls.key'),
    ]);
  }
  await harness.event('CertificateBundleWritten', 'aws');
  expect(running.controller.health()).toBeUndefined();

  // And back, as the last stage does; then somebody plays the copy of the stage before.
  const shrunk = await sealed(harness, authority, [], 3);
  await write(harness, authority, shrunk);
  await eventually(async () => {
    for (const leaf of leaves) expect(entry((await refreshed(leaf))!)).toBe(shrunk['ca.crt']);
  });
  await write(harness, authority, grown);
  await eventually(() =>
    expect(running.controller.health()).toContain('ca.sig is of generation 2, and 3 was there before'),
  );
  await running.idle();
  for (const leaf of leaves) expect(entry((await refreshed(leaf))!)).toBe(shrunk['ca.crt']);
});

test('a certificate that the seal names and somebody took out is told', async () => {
  await using harness = await Harness.start(cluster);
  const { running, authority } = await installed(harness);
  const grown = await sealed(harness, authority, [foreign], 2);
  await write(harness, authority, { ...grown, 'ca.crt': entry(authority) });
  await eventually(() => expect(running.controller.health()).toContain('ca.crt lacks a certificate'));
});

test.each<[string, (harness: Harness, authority: Secret) => Promise<Record<string, string | null>>]>([
  ['ca.crt is another one', () => Promise.resolve({ 'ca.crt': foreign.bundle })],
  ['ca.crt is cut off', (_, authority) => Promise.resolve({ 'ca.crt': entry(authority).slice(0, 200) })],
  ['ca.crt is gone', () => Promise.resolve({ 'ca.crt': null })],
  ['ca.key is gone', () => Promise.resolve({ 'ca.key': null })],
  ['ca.key is garbage', () => Promise.resolve({ 'ca.key': 'garbage' })],
  [
    'ca.key would take hours to open',
    (_, authority) => {
      const lines = entry(authority, 'ca.key').trim().split('\n');
      const der = Buffer.from(lines.slice(1, -1).join(''), 'base64').toString('hex');
      // The same length: its salt gives the bytes.
      const rounds = Buffer.from(
        der.replace(/0410(.{28}).{4}02020800/, (_all, salt) => `040e${String(salt)}02047fffffff`),
        'hex',
      ).toString('base64');
      return Promise.resolve({ 'ca.key': [lines[0], rounds, lines.at(-1), ''].join('\n') });
    },
  ],
  [
    'certificate and key are those of one who has another key-encryption key',
    async () => {
      const file = `${cluster.state.dir}/other-kek`;
      await writeFile(file, randomBytes(32));
      const { signer, stored } = await wrappedKeySource({ file, flag: '--kek' }).create();
      return { 'ca.crt': (await inMemoryAuthority(systemClock, undefined, signer)).bundle, ...stored };
    },
  ],
])('when %s, nothing is issued and nothing changes until it is put back', async (_, change) => {
  await using harness = await Harness.start(cluster, 2);
  const { running, authority, provider, client } = await installed(harness);
  await write(harness, authority, await change(harness, authority));
  await harness.event('CertificateAuthorityUnusable', CA, harness.namespace);
  await eventually(() => expect(running.controller.health()).toContain(CA));
  await eventually(async () => expect(await running.metric('eso_ca_usable')).toBe(0));
  const second = harness.providerNamespaces[1]!;
  await harness.createService('azure', { namespace: second });
  await harness.event('CertificateFailed', 'azure', second);
  expect(await harness.secret(TLS, second)).toBeUndefined();
  expect([await harness.secret(), await harness.clientSecret()]).toEqual([provider, client]);

  const { 'ca.crt': bundle = '', 'ca.key': key = '' } = authority.data!;
  const restored = { data: { 'ca.crt': bundle, 'ca.key': key } };
  await harness.admin.patch(secrets, { namespace: harness.namespace, name: CA }, restored, { type: 'merge' });
  expect(entry(await harness.newSecret(undefined, TLS, second))).toBe(entry(authority));
  await eventually(() => expect(running.controller.health()).toBeUndefined());
  expect([await harness.secret(), await harness.clientSecret()]).toEqual([provider, client]);
});

test('deleted and made again by somebody else, with our marks: it is not used, nor is anything published of it', async () => {
  await using harness = await Harness.start(cluster);
  const { running, authority, provider, client } = await installed(harness);
  await running.stop();
  await harness.admin.delete(secrets, authority.metadata);
  const { namespace, name, labels, annotations } = authority.metadata;
  const metadata = { namespace: namespace!, name, labels: labels!, annotations: annotations! };
  const key = entry(provider, 'tls.key');
  const data = secretData({ 'ca.crt': foreign.bundle, 'ca.key': key });
  await harness.admin.create(secrets, { ...authority, metadata, data });
  const again = harness.run(NEVER);
  await eventually(() =>
    expect(again.controller.health()).toContain('ca.key is not a private key in encrypted PKCS#8'),
  );
  await again.idle();
  expect([await harness.secret(), await harness.clientSecret()]).toEqual([provider, client]);
  expect(publishedIn(harness, foreign)).toEqual([]);
});

test('a foreign authority put beside a leaf is taken out at once, and the leaf stays', async () => {
  await using harness = await Harness.start(cluster);
  const { running, authority, provider, client } = await installed(harness);
  await running.idle();
  for (const leaf of [provider, client]) {
    const { metadata } = await write(harness, leaf, { 'ca.crt': foreign.bundle + entry(leaf) });
    const after = await eventually(async () => {
      const found = (await harness.secret(metadata.name, metadata.namespace))!;
      expect(entry(found)).toBe(entry(authority));
      return found;
    });
    expect(after.data).toEqual(leaf.data);
  }
});

test('flipping the Secret of the authority between two states leaves no Secret behind', async () => {
  await using harness = await Harness.start(cluster, 2);
  const { running, authority } = await installed(harness);
  await harness.createService('azure', { namespace: harness.providerNamespaces[1]! });
  await harness.newSecret(undefined, TLS, harness.providerNamespaces[1]);
  const states = [await sealed(harness, authority, [foreign], 2), await sealed(harness, authority, [], 2)];
  for (let round = 0; round < 10; round++)
    await write(harness, authority, states[round % 2]!).catch((error: unknown) => {
      if (!isKubeError(error)) throw error;
    });
  await eventually(async () => {
    await running.idle();
    for (const namespace of harness.providerNamespaces)
      expect(entry((await harness.secret(TLS, namespace))!)).toBe(entry(authority));
    expect(entry((await harness.clientSecret())!)).toBe(entry(authority));
  });
});
