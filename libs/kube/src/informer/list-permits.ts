import { Permits } from '@eso/runtime';
import type { KubeClient } from '../client/client.ts';

/** Lists that one client reads at a time: what is under way in each of them is held in memory. */
const MAX_LISTS = 3;

const byClient = new WeakMap<KubeClient, Permits>();

/** Those that all informers of a client share which have none of their own: three lists at a time. */
export function listPermitsOf(client: KubeClient): Permits {
  const permits = byClient.get(client) ?? new Permits(MAX_LISTS);
  byClient.set(client, permits);
  return permits;
}
