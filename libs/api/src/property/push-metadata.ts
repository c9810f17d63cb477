import type { Fuel } from '@eso/runtime';
import { parseDocument } from 'yaml';
import { ProviderError } from '../contract/provider-error.ts';

/** Largest metadata of one push, bytes. */
export const MAX_METADATA_BYTES = 256 * 1024;

/** Measured: up to 30 ns for a byte of JSON, 1,500 ns for one of YAML, of which more than a little goes to a worker. */
const STEPS_PER_JSON_BYTE = 30;
const STEPS_PER_YAML_BYTE = 1_500;

/** What the metadata of a push is called in errors: a PushSecret has it at `spec.data[].metadata`. */
export const METADATA_FIELD = 'metadata';

/**
 * The metadata of a push as plain values. It is JSON, or YAML 1.1 as upstream reads it; undefined when there is none.
 * @throws ProviderError INVALID_REQUEST for what is neither; LIMIT_EXCEEDED; FuelSpent
 */
export function parseMetadata(metadata: Uint8Array, fuel: Fuel): unknown {
  if (metadata.length > MAX_METADATA_BYTES)
    throw new ProviderError('LIMIT_EXCEEDED', `metadata is larger than ${MAX_METADATA_BYTES} bytes`, {
      field: METADATA_FIELD,
    });
  fuel.take(STEPS_PER_JSON_BYTE * metadata.length);
  const text = Buffer.from(metadata).toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    fuel.take(STEPS_PER_YAML_BYTE * metadata.length);
    return parseYaml(text);
  }
}

/** Tags whose values JSON does not have. */
const NOT_JSON = ['tag:yaml.org,2002:timestamp', 'tag:yaml.org,2002:binary', 'tag:yaml.org,2002:set'];

function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text, {
      version: '1.1',
      stringKeys: true,
      prettyErrors: false,
      logLevel: 'silent',
      customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !NOT_JSON.includes(tag.tag)),
    });
    if (document.errors.length === 0 && document.warnings.length === 0)
      return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch {
    // Aliases without end, or nesting that exhausts the stack: no more words than for any other fault of the text.
  }
  throw new ProviderError('INVALID_REQUEST', 'metadata is neither JSON nor YAML', {
    field: METADATA_FIELD,
    nextStep: 'write metadata as an object with apiVersion, kind and spec',
  });
}
