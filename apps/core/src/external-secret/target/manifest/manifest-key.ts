import type { ExternalSecret } from '@eso/api/resources';
import { manifestKind, targetName } from '@eso/sync';

/** Names one object of any kind: what ExternalSecrets that write it are looked up by. */
export interface ManifestRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** No part of a name holds a bar. */
export function manifestKey({ apiVersion, kind, namespace, name }: ManifestRef): string {
  return `${apiVersion}|${kind}|${namespace}|${name}`;
}

/** The object that an ExternalSecret writes; undefined where that is a Secret. */
export function manifestRef(es: Pick<ExternalSecret, 'metadata' | 'spec'>): ManifestRef | undefined {
  const manifest = manifestKind(es);
  const { namespace = '' } = es.metadata;
  return manifest && { apiVersion: manifest.apiVersion, kind: manifest.kind, namespace, name: targetName(es) };
}
