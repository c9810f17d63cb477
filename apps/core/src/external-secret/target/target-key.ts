import type { ExternalSecret } from '@eso/api/resources';
import { manifestKind, targetName } from '@eso/sync';

/** Names one object that is no Secret. */
export interface ManifestRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Names the target of an ExternalSecret among all targets: `<namespace>/<name>` of a Secret, {@link manifestKey} of anything else. No two of
 * different kinds have the same: no name holds a bar.
 */
export function targetKey(es: Pick<ExternalSecret, 'metadata' | 'spec'>): string {
  const { namespace = '' } = es.metadata;
  const name = targetName(es);
  const manifest = manifestKind(es);
  if (!manifest) return `${namespace}/${name}`;
  return manifestKey({ apiVersion: manifest.apiVersion, kind: manifest.kind, namespace, name });
}

/** The {@link targetKey} of those who write that object. */
export function manifestKey({ apiVersion, kind, namespace, name }: ManifestRef): string {
  return `${apiVersion}|${kind}|${namespace}|${name}`;
}
