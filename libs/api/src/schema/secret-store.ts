/** SecretStore and ClusterSecretStore v1, as users of External Secrets have them (ADR 0003), open below `spec.provider` (ADR 0004). */
import { z } from 'zod';
import { condition } from './conditions.ts';
import { customResource } from './custom-resource.ts';
import { dnsName, intOrString, labelSelector, namespaceName, openObject } from './fields.ts';
import { withKeywords } from './keywords.ts';
import { storeCapabilities, storeFeatures, storeProviderRef } from './provider.ts';

const namespaceConditions = () =>
  z.array(
    z.object({
      namespaceSelector: labelSelector().optional().describe('Admits namespaces whose labels match.'),
      namespaces: z.array(namespaceName()).optional().describe('Admits namespaces by name.'),
      namespaceRegexes: z
        .array(z.string())
        .optional()
        .describe('Admits namespaces in whose name one of these regular expressions (RE2 syntax) matches anywhere.'),
    }),
  );

const common = {
  controller: z
    .string()
    .optional()
    .describe('Class of the controller that looks after this object. Absent means every controller.'),
  provider: withKeywords(openObject(), { minProperties: 1, maxProperties: 1 })
    .optional()
    .describe('Config of the backend, under the key of its provider, such as aws. The provider validates it.'),
  runtimeRef: z
    .object({
      kind: z
        .enum(['ProviderClass', 'ClusterProviderClass'])
        .optional()
        .describe(
          'Kind of the class. Absent: ProviderClass for a SecretStore, ClusterProviderClass for a ClusterSecretStore.',
        ),
      name: dnsName().describe('Name of the class.'),
    })
    .optional()
    .describe('Class of the provider process that serves this store. Only together with providerRef.'),
  providerRef: storeProviderRef().optional().describe('Config object that the provider uses, in place of provider.'),
  refreshInterval: intOrString()
    .optional()
    .describe(
      'How often it is validated again, as a duration (or in seconds). Absent or 0: the default of the controller.',
    ),
  retrySettings: z
    .object({
      maxRetries: withKeywords(z.int(), { format: 'int32' })
        .optional()
        .describe('How often a call to the backend is repeated at the most.'),
      retryInterval: z.string().optional().describe('Time between two tries, as a duration.'),
    })
    .optional()
    .describe('How calls to the backend are repeated, where the provider knows it.'),
  conditions: namespaceConditions()
    .optional()
    .describe(
      'Of a ClusterSecretStore: namespaces that may use it; one match is enough. Absent or empty means every one.',
    ),
};

/** Spec of a SecretStore. Rules across its fields are in libs/sync/src/rules. */
export const secretStoreSpec = z.object(common);

/** Spec of a ClusterSecretStore. */
export const clusterSecretStoreSpec = z.object(common);

/** Status of both kinds. */
export const secretStoreStatus = z.object({
  capabilities: storeCapabilities().optional().describe('What the provider can do with this store.'),
  features: storeFeatures()
    .optional()
    .describe('What the provider can do with this store, in detail. Absent where it does not say so.'),
  conditions: z.array(condition()).optional(),
});

const columns = [
  { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
  { name: 'Capabilities', type: 'string', jsonPath: '.status.capabilities' },
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
] as const;

/** The kind SecretStore. */
export const secretStore = customResource({
  group: 'external-secrets.io',
  kind: 'SecretStore',
  plural: 'secretstores',
  scope: 'Namespaced',
  shortNames: ['ss'],
  description: 'Where secrets of one namespace come from, and how to log in there.',
  versions: [
    { tag: 'served', name: 'v1', spec: secretStoreSpec, status: secretStoreStatus, columns },
    { tag: 'retired', name: 'v1beta1' },
  ],
});

/** The kind ClusterSecretStore. */
export const clusterSecretStore = customResource({
  group: 'external-secrets.io',
  kind: 'ClusterSecretStore',
  plural: 'clustersecretstores',
  scope: 'Cluster',
  shortNames: ['css'],
  description: 'Where secrets of many namespaces come from, and how to log in there.',
  versions: [
    { tag: 'served', name: 'v1', spec: clusterSecretStoreSpec, status: secretStoreStatus, columns },
    { tag: 'retired', name: 'v1beta1' },
  ],
});
