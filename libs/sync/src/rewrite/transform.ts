import type { SecretData } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import { renameKeys } from './rename-keys.ts';

/** Renders a key through a Go template in which `.value` is the old key. Throws when the template is wrong. */
export type RenderTransform = (template: string, key: string) => string;

/**
 * Computes each key by a template.
 * @throws SyncError NOT_BUILT_YET without a renderer, REWRITE_FAILED when the template fails, KEY_COLLISION
 */
export function rewriteTransform(
  data: SecretData,
  template: string,
  field: string,
  render: RenderTransform | undefined,
): SecretData {
  if (!render) {
    throw new SyncError({
      code: 'NOT_BUILT_YET',
      field: `${field}.transform`,
      what: 'templates are not built yet',
      nextStep: 'Use a rewrite of kind regexp.',
    });
  }
  return renameKeys(data, (key) => renderKey(render, template, key, field), field);
}

function renderKey(render: RenderTransform, template: string, key: string, field: string): string {
  try {
    return render(template, key);
  } catch (error) {
    throw new SyncError({
      code: 'REWRITE_FAILED',
      field: `${field}.transform.template`,
      what: `transform failed with ${error instanceof Error ? error.message : 'an error'}`,
      nextStep: 'Correct the template.',
      cause: error,
    });
  }
}
