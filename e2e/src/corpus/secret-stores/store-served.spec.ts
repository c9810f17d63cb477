import {
  type ClusterSecretStore,
  clusterSecretStores,
  type SecretStore,
  secretStores,
  type SecretStoreStatus,
} from '@eso/api/resources';
import { eventually } from '@eso/testing';
import { System } from '../../support/system.ts';
import { AwsAccount } from '../aws-account.ts';
import { AzureAccount } from '../azure-account.ts';
import { type Accounts, BEFORE, installStore } from './install-store.ts';
import { providerKey, readStoreIndex, readStores, type StoreEntry } from './store-corpus.ts';

type Outcome = StoreEntry['expected']['outcome'];
type ReadyCondition = NonNullable<SecretStoreStatus['conditions']>[number];

const corpus = readStores();
const withOutcome = <O extends Outcome>(outcome: O) =>
  corpus
    .filter((entry) => entry.expected.outcome === outcome)
    .map((entry) => {
      const expected = entry.expected as Extract<StoreEntry['expected'], { outcome: O }>;
      return [`${entry.source.name} (${entry.source.repository})`, { ...entry, expected }] as const;
    });
const synced = withOutcome('synced');
const unserved = withOutcome('unserved');
const unclaimed = withOutcome('unclaimed');
const foreign = withOutcome('foreign');
const keepsOut = synced.filter(([, { denied }]) => denied !== undefined);
/** What was found to be so in this run, and by which key. */
const shown: Record<'synced' | 'unserved' | 'unclaimed' | 'foreign', string[]> = {
  synced: [],
  unserved: [],
  unclaimed: [],
  foreign: [],
};
let accounts: Accounts;
let system: System;

beforeAll(async () => {
  const [aws, azure] = await Promise.all([AwsAccount.start(), AzureAccount.start(() => system.own.cluster)]);
  accounts = { aws, azure };
  const providers = { fake: {}, aws: { env: aws.env }, azure: { env: azure.env } };
  system = await System.start({ tenants: 'all', providers });
  // What nothing has to happen to comes first.
  for (const [, entry] of [...foreign, ...unclaimed, ...unserved, ...synced])
    await installStore(system.own.cluster, accounts, entry);
});
afterAll(async () => {
  process.stdout.write(summary());
  await system.stop();
  await Promise.all([accounts.aws.stop(), accounts.azure.stop()]);
});

function storeOf({ source, consumer }: StoreEntry): Promise<SecretStore | ClusterSecretStore> {
  const { name, kind } = source;
  return kind === 'SecretStore'
    ? system.admin.get(secretStores, { namespace: consumer, name })
    : system.admin.get(clusterSecretStores, { name });
}

/** The store's condition Ready, once it has this status. */
function readyOf(entry: StoreEntry, status: 'True' | 'False'): Promise<ReadyCondition> {
  return eventually(async () => {
    const store = await storeOf(entry);
    const ready = store.status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== status)
      throw new Error(`${entry.source.name} is not Ready=${status}: ${JSON.stringify(ready)}`);
    return ready;
  });
}

/** Who reads through a store that is not ready is told so, and keeps what it has. */
async function leavesTarget({ source, consumer }: StoreEntry): Promise<void> {
  await system.failed(consumer, source.name, 'STORE_NOT_READY');
  expect(await system.values(consumer, source.name)).toEqual(BEFORE);
}

test.each(synced)('%s is served, and what reads through it syncs', async (_, entry) => {
  expect(await readyOf(entry, 'True')).toMatchObject({ reason: 'Valid', message: 'store validated' });
  expect((await storeOf(entry)).status?.capabilities).toMatch(/^Read(Only|Write)$/);
  const { consumer, source, expected } = entry;
  expect(await system.ready(consumer, source.name)).toMatchObject({ reason: 'SecretSynced' });
  expect(await system.values(consumer, source.name)).toEqual(expected.data);
  shown.synced.push(providerKey(entry.manifest));
});

test.each(keepsOut)('%s keeps out the namespaces that its conditions do not name', async (_, entry) => {
  const { source, denied = '' } = entry;
  expect((await system.failed(denied, source.name, 'STORE_NOT_ALLOWED')).message).toContain(
    `using cluster store "${source.name}" is not allowed from namespace "${denied}": denied by spec.condition`,
  );
  expect(await system.values(denied, source.name)).toBeUndefined();
});

test.each(unserved)('%s: its provider says with a code and the field why it does not serve it', async (_, entry) => {
  const { code, field } = entry.expected;
  const { reason, message } = await readyOf(entry, 'False');
  expect(reason).toBe('InvalidProviderConfig');
  expect(message).toContain(`unable to validate store: ${field}: `);
  expect(message).toContain(`[${code}]. `);
  await leavesTarget(entry);
  shown.unserved.push(providerKey(entry.manifest));
});

test.each(unclaimed)('%s says which class is missing', async (_, entry) => {
  const key = providerKey(entry.manifest);
  expect(await readyOf(entry, 'False')).toMatchObject({
    reason: 'InvalidProviderConfig',
    message:
      `unable to create client: spec.provider.${key}: no ClusterProviderClass claims the key "${key}" [KEY_NOT_SERVED]. ` +
      `Install the provider for it, whose ClusterProviderClass has "${key}" in spec.serves.stores, or correct the key.`,
  });
  await leavesTarget(entry);
  shown.unclaimed.push(key);
});

// The last one: all others have been looked at by now, and these came before them.
test.each(foreign)('%s is left alone, with what reads through it', async (_, entry) => {
  const { consumer, source } = entry;
  expect((await storeOf(entry)).status).toBeUndefined();
  expect((await system.externalSecret(consumer, source.name)).status).toBeUndefined();
  expect(await system.values(consumer, source.name)).toEqual(BEFORE);
  shown.foreign.push(providerKey(entry.manifest));
});

/** A table for the eyes of who runs this. */
function summary(): string {
  const { manifests: all } = readStoreIndex();
  const keysOf = (keys: readonly string[]): string => [...new Set(keys)].sort().join(', ');
  const ofKind = (kind: string): number => all.filter((manifest) => manifest.kind === kind).length;
  const wanted = { synced, unserved, unclaimed, foreign };
  const row = (outcome: keyof typeof shown): string =>
    `${shown[outcome].length} of ${wanted[outcome].length}: ${keysOf(shown[outcome])}`;
  const rows: readonly (readonly [string, string | number])[] = [
    ['public repositories', new Set(all.map(({ repository }) => repository)).size],
    ['SecretStores, ClusterSecretStores', `${ofKind('SecretStore')}, ${ofKind('ClusterSecretStore')}`],
    ['  Ready, and an ExternalSecret synced', row('synced')],
    ['  not served yet, with code and field', row('unserved')],
    ['  no class, named by its key', row('unclaimed')],
    ['  of another controller, left alone', row('foreign')],
    ['  refused by upstream’s schema as well', withOutcome('refused').length],
  ];
  return `\n${rows.map(([what, figure]) => `${what.padEnd(42)} ${figure}`).join('\n')}\n`;
}
