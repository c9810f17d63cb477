import { Code } from '@connectrpc/connect';
import { type CapabilitiesResponse, SecretStoreCapabilities } from '@eso/api/stubs';
import { type Feature, isFeature } from '@eso/api/contract';
import type { StoreFixture } from '../config/fixtures.ts';
import { expectAnswer, expectRefusal, REFUSED, refusalOf } from '../expect.ts';
import { demand, NothingToCheck } from '../broken-rule.ts';
import type { Lab } from '../lab.ts';
import { firstOf } from '../wire/first-of.ts';
import type { Check } from './check.ts';

/** Capabilities and Validate. */
export const storeChecks = {
  'capabilities.1': async (lab) => {
    const answer = await capabilities(lab);
    const claimed = new Set(answer.features.filter(isFeature));
    demand(claimed.size > 0, 'no feature of the contract is named');
    const coarse = coarseOf(claimed);
    demand(
      answer.capabilities === coarse,
      `capabilities says ${SecretStoreCapabilities[answer.capabilities]}, the features say ${SecretStoreCapabilities[coarse]}`,
    );
    const { features } = lab.config;
    const other = features?.filter((feature) => !claimed.has(feature)) ?? [];
    demand(other.length === 0, `the config says more than is claimed: ${other.join(', ')}`);
  },
  'capabilities.2': async (lab) => {
    const { protocolMin, protocolMax } = await capabilities(lab);
    demand(
      protocolMin >= 1 && protocolMin <= 1 && protocolMax >= 1,
      `the versions are ${protocolMin} to ${protocolMax}`,
    );
  },
  'capabilities.3': async (lab) => {
    for (const feature of lab.features) {
      const status = await statusOf(lab, feature);
      demand(status !== Code.Unimplemented, `${feature} is claimed, and answered with Unimplemented`);
    }
  },
  'capabilities.4': async (lab) => {
    const unclaimed = METHODS.filter(({ features }) => !features.some((feature) => lab.features.has(feature)));
    if (unclaimed.length === 0) throw new NothingToCheck('everything is claimed');
    for (const {
      features: [feature],
    } of unclaimed) {
      const status = await statusOf(lab, feature);
      const said = status === undefined ? 'OK' : Code[status];
      demand(
        status === Code.Unimplemented,
        `${feature} is not claimed, and answered with ${said}, not with Unimplemented`,
      );
    }
  },

  'validate.1': async (lab) => {
    const { valid } = await validate(lab, lab.fixture('store'));
    demand(valid, 'it was said not to be valid');
  },
  'validate.2': async (lab) => {
    const call = validate(lab, lab.fixture('brokenStore'), 'a store that cannot be used');
    const refusal = await refusalOf(call);
    if (refusal) {
      demand(
        REFUSED.some((status) => status === refusal.status),
        `it was answered with ${Code[refusal.status]}`,
      );
      return;
    }
    const { valid, error } = await call;
    demand(!valid, 'it was said to be valid');
    demand(error !== '', 'nothing is said about why');
  },
  'validate.3': async (lab) => {
    const call = lab.connection.store.validate(lab.through(lab.missingStore()));
    await expectRefusal(call, [Code.FailedPrecondition], 'a missing config');
  },
  'validate.4': async (lab) => {
    const { valid } = await validate(lab, { ...lab.fixture('clusterStore'), sourceNamespace: '' });
    demand(valid, 'it was said not to be valid');
  },
} as const satisfies Readonly<Record<string, Check>>;

/** What the kind of the config's store claims. */
export function capabilities(lab: Lab): Promise<CapabilitiesResponse> {
  return expectAnswer(lab.connection.store.capabilities(lab.through()), 'Capabilities');
}

async function validate(lab: Lab, store: StoreFixture, what?: string) {
  const call = lab.connection.store.validate(lab.through(store));
  const answer = what === undefined ? await expectAnswer(call, 'the store') : await call;
  for (const text of [answer.error, ...answer.warnings]) if (text) lab.overheard.within('Validate', text);
  return answer;
}

const READS: readonly Feature[] = ['get', 'map', 'findByName', 'findByTags', 'findByPath'];
const WRITES: readonly Feature[] = ['push', 'delete'];

function coarseOf(claimed: ReadonlySet<Feature>): SecretStoreCapabilities {
  const reads = READS.some((feature) => claimed.has(feature));
  if (!WRITES.some((feature) => claimed.has(feature))) return SecretStoreCapabilities.READ_ONLY;
  return reads ? SecretStoreCapabilities.READ_WRITE : SecretStoreCapabilities.WRITE_ONLY;
}

/** The features that share a method: it is there when any of them is claimed. */
const METHODS: readonly { readonly features: readonly [Feature, ...Feature[]] }[] = [
  { features: ['get'] },
  { features: ['map'] },
  { features: ['findByName', 'findByTags', 'findByPath'] },
  { features: ['push'] },
  { features: ['delete'] },
  { features: ['exists'] },
  { features: ['batch'] },
  { features: ['watch'] },
];

/** The status by which a feature is answered when it is asked for something harmless; undefined: OK. */
async function statusOf(lab: Lab, feature: Feature): Promise<Code | undefined> {
  const { store, extension } = lab.connection;
  const key = lab.makeName();
  const remoteRef = { remoteKey: key };
  const calls: Record<Feature, () => Promise<unknown>> = {
    get: () => store.getSecret(lab.ask({ key })),
    metadata: () => store.getSecret({ ...lab.through(), remoteRef: { key, metadataPolicy: 'Fetch' } }),
    map: () => store.getSecretMap(lab.ask({ key })),
    findByName: () => store.getAllSecrets(lab.search({ name: `^${key}$` })),
    findByTags: () => store.getAllSecrets(lab.search({ tags: { conformance: key } })),
    findByPath: () => store.getAllSecrets(lab.search({ path: key })),
    // Without a name, so that nothing comes of it.
    push: () =>
      store.pushSecret({ ...lab.through(), secretData: { a: lab.makeValue() }, pushSecretData: { secretKey: 'a' } }),
    delete: () => store.deleteSecret({ ...lab.through(), remoteRef }),
    exists: () => store.secretExists({ ...lab.through(), remoteRef }),
    batch: () => extension.batchGet({ ...lab.through(), remoteRefs: [{ key }] }),
    watch: () => firstOf((signal) => extension.watch(lab.through(), { signal })),
    // Of generators, not of stores.
    generate: () => Promise.resolve(),
  };
  return (await refusalOf(calls[feature]()))?.status;
}
