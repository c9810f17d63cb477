import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecrets } from '@eso/api/resources';
import { events, type KubeClient } from '@eso/kube';
import { listed } from './until-all.ts';

/** Between two looks, milliseconds. One takes the API server about a millisecond. */
const LOOK_MS = 200;
/** Longest time without a further event, milliseconds. */
const PAUSE_MS = 30_000;

/** How many events there are in a namespace; one of them is read. */
export async function eventCount(client: KubeClient, namespace: string): Promise<number> {
  const path = `/api/v1/namespaces/${namespace}/events`;
  const { items, metadata } = (await client.request('GET', path, { query: { limit: 1 } })) as {
    readonly items: readonly unknown[];
    readonly metadata: { readonly remainingItemCount?: number };
  };
  return items.length + (metadata.remainingItemCount ?? 0);
}

/** What events are waited for. */
export interface UntilEventsOptions {
  readonly namespace: string;
  /** How many there are to be. */
  readonly count: number;
  /** The ExternalSecrets that one is written of. */
  readonly names: readonly string[];
  /** Called for each look. */
  readonly onLook: () => void;
}

/** @throws Error that names the objects without one, when no further event comes: a first sync is not done without them */
export async function untilEvents(client: KubeClient, options: UntilEventsOptions): Promise<void> {
  const { namespace, count, names, onLook } = options;
  onLook();
  let written = await eventCount(client, namespace);
  let since = performance.now();
  while (written < count) {
    if (performance.now() - since > PAUSE_MS) {
      const missing = await withoutEvent(client, namespace, names);
      throw new Error(
        `no event was written of ${listed(missing)}: ${await conditionOf(client, namespace, missing[0])}`,
      );
    }
    await sleep(LOOK_MS);
    onLook();
    const now = await eventCount(client, namespace);
    if (now > written) since = performance.now();
    written = now;
  }
}

async function withoutEvent(client: KubeClient, namespace: string, names: readonly string[]): Promise<string[]> {
  const { items } = await client.list(events, { namespace });
  const written = new Set(items.map(({ involvedObject }) => involvedObject.name));
  return names.filter((name) => !written.has(name));
}

async function conditionOf(client: KubeClient, namespace: string, name: string | undefined): Promise<string> {
  if (name === undefined) return 'all of them have one, and some objects of others had more';
  const { status } = await client.get(externalSecrets, { namespace, name });
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return `${name} is ${ready ? `Ready=${ready.status}: ${ready.message ?? ''}` : 'without a condition'}`;
}
