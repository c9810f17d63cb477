/** From what a provider returned to what goes into the target: rewrite, convert, check, decode. */
import { type Fuel, FuelSpent } from '@eso/runtime';
import { checkGrowth } from '../bounds/check-growth.ts';
import { takePass } from '../bounds/costs.ts';
import type { KeyNames } from '../bounds/key-names.ts';
import { checkNullBytes } from '../data/null-bytes.ts';
import { convertSecretKeys } from '../data/convert-keys.ts';
import { decodeValue, decodeValues } from '../data/decode.ts';
import type { SecretData } from '../data/secret-data.ts';
import { validateKeys } from '../data/validate-keys.ts';
import { SyncError, withField } from '../error.ts';
import { namesAfter, rewriteData } from '../rewrite/rewrite.ts';
import type { DataSource, ExtractSource, FindSource } from './sources.ts';

/** What preparing one answer may cost. */
export interface PrepareOptions {
  /** What the work may cost; taken before it is done. */
  readonly fuel: Fuel;
}

/**
 * Prepares the values of a `dataFrom` entry. Keys are converted only where no rewrite is given.
 * @throws SyncError whose field is that of the source or of the operation in it; FuelSpent
 */
export function prepareMap(
  source: ExtractSource | FindSource,
  fetched: SecretData,
  { fuel }: PrepareOptions,
): SecretData {
  const settings = source.kind === 'find' ? source.find : source.ref;
  const { field } = source;
  const names: KeyNames = source.kind === 'find' ? 'public' : 'secret';
  const common = { fuel, field, names: namesAfter(source.rewrite, names) };
  const decoding = settings.decodingStrategy ?? 'None';
  takePass(fetched, fuel);
  checkGrowth(fetched, field);
  const renamed =
    source.rewrite.length > 0
      ? prefixed('error applying rewrite to keys: ', () =>
          rewriteData(fetched, source.rewrite, {
            fuel,
            names,
            field: `spec.dataFrom[${source.index}]`,
          }),
        )
      : prefixed(`error applying conversion strategy ${settings.conversionStrategy ?? 'Default'} to keys: `, () =>
          convertSecretKeys(fetched, { ...common, strategy: settings.conversionStrategy }),
        );
  const valid = prefixed('invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): ', () =>
    validateKeys(renamed, common),
  );
  const decoded = prefixed(`error applying decoding strategy ${decoding} to data: `, () =>
    decodeValues(valid, { ...common, strategy: decoding }),
  );
  checkNullBytes(decoded, { ...common, policy: settings.nullBytePolicy });
  return decoded;
}

/**
 * Prepares the value of a `data` entry.
 * @throws SyncError whose field is that of the source; FuelSpent
 */
export function prepareValue(source: DataSource, fetched: Uint8Array, { fuel }: PrepareOptions): SecretData {
  const { ref, secretKey } = source;
  const field = `${source.field}.remoteRef`;
  const decoding = ref.decodingStrategy ?? 'None';
  const value = prefixed(`error applying decoding strategy ${decoding} to data: `, () =>
    decodeValue(fetched, { fuel, strategy: decoding, field }),
  );
  const data = new Map([[secretKey, value]]);
  checkNullBytes(data, { fuel, policy: ref.nullBytePolicy, field, names: 'public' });
  return data;
}

function prefixed<T>(prefix: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof FuelSpent) throw error;
    throw withField(error, SyncError.from(error).field, prefix);
  }
}
