import type { ExternalSecret } from '@eso/api/resources';
import { refreshIntervalMs } from './refresh.ts';

/**
 * Whether a change of what the template reads makes an ExternalSecret due, as a change of its spec does: not where it is created
 * once, and not where nothing is refreshed at all.
 */
export function followsSources(es: Pick<ExternalSecret, 'spec'>): boolean {
  const policy = es.spec.refreshPolicy ?? 'Periodic';
  return policy === 'OnChange' || (policy === 'Periodic' && refreshIntervalMs(es) > 0);
}
