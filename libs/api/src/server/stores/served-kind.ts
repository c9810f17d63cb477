import { ProviderError } from '../../contract/provider-error.ts';
import type { ProviderReference } from '../../gen/provider/v1/provider_pb.js';
import type { KindDefinition } from '../define-kind.ts';
import { storeName, type StoreRecord } from './store-record.ts';

/**
 * The kind of config object that a reference names.
 * @throws ProviderError INVALID_REQUEST; UNSUPPORTED, naming the kinds that are served.
 */
export function servedKind(
  ref: Pick<ProviderReference, 'apiVersion' | 'kind'>,
  kinds: readonly KindDefinition[],
): KindDefinition {
  const objects = kinds.filter(({ place }) => place.tag === 'object');
  const kind = objects.find((served) => served.apiVersion === ref.apiVersion && served.kind === ref.kind);
  if (kind) return kind;
  if (ref.apiVersion.split('/').length !== 2)
    throw new ProviderError('INVALID_REQUEST', 'provider_ref.api_version is not of the form group/version', {
      field: 'provider_ref.api_version',
    });
  if (!ref.kind)
    throw new ProviderError('INVALID_REQUEST', 'provider_ref.kind is required', { field: 'provider_ref.kind' });
  const served = objects.map(({ kind, apiVersion }) => `${kind} (${apiVersion})`).join(', ');
  throw new ProviderError('UNSUPPORTED', `this provider does not serve kind ${ref.kind} of ${ref.apiVersion}`, {
    field: 'providerRef',
    nextStep: served ? `use one of: ${served}` : 'use another provider',
  });
}

/**
 * The kind of the config that stands in a store.
 * @throws ProviderError CONFIG_INVALID when there is not exactly one; UNSUPPORTED when it is another provider's.
 */
export function inlineKind(record: StoreRecord, kinds: readonly KindDefinition[]): KindDefinition {
  const { key, keys } = record.inline ?? { keys: 0 };
  const what = storeName(record);
  if (key === undefined || keys > 1)
    throw new ProviderError('CONFIG_INVALID', `${what} must have exactly one backend specified, found ${keys}`, {
      field: 'spec.provider',
      nextStep:
        key === undefined ? 'configure one backend' : 'keep one of them, and make stores of their own for the others',
    });
  const inline = kinds.filter(({ place }) => place.tag === 'inline');
  const kind = inline.find((served) => served.kind === key);
  if (kind) return kind;
  const served = inline.map((other) => other.kind).join(', ');
  throw new ProviderError('UNSUPPORTED', `this provider does not serve spec.provider.${key}`, {
    field: `spec.provider.${key}`,
    nextStep: `use a provider that serves it${served ? `: this one serves ${served}` : ''}`,
  });
}
