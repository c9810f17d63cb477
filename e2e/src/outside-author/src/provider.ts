import { type Backend, defineKind, type ProviderDefinition, ProviderError, readProperty } from '@eso/api/server';
import type { OutsideConfig } from './config.js';

const kind = defineKind<OutsideConfig>({
  apiVersion: 'provider.external-secrets.io/v2alpha1',
  kind: 'Outside',
  plural: 'outsides',
  features: ['get'],
  metricName: 'Outside',
  open: ({ config }): Backend => ({
    getSecret: async (ref, call) => {
      const value = config.values[ref.key.slice(config.prefix.length)];
      if (!ref.key.startsWith(config.prefix) || value === undefined)
        throw new ProviderError('SECRET_NOT_FOUND', `secret ${ref.key} does not exist`, { field: 'remoteRef.key' });
      const bytes = new TextEncoder().encode(value);
      if (!ref.property) return bytes;
      const found = await readProperty(bytes, ref.property, call);
      if (found) return found;
      throw new ProviderError('PROPERTY_NOT_FOUND', `${ref.property} does not exist`, { field: 'remoteRef.property' });
    },
  }),
});

export const provider: ProviderDefinition = { name: 'outside', kinds: [kind] };
