import type { KubeObject } from '@eso/kube';

/** What is kept of a ConfigMap or Secret that a template may read: that it is there, and when it changed. */
export interface SourceSnapshot {
  readonly metadata: { readonly namespace?: string; readonly name: string; readonly resourceVersion: string };
  /** When it was last written, as far as its metadata tell; milliseconds since the epoch, whole seconds. */
  readonly changedAtMs: number;
}

/** Takes from the metadata of an object what is kept; nothing else of it stays. */
export function snapshotSource({ metadata }: KubeObject): SourceSnapshot {
  const { namespace, name, resourceVersion = '', creationTimestamp, managedFields = [] } = metadata;
  const times = [creationTimestamp, ...managedFields.map(({ time }) => time)];
  return {
    metadata: { ...(namespace !== undefined && { namespace }), name, resourceVersion },
    changedAtMs: Math.max(0, ...times.map((time) => Date.parse(time ?? '')).filter((ms) => !Number.isNaN(ms))),
  };
}
