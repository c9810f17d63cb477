import { customResource } from '../custom-resource.ts';
import { externalSecretSpec } from './spec.ts';
import { externalSecretStatus } from './status.ts';

export { externalSecretSpec, externalSecretStatus };

/** The kind ExternalSecret. */
export const externalSecret = customResource({
  group: 'external-secrets.io',
  kind: 'ExternalSecret',
  plural: 'externalsecrets',
  scope: 'Namespaced',
  shortNames: ['es'],
  description: 'Says which values of which store are written into which Secret, and when again.',
  versions: [
    {
      tag: 'served',
      name: 'v1',
      spec: externalSecretSpec,
      specRequired: false,
      status: externalSecretStatus,
      columns: [
        { name: 'StoreType', type: 'string', jsonPath: '.spec.secretStoreRef.kind' },
        { name: 'Store', type: 'string', jsonPath: '.spec.secretStoreRef.name' },
        { name: 'Refresh Interval', type: 'string', jsonPath: '.spec.refreshInterval' },
        { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
        { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        { name: 'Last Sync', type: 'date', jsonPath: '.status.refreshTime' },
      ],
      selectableFields: [
        '.spec.secretStoreRef.name',
        '.spec.secretStoreRef.kind',
        '.spec.target.name',
        '.spec.refreshInterval',
      ],
    },
    { tag: 'retired', name: 'v1beta1' },
  ],
});
