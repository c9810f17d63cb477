import { compileRegexp, type Expression, RegexpError } from '@eso/api/regexp';
import { shapeLimits } from '../bounds/limits.ts';
import type { SecretData } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import { replacer } from './go-replace.ts';
import { quoted, renameKeys, tooLong } from './rename-keys.ts';
import type { RewriteContext } from './rewrite-context.ts';

/** `rewrite[].regexp` of an ExternalSecret: Go's expression, and the replacement with `$1` for a group. */
export interface RegexpRewrite {
  source: string;
  target: string;
}

/**
 * Replaces every match inside each key.
 * @throws SyncError INVALID_REGEXP, REGEXP_TOO_LARGE, and those of `renameKeys`; FuelSpent
 */
export function rewriteRegexp(data: SecretData, { source, target }: RegexpRewrite, step: RewriteContext): SecretData {
  const { field, fuel } = step;
  const what = `the expression ${quoted(source)}`;
  const replace = replacer(compile(source, step), target);
  const rename = (key: string): string => {
    const name = replace(key, { fuel, maxLength: shapeLimits.keyBytes });
    if (name === undefined) throw tooLong(what, `${field}.regexp`);
    return name;
  };
  return renameKeys(data, { rename, what }, { ...step, field: `${field}.regexp` });
}

function compile(source: string, { field, fuel }: RewriteContext): Expression {
  try {
    return compileRegexp(source, fuel);
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error;
    throw new SyncError({
      code: error.code,
      field: `${field}.regexp.source`,
      what: `regexp failed with failed to compile: ${error.message}`,
      nextStep: `${error.nextStep.charAt(0).toUpperCase()}${error.nextStep.slice(1)}.`,
      cause: error,
    });
  }
}
