import { createPrivateKey, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { objectKey, type Secret } from '@eso/kube';
import { type CertificateAuthority, leafProblems, parseBundle } from '@eso/pki';
import { ManualClock } from '@eso/runtime';
import { secretData, secretEntry } from '../secret-data.ts';
import { DAY, inMemoryAuthority, passOver, testOwner } from '../testing/model.ts';
import { readLeaf } from './leaf-secret.ts';

const lifetime = { validityMs: 30 * DAY };
const SERVICES = ['a', 'b', 'c'];
const NAMES = ['external-secrets-provider-tls', 'external-secrets-provider-tls-2'];
const FOREIGN = { 'tls.crt': 'somebody else', note: 'keep me' };

type Step =
  | { kind: 'label'; service: string; secret: string }
  | { kind: 'unlabel'; service: string }
  | { kind: 'pass'; service: string }
  | { kind: 'delete'; secret: string }
  | { kind: 'tamper'; secret: string; entry: string }
  | { kind: 'foreign'; secret: string }
  | { kind: 'days'; days: number }
  | { kind: 'replaceAuthority' };

const service = fc.constantFrom(...SERVICES);
const secret = fc.constantFrom(...NAMES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('label' as const), service, secret }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unlabel' as const), service }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass' as const), service }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), secret }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('tamper' as const),
      secret,
      entry: fc.constantFrom('ca.crt', 'tls.crt', 'tls.key', 'ca.key', 'client.key'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('foreign' as const), secret }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('days' as const), days: fc.integer({ min: 1, max: 25 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replaceAuthority' as const) }) },
);

/** A namespace with Services and Secrets, and what the controller does in it. */
class World {
  readonly clock = new ManualClock();
  readonly claims = new Map<string, string>();
  readonly secrets = new Map<string, Secret>();
  authority!: CertificateAuthority;

  async run(steps: readonly Step[]): Promise<void> {
    this.authority = await inMemoryAuthority(this.clock);
    for (const next of steps) await this.step(next);
    // Whatever the order was: a few passes over everybody and all is well.
    for (let round = 0; round < 2; round++) for (const name of SERVICES) await this.pass(name);
  }

  async pass(name: string): Promise<void> {
    const secretName = this.claims.get(name);
    if (secretName === undefined) return;
    const owner = testOwner(name, secretName);
    const stored = this.secrets.get(secretName);
    const isClaimed = (id: string) =>
      SERVICES.some((s) => `provider-x/${s}` === id && this.claims.get(s) === secretName);
    const nowMs = this.clock.now();
    const left = await passOver({ owner, stored, authority: this.authority, lifetime, nowMs, isClaimed }, this.clock);
    if (left) this.secrets.set(objectKey({ name: left.metadata.name }), left);
  }

  private async step(next: Step): Promise<void> {
    switch (next.kind) {
      case 'label':
        this.claims.set(next.service, next.secret);
        return;
      case 'unlabel':
        this.claims.delete(next.service);
        return;
      case 'pass':
        return this.pass(next.service);
      case 'delete':
        this.secrets.delete(next.secret);
        return;
      case 'tamper': {
        const stored = this.secrets.get(next.secret);
        if (stored && !isForeign(stored))
          this.secrets.set(next.secret, {
            ...stored,
            data: { ...stored.data, ...secretData({ [next.entry]: 'tampered' }) },
          });
        return;
      }
      case 'foreign':
        this.secrets.set(next.secret, foreignSecret(next.secret));
        return;
      case 'days':
        return this.clock.advance(next.days * DAY);
      case 'replaceAuthority':
        this.authority = await inMemoryAuthority(this.clock);
        return;
    }
  }
}

const foreignSecret = (name: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'provider-x', name },
  type: 'Opaque',
  data: secretData(FOREIGN),
});

const isForeign = (stored: Secret): boolean => stored.type === 'Opaque';

test('whatever happens in whatever order, every Secret is right or untouched, and no key is where it does not belong', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const world = new World();
      await world.run(steps);
      const keys = new Set<string>();
      for (const [name, stored] of world.secrets) {
        if (isForeign(stored)) {
          expect(stored).toEqual(foreignSecret(name));
          continue;
        }
        const claimants = SERVICES.filter((s) => world.claims.get(s) === name);
        // Nobody wants it any more: it is left as it was.
        if (claimants.length === 0) continue;
        expect(Object.keys(stored.data!).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
        const holder = claimants.find(
          (s) => stored.metadata.annotations!['external-secrets.io/owner'] === `provider-x/${s}`,
        );
        expect(holder).toBeDefined();
        const { identity } = testOwner(holder!);
        const expectation = { identity, authority: world.authority, lifetime, nowMs: world.clock.now() };
        expect(leafProblems(readLeaf(stored), expectation)).toEqual([]);
        const key = secretEntry(stored, 'tls.key')!;
        expect(keys).not.toContain(key);
        keys.add(key);
        const publicKey = createPublicKey(createPrivateKey(key));
        const [signer] = parseBundle(world.authority.bundle, 'ca.crt');
        expect(publicKey.equals(signer!.publicKey)).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
