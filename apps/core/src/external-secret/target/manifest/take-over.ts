import type { KubeObject, ManagedFieldsEntry } from '@eso/kube';
import { isTargetManager, REPLACING_MANAGER } from '@eso/sync';

/** A JSON patch (RFC 6902). */
export type JsonPatch = readonly { readonly op: 'test' | 'replace'; readonly path: string; readonly value: unknown }[];

/**
 * Lets what an installation of External Secrets wrote by replacing the object count as applied by the ExternalSecret's manager, so that
 * the next apply takes away what is not in it; client-go does so for objects that were written before it applied (csaupgrade).
 * @returns undefined where there is nothing of the sort, or the manager has applied already
 */
export function takeOver({ metadata }: KubeObject, manager: string): JsonPatch | undefined {
  const entries = metadata.managedFields ?? [];
  const theirs = entries.find(isReplaced);
  const applies = entries.some((entry) => entry.operation === 'Apply' && isTargetManager(entry.manager ?? ''));
  if (!theirs || applies) return undefined;
  const ours: ManagedFieldsEntry = { ...theirs, manager, operation: 'Apply' };
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    { op: 'replace', path: '/metadata/managedFields', value: [...entries.filter((entry) => entry !== theirs), ours] },
  ];
}

function isReplaced({ manager, operation, subresource = '' }: ManagedFieldsEntry): boolean {
  return manager === REPLACING_MANAGER && operation === 'Update' && subresource === '';
}
