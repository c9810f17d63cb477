import { setTimeout as sleep } from 'node:timers/promises';
import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { secrets } from '@eso/kube';
import { step } from '../setup.mjs';
import { AWS_KEY, AWS_STORE, AwsRoles } from './aws-roles.ts';
import { forEachConcurrently } from './concurrency.ts';
import { peakRssMiB } from './processes.ts';
import { markdown } from './report.ts';
import { type Outcome, type Scenario, wholeNumber } from './scenario.ts';
import { IN_FLIGHT, until } from './syncing-system.ts';

/** What one open backend may take at its peak: a client of AWS with connections, the login, what was read. */
const BACKEND_MIB = 0.25;
/** What comes and goes with load, whoever causes it. */
const WORKING_MIB = 48;
const LOOK_MS = 250;

const tenantOf = (index: number): string => `tenant-${String(index).padStart(5, '0')}`;

/**
 * `--scenario tenants`: as many tenants, each with a store, a role and an ExternalSecret of its own, through one provider-aws: all are
 * read, and then all once more. What it has open, and its memory, stay below a bound.
 */
export const tenantsScenario: Scenario = {
  options: { tenants: { type: 'string' }, backends: { type: 'string' } },
  usage: '[--tenants N] [--backends N]   (1000, 1000: what a provider has open at once unless a flag says otherwise)',
  prepare: (values) => {
    const tenants = wholeNumber(values, 'tenants', { fallback: 1_000, min: 1, max: 10_000 });
    const backends = wholeNumber(values, 'backends', { fallback: 1_000, min: 1, max: 10_000 });
    return () => AwsRoles.with((roles) => measure(roles, tenants, backends), [`--max-open-backends=${backends}`]);
  },
};

/** What was seen up to one point. */
interface Seen {
  readonly when: string;
  readonly logins: number;
  /** Most at once, as far as a look every quarter of a second shows. */
  readonly backends: number;
  readonly rssMiB: number;
  readonly peakMiB: number;
}

async function measure(roles: AwsRoles, tenants: number, backends: number): Promise<Outcome> {
  const idleMiB = roles.rssMiB;
  const boundMiB = idleMiB + WORKING_MIB + Math.min(backends, tenants) * BACKEND_MIB;
  const watch = watchBackends(roles);
  const rows: Seen[] = [];
  const look = (when: string): void => {
    rows.push({
      when,
      logins: roles.logins,
      backends: watch.most,
      rssMiB: roles.rssMiB,
      peakMiB: peakRssMiB(roles.pid),
    });
    step(`${when}: ${roles.logins} logins, ${watch.most} backends, ${peakRssMiB(roles.pid).toFixed(0)} MiB peak`);
  };
  look('idle');
  await forEachConcurrently(tenants, IN_FLIGHT, async (index) => {
    await roles.addTenant(tenantOf(index));
  });
  await roles.allReady(tenants);
  look('all stores are Ready');
  await forEachConcurrently(tenants, IN_FLIGHT, async (index) => {
    await roles.client.create(externalSecrets, externalSecretOf(tenantOf(index)));
  });
  await allSynced(roles, tenants);
  look('all are synced');
  const readsBefore = roles.reads;
  await forEachConcurrently(tenants, IN_FLIGHT, (index) => forceSync(roles, tenantOf(index)));
  await until('all were read once more', () => roles.reads - readsBefore >= tenants, 600_000);
  look('all were read once more');
  await watch.stop();
  const wrong = await wrongValues(roles, tenants);
  const figures = { scenario: 'tenants', tenants, backends, idleMiB, boundMiB, wrong, rows };
  const peakMiB = Math.max(...rows.map((row) => row.peakMiB));
  const demands: readonly (readonly [string, string, boolean])[] = [
    ['each has its own value', `${wrong} have not`, wrong === 0],
    [`backends, each with one login, at most ${backends} at once`, String(watch.most), watch.most <= backends],
    // Who is used after so many others logs in anew.
    ...(tenants > backends
      ? []
      : [['one login for each', String(roles.logins), roles.logins <= tenants] satisfies [string, string, boolean]]),
    [`peak RSS at most ${boundMiB.toFixed(0)} MiB`, `${peakMiB.toFixed(0)} MiB`, peakMiB <= boundMiB],
  ];
  return { table: tableOf(tenants, rows, demands), figures, passed: demands.every(([, , met]) => met) };
}

function watchBackends(roles: AwsRoles): { readonly most: number; stop(): Promise<void> } {
  const ended = new AbortController();
  let most = 0;
  const watching = (async () => {
    while (!ended.signal.aborted) {
      most = Math.max(most, await roles.metric('eso_provider_backends', 'state="open"'));
      await sleep(LOOK_MS);
    }
  })();
  return {
    get most() {
      return most;
    },
    stop: async () => {
      ended.abort();
      await watching;
    },
  };
}

function externalSecretOf(namespace: string): ExternalSecret {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'db', namespace },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'SecretStore', name: AWS_STORE },
      data: [{ secretKey: 'value', remoteRef: { key: AWS_KEY } }],
    },
  };
}

async function allSynced(roles: AwsRoles, tenants: number): Promise<void> {
  const synced = async (): Promise<boolean> => {
    const { items } = await roles.client.list(externalSecrets);
    const isReady = ({ status }: ExternalSecret): boolean =>
      status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
    return items.filter(isReady).length === tenants;
  };
  await until('all are synced', synced, 600_000);
}

async function forceSync(roles: AwsRoles, namespace: string): Promise<void> {
  const annotations = { 'external-secrets.io/force-sync': 'once-more' };
  await roles.client.patch(
    externalSecrets,
    { namespace, name: 'db' },
    { metadata: { annotations } },
    { type: 'merge' },
  );
}

/** @returns how many Secrets do not hold what the role of their tenant reads */
async function wrongValues(roles: AwsRoles, tenants: number): Promise<number> {
  const values = new Map<string, string>();
  for (const { metadata, data } of (await roles.client.list(secrets)).items)
    if (metadata.name === 'db')
      values.set(metadata.namespace ?? '', Buffer.from(data?.['value'] ?? '', 'base64').toString());
  const all = Array.from({ length: tenants }, (_, index) => tenantOf(index));
  return all.filter((tenant) => values.get(tenant) !== AwsRoles.valueOf(tenant)).length;
}

function tableOf(
  tenants: number,
  rows: readonly Seen[],
  demands: readonly (readonly [string, string, boolean])[],
): string {
  const head = [`${tenants} tenants`, 'logins so far', 'most backends', 'RSS MiB', 'peak RSS MiB'];
  const lines = rows.map(({ when, logins, backends, rssMiB, peakMiB }) => [
    when,
    String(logins),
    String(backends),
    rssMiB.toFixed(0),
    peakMiB.toFixed(0),
  ]);
  const goals = demands.map(([what, figure, met]) => `goal: ${what}: ${met ? 'met' : 'not met'}, ${figure}`);
  return [markdown(head, lines), '', ...goals].join('\n');
}
