import type { Fuel } from '@eso/runtime';
import { compile, type CompileOptions, type Template } from '@eso/template';
import { shownKey } from '../bounds/key-names.ts';
import type { SecretData } from '../data/secret-data.ts';
import { leaveToWorker, timeFor } from '../template/on-loop.ts';
import { templateProblem } from '../template/template-problem.ts';
import { quoted, renameKeys } from './rename-keys.ts';
import type { RewriteContext } from './rewrite-context.ts';

/** Steps of one rendering, besides those that the template takes. */
const STEPS_PER_RENDERING = 5_000;
/** The delimiters are fixed, whatever those of other templates are, and what is missing is no error. */
const OPTIONS: CompileOptions = { missingKey: 'default' };

/**
 * Computes each key by a template in which `.value` is the old one.
 * @throws SyncError TEMPLATE_INVALID, TEMPLATE_FAILED, TOO_EXPENSIVE, and those of `renameKeys`; FuelSpent
 */
export function rewriteTransform(data: SecretData, template: string, step: RewriteContext): SecretData {
  const { fuel } = step;
  const field = `${step.field}.transform.template`;
  const failing = <T>(prefix: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw templateProblem(error, { field, prefix, fuel });
    }
  };
  const compiled = failing('transform failed with failed to parse template: ', () => compileTransform(template, fuel));
  const rename = (key: string): string => {
    const whose = shownKey(key, step.names, `key ${JSON.stringify(key)}`);
    return failing(`transform failed with failed to execute template for ${whose}: `, () => {
      fuel.take(STEPS_PER_RENDERING);
      return Buffer.from(compiled.execute({ value: key }, { fuel, timeMs: timeFor(fuel) })).toString();
    });
  };
  return renameKeys(
    data,
    { rename, what: `the template ${quoted(template)}` },
    { ...step, field: `${step.field}.transform` },
  );
}

/** @throws TemplateError; FuelSpent, also where the template would block this thread */
function compileTransform(template: string, fuel: Fuel): Template {
  const compiled = compile('transform', template, OPTIONS, fuel);
  if (compiled.blocks) leaveToWorker(fuel);
  return compiled;
}
