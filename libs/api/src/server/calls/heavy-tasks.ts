/** What a tenant can make long in a provider: searching documents, matching names. Each runs here or in a worker. */
import type { WorkerTask } from '@eso/runtime';
import type { ErrorCode } from '../../contract/codes.ts';
import { ProviderError } from '../../contract/provider-error.ts';
import { canonicalJson, type CanonicalJsonOptions } from '../../property/canonical-json.ts';
import { canonicalDocumentSync } from '../../property/json-document.ts';
import { jsonObjectToMap, type ValueForm } from '../../property/object-to-map.ts';
import { parseMetadata } from '../../property/push-metadata.ts';
import { type PropertyOrder, readPropertySync } from '../../property/read-property.ts';
import { writePropertySync } from '../../property/write-property.ts';
import { compileRegexp } from '../../regexp/index.ts';

/** What came of a task, as it crosses the border of a worker. */
export type TaskOutcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  | {
      readonly kind: 'error';
      readonly code: ErrorCode;
      readonly message: string;
      readonly field?: string;
      readonly nextStep: string;
    };

/** The value that a property path leads to; undefined when there is none. */
export const propertyTask: WorkerTask<
  { readonly document: Uint8Array; readonly property: string; readonly order: PropertyOrder },
  TaskOutcome<Uint8Array | undefined>
> = {
  name: 'property',
  run: ({ document, property, order }, fuel) => outcome(() => readPropertySync(document, property, order, fuel)),
};

/** The members of a JSON object; undefined when it is none. */
export const objectTask: WorkerTask<
  { readonly document: Uint8Array; readonly form?: ValueForm },
  TaskOutcome<ReadonlyMap<string, Uint8Array> | undefined>
> = {
  name: 'object',
  run: ({ document, form }, fuel) => outcome(() => jsonObjectToMap(document, fuel, form)),
};

/** A document with one property written; undefined when a property that selects finds nothing. */
export const writeTask: WorkerTask<
  { readonly document: Uint8Array; readonly property: string; readonly value: Uint8Array },
  TaskOutcome<Uint8Array | undefined>
> = {
  name: 'write',
  run: ({ document, property, value }, fuel) => outcome(() => writePropertySync(document, property, value, fuel)),
};

/** A document in canonical form. */
export const canonicalTask: WorkerTask<
  { readonly document: Uint8Array; readonly options: CanonicalJsonOptions },
  TaskOutcome<Uint8Array>
> = {
  name: 'canonical',
  run: ({ document, options }, fuel) => outcome(() => canonicalDocumentSync(document, options, fuel)),
};

/** Measured: up to 60 ns for a byte that is quoted. */
const STEPS_PER_QUOTED_BYTE = 60;

/** A Secret's data as one JSON object of texts. */
export const dataTask: WorkerTask<{ readonly data: ReadonlyMap<string, Uint8Array> }, TaskOutcome<Uint8Array>> = {
  name: 'data',
  run: ({ data }, fuel) =>
    outcome(() => {
      for (const value of data.values()) fuel.take(STEPS_PER_QUOTED_BYTE * value.length);
      return canonicalJson(data);
    }),
};

/** Metadata of a push as plain values. */
export const metadataTask: WorkerTask<{ readonly metadata: Uint8Array }, TaskOutcome<unknown>> = {
  name: 'metadata',
  run: ({ metadata }, fuel) => outcome(() => parseMetadata(metadata, fuel)),
};

/** Those of the names that an expression matches, in their order. */
export const selectTask: WorkerTask<
  { readonly expression: string; readonly names: readonly string[] },
  TaskOutcome<readonly string[]>
> = {
  name: 'select',
  run: ({ expression, names }, fuel) =>
    outcome(() => {
      const compiled = compileRegexp(expression, fuel);
      return names.filter((name) => compiled.test(name, fuel));
    }),
};

function outcome<T>(work: () => T): TaskOutcome<T> {
  try {
    return { kind: 'value', value: work() };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { code, publicMessage: message, field, nextStep } = error;
    return { kind: 'error', code, message, nextStep, ...(field === undefined ? {} : { field }) };
  }
}

/**
 * @param given field that the work is for, where the failure names none
 * @throws ProviderError when the outcome is one.
 */
export function valueOf<T>(result: TaskOutcome<T>, given: string): T {
  if (result.kind === 'value') return result.value;
  const { code, message, field = given, nextStep } = result;
  throw new ProviderError(code, message, { nextStep, field });
}
