import { fuelFor, type Fuel, type WorkerTask } from '@eso/runtime';
import { SyncError, type SyncErrorOptions } from '../error.ts';
import { assemble } from '../external-secret/assemble.ts';
import { renderManifest } from '../template/render-manifest.ts';
import { renderSecret } from '../template/render-secret.ts';
import type { ShapedContent, ShapeRequest } from './shape-request.ts';

/** A request as it crosses the border of a worker. */
export interface ShapeInput extends ShapeRequest {
  /** What `now` gives in templates, milliseconds since 1970. */
  readonly nowMs: number;
}

/** What came of it, as it crosses the border of a worker. */
export type Shaped =
  | { readonly kind: 'content'; readonly content: ShapedContent }
  | { readonly kind: 'error'; readonly error: Omit<SyncErrorOptions, 'cause'> };

/**
 * Puts answers together and renders templates over them.
 * @throws SyncError of the first source or text that cannot be used; FuelSpent, with the field, when it takes more than the fuel
 */
export function shape({ answers, template, nowMs }: ShapeInput, fuel: Fuel): ShapedContent {
  const fetched = assemble(answers, { fuel });
  if (!template || (fetched.size === 0 && !template.rendersEmpty)) return { fetched };
  const render = template.target === 'secret' ? renderSecret : renderManifest;
  return { fetched, rendered: fuelFor('spec.target.template', () => render(template, fetched, { fuel, nowMs })) };
}

/** Shapes what one target is to hold; what is wrong with it is an answer like any other. */
export const shapeTask: WorkerTask<ShapeInput, Shaped> = {
  name: 'shape',
  run: (input, fuel) => {
    try {
      return { kind: 'content', content: shape(input, fuel) };
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      const { code, field, publicMessage, nextStep } = error;
      return { kind: 'error', error: { code, field, what: publicMessage, nextStep } };
    }
  },
};
