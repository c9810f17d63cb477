import type { DocumentValue } from '../../shape/shape-request.ts';
import { refuse, type RefusedPlan } from '../refuse.ts';

/** Largest content of a manifest as JSON, in bytes; the API server takes a request of 3 MiB, and etcd 1.5 MiB. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;

/** What no object can hold. */
export function refuseSize(object: Readonly<Record<string, DocumentValue>>): RefusedPlan | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(object));
  if (bytes <= MAX_MANIFEST_BYTES) return undefined;
  return refuse('updateFailed', {
    code: 'TARGET_TOO_LARGE',
    field: 'spec.target',
    what: `the content has ${bytes} bytes as JSON, an object can hold ${MAX_MANIFEST_BYTES}`,
    nextStep: 'Fetch less: exclude or split values, or use several ExternalSecrets.',
  });
}
