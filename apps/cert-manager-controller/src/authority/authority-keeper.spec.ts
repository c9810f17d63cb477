import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KubeError, type Lease, leases, type Secret } from '@eso/kube';
import { parseBundle, sealBundle, type SignerSource, wrappedKeySource } from '@eso/pki';
import { createLogger, ManualClock } from '@eso/runtime';
import { secretEntry } from '../secret-data.ts';
import { DAY, inMemoryAuthority } from '../testing/model.ts';
import { AuthorityKeeper } from './authority-keeper.ts';
import { authoritySecret, readAuthoritySecret } from './authority-secret.ts';

const signal = AbortSignal.timeout(60_000);
const clock = new ManualClock();
const dir = mkdtempSync(join(tmpdir(), 'keeper-'));
const file = join(dir, 'kek');
writeFileSync(file, randomBytes(32));
afterAll(() => rmSync(dir, { recursive: true }));

/** The one Secret and the one Lease, without an API server: the Secret has whatever version a test wants. */
class Store {
  secret: Secret | undefined;
  lease: Lease | undefined;

  get(kind: unknown): Promise<Secret | Lease> {
    const found = kind === leases ? this.lease : this.secret;
    if (found) return Promise.resolve(found);
    return Promise.reject(new KubeError('NOT_FOUND', 'no such object'));
  }

  create(kind: unknown, object: Secret | Lease): Promise<Secret | Lease> {
    if (kind === leases) this.lease = object;
    else this.put(object, 'one', '1');
    return this.get(kind);
  }

  update(_kind: unknown, lease: Lease): Promise<Lease> {
    this.lease = lease;
    return Promise.resolve(lease);
  }

  put(secret: Secret, uid: string, resourceVersion: string): void {
    this.secret = { ...secret, metadata: { ...secret.metadata, uid, resourceVersion } };
  }
}

/** @param store that of a process before */
function setup(store = new Store()) {
  const wrapped = wrappedKeySource({ file, flag: '--kek' });
  const opened: string[] = [];
  const source: SignerSource = {
    ...wrapped,
    open: (stored, given) => (opened.push(stored['ca.key'] ?? ''), wrapped.open(stored, given)),
  };
  const changes: number[] = [];
  const keeper = new AuthorityKeeper({
    client: store as unknown as ConstructorParameters<typeof AuthorityKeeper>[0]['client'],
    namespace: 'eso',
    leaseName: 'leader',
    source,
    validityMs: 365 * DAY,
    clock,
    logger: createLogger({ name: 'test', destination: { write: () => undefined } }),
    onCreated: () => undefined,
    onChanged: () => changes.push(opened.length),
  });
  return { store, source, opened, changes, keeper };
}

/** The same authority with a seal of another generation, as the next stage of a rotation writes it. */
async function resealed(secret: Secret, generation: number): Promise<Secret> {
  const source = wrappedKeySource({ file, flag: '--kek' });
  const { bundle, key } = readAuthoritySecret(secret, source);
  const signer = await source.open(key);
  const seal = await sealBundle({ certificates: parseBundle(bundle, 'ca.crt'), generation, signer });
  return authoritySecret('eso', { bundle, key, seal });
}

/** What the Lease says is in force, and the highest generation there was. */
const remembered = ({ lease }: Store) => {
  const annotations = lease?.metadata.annotations ?? {};
  const [generation, key] = annotations['external-secrets.io/authority']!.split('-');
  return { generation, key, highest: annotations['external-secrets.io/authority-highest-generation'] };
};

test('makes an authority with a seal, opens it once for each state of the Secret, and tells no change where there is none', async () => {
  const { store, opened, changes, keeper } = setup();
  const { authority } = await keeper.ensure(signal);
  expect(authority).toMatchObject({ generation: 1, problems: [] });
  await keeper.ensure(signal);
  expect(opened.length).toBe(1);
  const same = store.secret!;
  // Labelled by somebody: another version of the same.
  store.put(same, 'one', '2');
  await keeper.ensure(signal);
  expect(opened.length).toBe(2);
  expect(changes).toEqual([]);
});

test.each([
  ['made anew, though its version is the same', 'other', '1'],
  ['changed', 'one', '2'],
])('another authority in a Secret that was %s signs from then on, and is told once', async (_, uid, version) => {
  const { store, changes, keeper } = setup();
  const { authority: first } = await keeper.ensure(signal);
  const { keeper: elsewhere, store: other } = setup();
  await elsewhere.ensure(signal);
  store.put(await resealed(other.secret!, 2), uid, version);
  const { authority: second } = await keeper.ensure(signal);
  expect(second.certificate.fingerprint256).not.toBe(first.certificate.fingerprint256);
  await keeper.ensure(signal);
  expect(changes.length).toBe(1);
});

test('a bundle that the key sealed is told; an older one that is played again changes nothing that is trusted', async () => {
  const { store, source, changes, keeper } = setup();
  const { authority } = await keeper.ensure(signal);
  const made = store.secret!;
  const next = await inMemoryAuthority(clock);
  const { key } = readAuthoritySecret(made, source);
  const bundleOf = async (generation: number, ...more: (typeof next)[]): Promise<Secret> => {
    const certificates = [authority.certificate, ...more.map(({ certificate }) => certificate)];
    const seal = await sealBundle({ certificates, generation, signer: authority.signer });
    return authoritySecret('eso', { bundle: certificates.map(String).join('\n'), seal, key });
  };
  const trusted = async (secret: Secret, version: string) => {
    store.put(secret, 'one', version);
    const { authority: kept } = await keeper.ensure(signal);
    return { count: parseBundle(kept.bundle, 'ca.crt').length, problems: kept.problems.map(({ kind }) => kind) };
  };
  const [grown, shrunk] = [await bundleOf(2, next), await bundleOf(3)];
  expect(await trusted(grown, '2')).toEqual({ count: 2, problems: [] });
  expect(await trusted(shrunk, '3')).toEqual({ count: 1, problems: [] });
  expect(changes.length).toBe(2);
  expect(await trusted(grown, '4')).toEqual({ count: 1, problems: ['unknown', 'outdated'] });
  // Without its seal it is no better, and what is forgotten in between is not forgotten.
  expect(await trusted(made, '5')).toEqual({ count: 1, problems: ['outdated'] });
  expect(await trusted(grown, '6')).toEqual({ count: 1, problems: ['unknown', 'outdated'] });
  expect(changes.length).toBe(2);
  expect(secretEntry(grown, 'ca.sig')).toContain('"generation":2');
});

test('the next key that signs under the same bundle is told: every leaf is another one then', async () => {
  const { store, source, changes, keeper } = setup();
  await keeper.ensure(signal);
  const { keeper: elsewhere, store: other } = setup();
  const [one, next] = [store.secret!, (await elsewhere.ensure(signal), other.secret!)];
  const bundle = [one, next].map((secret) => secretEntry(secret, 'ca.crt')).join('');
  const certificates = parseBundle(bundle, 'ca.crt');
  const signedBy = async (secret: Secret, generation: number): Promise<Secret> => {
    const { key } = readAuthoritySecret(secret, source);
    const signer = await source.open(key);
    return authoritySecret('eso', { bundle, key, seal: await sealBundle({ certificates, generation, signer }) });
  };
  store.put(await signedBy(one, 2), 'one', '2');
  const { authority: before } = await keeper.ensure(signal);
  store.put(await signedBy(next, 3), 'one', '3');
  const { authority: after } = await keeper.ensure(signal);
  expect(after.bundle).toBe(before.bundle);
  expect(after.certificate.serialNumber).toBe(certificates[1]!.serialNumber);
  expect(changes.length).toBe(2);
});

test('a whole Secret of before a rotation is refused by the next process, until an administrator names it in force', async () => {
  const { store, keeper } = setup();
  const { authority: first } = await keeper.ensure(signal);
  const old = store.secret!;
  const { keeper: elsewhere, store: other } = setup();
  await elsewhere.ensure(signal);
  store.put(await resealed(other.secret!, 2), 'one', '2');
  const { authority: second } = await keeper.ensure(signal);
  expect(remembered(store)).toMatchObject({ generation: '2', highest: '2' });

  store.put(old, 'one', '3');
  for (const process of [keeper, setup(store).keeper])
    await expect(process.ensure(signal)).rejects.toMatchObject({
      code: 'AUTHORITY_UNCONFIRMED',
      message: expect.stringMatching(
        /generation 1 \(key .*Last in force was generation 2 .*highest generation there was is 2.* annotate --overwrite lease leader external-secrets\.io\/authority=1-[0-9a-f]{64}$/,
      ) as string,
    });

  const { annotations } = store.lease!.metadata;
  const refused = await keeper.ensure(signal).catch((error: unknown) => error as Error);
  const [, confirmed = ''] = /=(1-[0-9a-f]{64})$/.exec((refused as Error).message)!;
  store.lease!.metadata.annotations = { ...annotations, 'external-secrets.io/authority': confirmed };
  const third = setup(store);
  for (const process of [keeper, third.keeper])
    expect((await process.ensure(signal)).authority.certificate.fingerprint256).toBe(first.certificate.fingerprint256);
  expect(remembered(store)).toMatchObject({ generation: '1', highest: '2' });
  // What was left behind that way is a copy from then on, too.
  store.put(await resealed(other.secret!, 2), 'one', '4');
  await expect(third.keeper.ensure(signal)).rejects.toMatchObject({ code: 'AUTHORITY_UNCONFIRMED' });
  store.put(await resealed(other.secret!, 3), 'one', '5');
  expect((await third.keeper.ensure(signal)).authority.certificate.fingerprint256).toBe(
    second.certificate.fingerprint256,
  );
});

test('an older bundle of the same key, or none with a seal, counts for nothing in the next process either', async () => {
  const { store, keeper } = setup();
  await keeper.ensure(signal);
  const made = store.secret!;
  const [second, third] = [await resealed(made, 2), await resealed(made, 3)];
  store.put(third, 'one', '2');
  await keeper.ensure(signal);
  const problems = async (secret: Secret, version: string) => {
    store.put(secret, 'one', version);
    return (await setup(store).keeper.ensure(signal)).authority.problems;
  };
  expect(await problems(second, '3')).toEqual([{ kind: 'outdated', generation: 2, known: 3 }]);
  const { bundle, key } = readAuthoritySecret(made, wrappedKeySource({ file, flag: '--kek' }));
  const unsealed = authoritySecret('eso', { bundle, key });
  expect(await problems(unsealed, '4')).toEqual([{ kind: 'outdated', generation: 0, known: 3 }]);
  expect(await problems(third, '5')).toEqual([]);

  // And named in force by an administrator, it counts at the next pass, without being written again.
  const other = setup(store);
  store.put(second, 'one', '6');
  await other.keeper.ensure(signal);
  const { annotations = {} } = store.lease!.metadata;
  const text = annotations['external-secrets.io/authority']!.replace(/^3-/, '2-');
  store.lease!.metadata.annotations = { ...annotations, 'external-secrets.io/authority': text };
  await other.keeper.remember(signal);
  expect((await other.keeper.ensure(signal)).authority.problems).toEqual([]);
});

test('an authority that is made after another one is newer than it, and what is remembered is put back when it is gone', async () => {
  const { store, keeper } = setup();
  await keeper.ensure(signal);
  store.put(await resealed(store.secret!, 5), 'one', '2');
  await keeper.ensure(signal);
  store.secret = undefined;
  const next = setup(store);
  const { authority } = await next.keeper.ensure(signal);
  expect(authority).toMatchObject({ generation: 6, problems: [] });
  const before = remembered(store);
  expect(before).toMatchObject({ generation: '6', highest: '6' });
  store.lease = undefined;
  await next.keeper.remember(signal);
  expect(remembered(store)).toEqual(before);
  expect(store.lease).toMatchObject({ metadata: { namespace: 'eso', name: 'leader' }, spec: {} });
});

test.each([
  ['external-secrets.io/authority', 'yes'],
  ['external-secrets.io/authority-highest-generation', '-1'],
])('a note in %s that does not parse stops it, and says which', async (annotation, text) => {
  const { store, keeper } = setup();
  await keeper.ensure(signal);
  store.lease!.metadata.annotations = { ...store.lease!.metadata.annotations, [annotation]: text };
  await expect(setup(store).keeper.ensure(signal)).rejects.toMatchObject({
    code: 'AUTHORITY_UNCONFIRMED',
    message: expect.stringContaining(`Annotation ${annotation} of Lease eso/leader has to be `) as string,
  });
});

test('of passes side by side, one that was about to make an authority does not make one that passes for a copy of an older one', async () => {
  const { store, keeper } = setup();
  const create = store.create.bind(store);
  let made = 0;
  let held = false;
  let others: Promise<unknown> = Promise.resolve();
  const createSecret = (object: Secret): Promise<Secret | Lease> => {
    store.put(object, `uid-${++made}`, '1');
    return store.get(undefined);
  };
  store.create = async (kind, object) => {
    if (kind === leases) return create(kind, object);
    if (held) return createSecret(object);
    held = true;
    // As long as the others take, if they do not wait for this pass; then somebody deletes what they have made.
    await Promise.race([others, pause(300)]);
    store.secret = undefined;
    return createSecret(object);
  };
  const first = keeper.ensure(signal);
  others = keeper.ensure(signal);
  await Promise.allSettled([first, others]);
  await expect(keeper.ensure(signal)).resolves.toMatchObject({ authority: { problems: [] } });
});
