import type { ExternalSecret } from '@eso/api/resources';

/** Name of the target. */
export function targetName({ metadata, spec }: Pick<ExternalSecret, 'metadata' | 'spec'>): string {
  return spec.target?.name ?? metadata.name;
}
