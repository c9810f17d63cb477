import { externalSecrets } from '@eso/api/resources';
import type { KubeClient } from '@eso/kube';
import { untilAll } from './until-all.ts';

/** When all ExternalSecrets were seen to be Ready, and when the last of them became so. */
export interface AllReady {
  /** `performance.now()` of the look that showed it. */
  readonly seenAt: number;
  /** Milliseconds since the epoch; statuses have whole seconds. */
  readonly lastMs: number;
}

/** Where there is nothing left to do, one look shows it. @throws Error that names those that never become Ready */
export async function allReady(client: KubeClient, namespace: string, names: readonly string[]): Promise<AllReady> {
  let seenAt = 0;
  let readySince = new Map<string, number>();
  const look = async (): Promise<void> => {
    seenAt = performance.now();
    readySince = await readyTimes(client, namespace);
  };
  await look();
  await untilAll({ names, isDone: (name) => readySince.has(name), what: 'Ready', beforeLook: look });
  return { seenAt, lastMs: Math.max(...readySince.values()) };
}

async function readyTimes(client: KubeClient, namespace: string): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const { metadata, status } of (await client.list(externalSecrets, { namespace })).items) {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status === 'True') times.set(metadata.name, Date.parse(ready.lastTransitionTime ?? ''));
  }
  return times;
}
