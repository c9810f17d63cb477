/** From what a provider returned to what goes into the target: rewrite, convert, check, decode. */
import { checkNullBytes } from '../data/null-bytes.ts';
import { convertKeys } from '../data/convert-keys.ts';
import { decodeValue, decodeValues } from '../data/decode.ts';
import type { SecretData } from '../data/secret-data.ts';
import { validateKeys } from '../data/validate-keys.ts';
import { SyncError, within } from '../error.ts';
import { rewrite } from '../rewrite/rewrite.ts';
import type { RenderTransform } from '../rewrite/transform.ts';
import type { DataSource, ExtractSource, FindSource } from './sources.ts';

/**
 * Prepares the values of a `dataFrom` entry. Keys are converted only where no rewrite is given.
 * @throws SyncError whose field is that of the source or of the operation in it
 */
export function prepareMap(
  source: ExtractSource | FindSource,
  fetched: SecretData,
  options: { renderTransform?: RenderTransform } = {},
): SecretData {
  const settings = source.kind === 'find' ? source.find : source.ref;
  const { field } = source;
  const decoding = settings.decodingStrategy ?? 'None';
  const renamed =
    source.rewrite.length > 0
      ? prefixed('error applying rewrite to keys: ', () =>
          rewrite(fetched, source.rewrite, { ...options, field: `spec.dataFrom[${source.index}]` }),
        )
      : prefixed(`error applying conversion strategy ${settings.conversionStrategy ?? 'Default'} to keys: `, () =>
          convertKeys(fetched, settings.conversionStrategy, field),
        );
  const valid = prefixed('invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): ', () =>
    validateKeys(renamed, field),
  );
  const decoded = prefixed(`error applying decoding strategy ${decoding} to data: `, () =>
    decodeValues(valid, decoding, field),
  );
  checkNullBytes(decoded, settings.nullBytePolicy, field);
  return decoded;
}

/**
 * Prepares the value of a `data` entry.
 * @throws SyncError whose field is that of the source
 */
export function prepareValue(source: DataSource, fetched: Uint8Array): SecretData {
  const { ref, field, secretKey } = source;
  const decoding = ref.decodingStrategy ?? 'None';
  const value = prefixed(`error applying decoding strategy ${decoding} to data: `, () =>
    decodeValue(fetched, decoding, `${field}.remoteRef`),
  );
  const data = new Map([[secretKey, value]]);
  checkNullBytes(data, ref.nullBytePolicy, `${field}.remoteRef`);
  return data;
}

function prefixed<T>(prefix: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw within(error, SyncError.from(error).field, prefix);
  }
}
