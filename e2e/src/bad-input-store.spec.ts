import { LABEL_PROVIDER } from '@eso/api/resources';
import {
  applyGood,
  type BadInput,
  breakAndMend,
  createService,
  expectNothingSpilled,
  MARKER,
  patch,
  SEEN_MS,
  storeOf,
} from './support/bad-input.ts';
import { providerAddress } from '@eso/testing';
import { fakeConfig, System, wholeValues } from './support/system.ts';

const TENANT = 'bad-store';
const NEIGHBOUR = 'bad-store-neighbour';
const DATA = { value: MARKER };
const MEND_PROVIDER = `Mend the Provider; this is tried again as soon as it is ready.`;
let system: System;

beforeAll(async () => {
  system = await System.start({ tenants: [TENANT, NEIGHBOUR], providers: { fake: {} } });
  await createService(system, NEIGHBOUR, 'unshared', { labels: { [LABEL_PROVIDER]: 'true' } });
  await createService(system, NEIGHBOUR, 'something-else');
  await system.apply(fakeConfig(NEIGHBOUR, 'theirs', { value: `${MARKER}-of-somebody-else` }));
});
afterAll(() => system.stop());

/** What is the same when the store of an ExternalSecret turns out not to be usable. */
function badStore(
  name: string,
  { reason, tells, ...actions }: Pick<BadInput, 'breakIt' | 'mend' | 'tells'> & { readonly reason: string },
): BadInput {
  const store = storeOf(name);
  return {
    ...actions,
    namespace: TENANT,
    name,
    code: 'STORE_NOT_READY',
    tells: [
      'could not get secret data from provider: ',
      `spec.secretStoreRef: Provider "${store}" is not ready: `,
      ...tells,
      MEND_PROVIDER,
    ],
    provider: { name: store, reason },
    recoversWithinMs: SEEN_MS,
  };
}

const patchStore = (name: string, spec: object): Promise<void> =>
  patch(system, 'provider', TENANT, storeOf(name), { spec });

test.concurrent('a config object that does not exist', async () => {
  const name = 'config-absent';
  const config = storeOf(name);
  await applyGood(system, { namespace: TENANT, name, data: DATA, spec: wholeValues('value') });
  await breakAndMend(
    system,
    badStore(name, {
      breakIt: () => system.kubectl('-n', TENANT, 'delete', 'fake', config),
      mend: () => system.apply(fakeConfig(TENANT, config, DATA)),
      reason: 'InvalidProviderConfig',
      tells: [
        `providerRef: Fake ${TENANT}/${config} does not exist [CONFIG_NOT_FOUND]. Create Fake ${TENANT}/${config}`,
      ],
    }),
  );
});

test.concurrent('a config object that the provider finds fault with', async () => {
  const name = 'config-invalid';
  const config = storeOf(name);
  await applyGood(system, { namespace: TENANT, name, data: DATA, spec: wholeValues('value') });
  await breakAndMend(
    system,
    badStore(name, {
      breakIt: () => system.apply(fakeConfig(TENANT, config, { value: '' })),
      mend: () => system.apply(fakeConfig(TENANT, config, DATA)),
      reason: 'InvalidProviderConfig',
      tells: ['spec.data[0].value: entry 0 has no value [CONFIG_INVALID]. Give it a value'],
    }),
  );
});

// What core says of one that was stored before there was a policy: apps/core/src/validation/providers.int.spec.ts.
test.concurrent("another namespace's config", async () => {
  const name = 'config-foreign';
  await applyGood(system, { namespace: TENANT, name, data: DATA, spec: wholeValues('value') });
  await expect(patchStore(name, { providerRef: { name: 'theirs', namespace: NEIGHBOUR } })).rejects.toThrow(
    `spec.providerRef.namespace: a Provider may only name a config of its own namespace "${TENANT}"`,
  );
  await system.ready(TENANT, name);
  await system.holds(TENANT, name, DATA);
});

test.concurrent.each([
  ['an IP address', 'address-ip', '10.0.0.1:8080', 'InvalidAddress', 'IP addresses are not supported'],
  ['a bare name', 'address-bare', 'provider-fake:8080', 'InvalidAddress', 'does not name a Service'],
  ['a host elsewhere', 'address-host', 'vault.example.com:8200', 'InvalidAddress', 'does not name a Service'],
  ['no port', 'address-no-port', 'provider-fake.provider-fake.svc', 'InvalidAddress', 'the port is missing'],
])('an address that is %s', async (_, name, address, reason, what) => {
  await applyGood(system, { namespace: TENANT, name, data: DATA, spec: wholeValues('value') });
  await breakAndMend(
    system,
    badStore(name, {
      breakIt: () => patchStore(name, { address }),
      mend: () => patchStore(name, { address: providerAddress('fake') }),
      reason,
      tells: ['spec.address: ', what, 'Write ', '<service>.<namespace>.svc:<port>'],
    }),
  );
});

test.concurrent.each([
  ['does not exist', 'service-absent', `nobody.${NEIGHBOUR}.svc:8080`, 'ServiceNotFound', 'Create it, or correct'],
  [
    'is not a provider',
    'service-unlabelled',
    `something-else.${NEIGHBOUR}.svc:8080`,
    'ServiceNotAllowed',
    'An administrator has to set its label external-secrets.io/provider: "true"',
  ],
  [
    'belongs to another namespace and is not shared',
    'service-unshared',
    `unshared.${NEIGHBOUR}.svc:8080`,
    'ServiceNotAllowed',
    `Use a Service of namespace ${TENANT}`,
  ],
  [
    'has no TCP port 9',
    'service-port',
    'provider-fake.provider-fake.svc:9',
    'InvalidAddress',
    'it has: 8080) [ADDRESS_INVALID]. Write one of its ports',
  ],
])('the address of a Service that %s', async (what, name, address, reason, nextStep) => {
  await applyGood(system, { namespace: TENANT, name, data: DATA, spec: wholeValues('value') });
  await breakAndMend(
    system,
    badStore(name, {
      breakIt: () => patchStore(name, { address }),
      mend: () => patchStore(name, { address: providerAddress('fake') }),
      reason,
      tells: ['spec.address: ', 'Service ', what, nextStep],
    }),
  );
});

test.concurrent('a store that does not exist', async () => {
  const name = 'store-absent';
  await applyGood(system, { namespace: TENANT, name, data: DATA, spec: wholeValues('value') });
  const refer = (store: string): Promise<void> =>
    patch(system, 'externalsecret', TENANT, name, { spec: { secretStoreRef: { name: store } } });
  await breakAndMend(system, {
    namespace: TENANT,
    name,
    breakIt: () => refer('nothing'),
    mend: () => refer(storeOf(name)),
    code: 'STORE_NOT_FOUND',
    tells: [
      'spec.secretStoreRef: ',
      'Provider "nothing": it does not exist',
      `Create it in namespace "${TENANT}" or correct the reference.`,
    ],
    recoversWithinMs: SEEN_MS,
  });
});

test('no value is in any log, event, condition or metric, and no process was started again', async () => {
  await expectNothingSpilled(system);
});
