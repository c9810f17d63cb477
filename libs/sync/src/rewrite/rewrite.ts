import type { ExternalSecretRewrite } from '@eso/api/resources';
import type { SecretData } from '../data/secret-data.ts';
import { SyncError, within } from '../error.ts';
import { rewriteMerge } from './merge.ts';
import { rewriteRegexp } from './regexp.ts';
import { type RenderTransform, rewriteTransform } from './transform.ts';

export interface RewriteOptions {
  /** Path of the entry that holds the list, such as `spec.dataFrom[0]`. */
  field?: string;
  /** Renders operations of kind transform; without it they are refused as not built yet. */
  renderTransform?: RenderTransform;
}

/**
 * Applies the operations one after the other, each to what the one before made.
 * @throws SyncError whose field names the operation
 */
export function rewrite(
  data: SecretData,
  operations: readonly ExternalSecretRewrite[],
  { field = 'spec', renderTransform }: RewriteOptions = {},
): SecretData {
  return operations.reduce((current, operation, index) => {
    const place = `${field}.rewrite[${index}]`;
    try {
      return applyOperation(current, operation, place, renderTransform);
    } catch (error) {
      throw within(error, SyncError.from(error).field, `failed rewrite operation[${index}]: `);
    }
  }, data);
}

function applyOperation(
  data: SecretData,
  operation: ExternalSecretRewrite,
  field: string,
  render: RenderTransform | undefined,
): SecretData {
  if (operation.regexp) return rewriteRegexp(data, operation.regexp, field);
  if (operation.merge) return rewriteMerge(data, operation.merge, field);
  if (operation.transform) return rewriteTransform(data, operation.transform.template, field, render);
  return data;
}
