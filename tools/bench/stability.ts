import { type KubeClient, leases } from '@eso/kube';
import { ESO_NAMESPACE, type Installation } from '@eso/testing';

/** Who leads, how often that has changed, and which processes run. */
export interface Stability {
  readonly holder: string;
  readonly transitions: number;
  readonly processes: ReadonlyMap<string, { readonly pid: number | undefined; readonly restarts: number }>;
}

const LEASE = 'external-secrets-controller';

/** Looks at the Lease of core and at every process. */
export async function stability(client: KubeClient, installation: Installation): Promise<Stability> {
  const { spec = {} } = await client.get(leases, { namespace: ESO_NAMESPACE, name: LEASE });
  return {
    holder: spec.holderIdentity ?? '',
    transitions: spec.leaseTransitions ?? 0,
    processes: new Map(Object.entries(installation.pods).map(([name, { pid, restarts }]) => [name, { pid, restarts }])),
  };
}

/** Leaderships lost and processes ended between two looks. */
export function lossesBetween(
  before: Stability,
  after: Stability,
): { readonly leadershipsLost: number; readonly processesEnded: number } {
  const ended = [...after.processes].filter(([name, { pid, restarts }]) => {
    const was = before.processes.get(name);
    return was?.pid !== pid || was?.restarts !== restarts;
  });
  const changed = before.holder === after.holder ? 0 : 1;
  return {
    leadershipsLost: Math.max(after.transitions - before.transitions, changed),
    processesEnded: ended.length,
  };
}
