import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeError, type Secret } from '@eso/kube';
import { parseBundle, sealBundle, type SignerSource, wrappedKeySource } from '@eso/pki';
import { createLogger, ManualClock } from '@eso/runtime';
import { secretEntry } from '../secret-data.ts';
import { DAY, testAuthority } from '../testing/model.ts';
import { AuthorityKeeper } from './authority-keeper.ts';
import { authoritySecret, readAuthoritySecret } from './authority-secret.ts';

const signal = AbortSignal.timeout(60_000);
const clock = new ManualClock();
const dir = mkdtempSync(join(tmpdir(), 'keeper-'));
const file = join(dir, 'kek');
writeFileSync(file, randomBytes(32));
afterAll(() => rmSync(dir, { recursive: true }));

/** The one Secret, without an API server: it has whatever version a test wants. */
class Store {
  secret: Secret | undefined;

  get(): Promise<Secret> {
    if (this.secret) return Promise.resolve(this.secret);
    return Promise.reject(new KubeError('NOT_FOUND', 'no such Secret'));
  }

  create(_kind: unknown, secret: Secret): Promise<Secret> {
    this.put(secret, 'one', '1');
    return this.get();
  }

  put(secret: Secret, uid: string, resourceVersion: string): void {
    this.secret = { ...secret, metadata: { ...secret.metadata, uid, resourceVersion } };
  }
}

function setup() {
  const store = new Store();
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
    source,
    validityMs: 365 * DAY,
    clock,
    logger: createLogger({ name: 'test', destination: { write: () => undefined } }),
    onCreated: () => undefined,
    onChanged: () => changes.push(opened.length),
  });
  return { store, source, opened, changes, keeper };
}

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
  store.put(other.secret!, uid, version);
  const { authority: second } = await keeper.ensure(signal);
  expect(second.certificate.fingerprint256).not.toBe(first.certificate.fingerprint256);
  await keeper.ensure(signal);
  expect(changes.length).toBe(1);
});

test('a bundle that the key sealed is told; an older one that is played again changes nothing that is trusted', async () => {
  const { store, source, changes, keeper } = setup();
  const { authority } = await keeper.ensure(signal);
  const made = store.secret!;
  const next = await testAuthority(clock);
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
  const signedBy = async (secret: Secret): Promise<Secret> => {
    const { key } = readAuthoritySecret(secret, source);
    const signer = await source.open(key);
    return authoritySecret('eso', { bundle, key, seal: await sealBundle({ certificates, generation: 2, signer }) });
  };
  store.put(await signedBy(one), 'one', '2');
  const { authority: before } = await keeper.ensure(signal);
  store.put(await signedBy(next), 'one', '3');
  const { authority: after } = await keeper.ensure(signal);
  expect(after.bundle).toBe(before.bundle);
  expect(after.certificate.serialNumber).toBe(certificates[1]!.serialNumber);
  expect(changes.length).toBe(2);
});
