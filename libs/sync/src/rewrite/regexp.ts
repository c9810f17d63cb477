import { RE2JS } from 're2js';
import type { SecretData } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import { goReplaceAll } from './go-replace.ts';
import { renameKeys } from './rename-keys.ts';

export interface RegexpRewrite {
  source: string;
  target: string;
}

/**
 * Replaces every match inside each key.
 * @throws SyncError INVALID_REGEXP, or KEY_COLLISION when two different values get one key
 */
export function rewriteRegexp(data: SecretData, { source, target }: RegexpRewrite, field: string): SecretData {
  const expression = compile(source, field);
  return renameKeys(data, (key) => goReplaceAll(expression, key, target), field);
}

function compile(source: string, field: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw new SyncError({
      code: 'INVALID_REGEXP',
      field: `${field}.regexp.source`,
      what: `regexp failed with failed to compile: ${error instanceof Error ? error.message : 'not RE2 syntax'}`,
      nextStep: 'Correct the expression; it has to be RE2 syntax, which has no look-around and no back-references.',
      cause: error,
    });
  }
}
