import { FuelSpent } from '@eso/runtime';
import type { SecretData } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import { quoted, renameKeys } from './rename-keys.ts';
import type { RewriteContext } from './rewrite-context.ts';

/** Renders a key through a Go template in which `.value` is the old key. Throws when the template is wrong. */
export type RenderTransform = (template: string, key: string) => string;

/** Steps of one rendering, besides what the renderer itself is bound by. */
const STEPS_PER_RENDERING = 20_000;

/**
 * Computes each key by a template.
 * @throws SyncError NOT_BUILT_YET without a renderer, REWRITE_FAILED when the template fails, and those of `renameKeys`
 */
export function rewriteTransform(
  data: SecretData,
  template: string,
  step: RewriteContext,
  render: RenderTransform | undefined,
): SecretData {
  if (!render) {
    throw new SyncError({
      code: 'NOT_BUILT_YET',
      field: `${step.field}.transform`,
      what: 'templates are not built yet',
      nextStep: 'Use a rewrite of kind regexp.',
    });
  }
  const rename = (key: string): string => {
    step.fuel.take(STEPS_PER_RENDERING + 100 * template.length);
    return renderKey(render, template, key, step.field);
  };
  return renameKeys(
    data,
    { rename, what: `the template ${quoted(template)}` },
    { ...step, field: `${step.field}.transform` },
  );
}

function renderKey(render: RenderTransform, template: string, key: string, field: string): string {
  try {
    return render(template, key);
  } catch (error) {
    if (error instanceof FuelSpent) throw error;
    throw new SyncError({
      code: 'REWRITE_FAILED',
      field: `${field}.transform.template`,
      what: `transform failed with ${error instanceof Error ? error.message : 'an error'}`,
      nextStep: 'Correct the template.',
      cause: error,
    });
  }
}
