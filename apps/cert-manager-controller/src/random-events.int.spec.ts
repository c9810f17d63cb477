import fc from 'fast-check';
import { isKubeError, secrets, services } from '@eso/kube';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import { secretData } from './secret-data.ts';
import { Harness } from './testing/harness.ts';

const NAMES = ['external-secrets-provider-tls', 'external-secrets-provider-tls-two'] as const;
const SERVICES = ['a', 'b', 'c'] as const;
const CA = 'eso-provider-ca-internal';
const UNBOUNDED = { perMinute: 60_000, burst: 1_000, namespacePerMinute: 60_000, namespaceBurst: 1_000 };

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await controlPlane();
});
afterAll(() => cluster.stop());

type Deed = (harness: Harness) => Promise<unknown>;

/** What people do, some of it to what is not there. */
const deed: fc.Arbitrary<{ text: string; run: Deed }> = fc.oneof(
  fc.tuple(fc.constantFrom(...SERVICES), fc.constantFrom(...NAMES)).map(([name, secret]) => ({
    text: `create ${name} ${secret}`,
    run: (harness: Harness) => harness.createService(name, { secret }),
  })),
  fc.constantFrom(...SERVICES).map((name) => ({
    text: `delete ${name}`,
    run: (harness: Harness) => harness.admin.delete(services, { namespace: harness.provider, name }),
  })),
  fc.tuple(fc.constantFrom(...SERVICES), fc.constantFrom('true', 'false', null)).map(([name, value]) => ({
    text: `label ${name} ${String(value)}`,
    run: (harness: Harness) => harness.relabel(name, value),
  })),
  fc.constantFrom(...NAMES).map((name) => ({
    text: `delete ${name}`,
    run: (harness: Harness) => harness.admin.delete(secrets, { namespace: harness.provider, name }),
  })),
  fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom('tls.key', 'tls.crt', 'ca.key')).map(([name, entry]) => ({
    text: `spoil ${name} ${entry}`,
    run: (harness: Harness) => {
      const data = secretData({ [entry]: 'spoiled' });
      return harness.admin.patch(secrets, { namespace: harness.provider, name }, { data }, { type: 'merge' });
    },
  })),
  fc.constant({
    text: 'delete the authority',
    run: (harness: Harness) => harness.admin.delete(secrets, { namespace: harness.namespace, name: CA }),
  }),
);

test('after any deeds in any order, every Secret has exactly its entries and the authority is where it belongs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 30 }), async (deeds) => {
      await using harness = await Harness.start(cluster);
      // As many as it takes: how few it may be is another test's business.
      const running = harness.run({ settings: { issuance: UNBOUNDED } });
      for (const { run } of deeds) {
        await run(harness).catch((error: unknown) => {
          if (!isKubeError(error, 'NOT_FOUND', 'ALREADY_EXISTS')) throw error;
        });
      }
      // A last one that has to be served, whatever happened before.
      await harness.createService('z', { secret: NAMES[1] });
      await harness.admin.delete(secrets, { namespace: harness.provider, name: NAMES[1] }).catch(() => undefined);
      await eventually(async () => {
        await running.idle();
        const secret = (await harness.secret(NAMES[1]))!;
        expect(Object.keys(secret.data!).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
        expect(secret.data!['ca.crt']).toBe((await harness.authoritySecret())!.data!['ca.crt']);
        expect((await harness.clientSecret())!.data!['ca.crt']).toBe(secret.data!['ca.crt']);
      });
      const marked = (text: string) => Buffer.from('spoiled').toString('base64') === text;
      const written = NAMES.flatMap((name) => harness.history.of(name)).filter(
        ({ data }) => !Object.values(data ?? {}).some(marked),
      );
      for (const { data } of written) expect(Object.keys(data!).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
      expect(harness.history.misplacedAuthorityKeys()).toEqual([]);
    }),
    { numRuns: 5 },
  );
});
