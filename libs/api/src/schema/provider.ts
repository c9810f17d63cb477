/** Provider and ClusterProvider: where a provider process listens, and which config it uses (ADR 0002). */
import { z } from 'zod';
import { condition } from './conditions.ts';
import { customResource, type PrintColumn } from './custom-resource.ts';
import { dnsName, intOrString, namespaceName } from './fields.ts';
import { namespaceCondition } from './references.ts';

/** Points at the config object of a store. */
export const storeProviderRef = () =>
  z.object({
    apiVersion: z
      .string()
      .max(317)
      .regex(/^[a-z0-9.-]+\/[a-z0-9]+$/)
      .describe('Group and version of the config, such as provider.external-secrets.io/v2alpha1.'),
    kind: z
      .string()
      .max(63)
      .regex(/^[A-Z][A-Za-z0-9]*$/)
      .describe('Kind of the config, such as SecretsManager.'),
    name: dnsName().describe('Name of the config.'),
    namespace: namespaceName()
      .optional()
      .describe('Namespace of the config. A Provider may only use configs of its own namespace.'),
  });

/** Where a provider process listens. */
export const addressField = () =>
  z
    .string()
    .min(1)
    .max(512)
    .regex(/^\S+$/)
    .describe('Service and port of the provider, as <service>.<namespace>.svc:<port>.');

/** What a store can be used for, in the coarse words of External Secrets. */
export const storeCapabilities = () => z.enum(['ReadOnly', 'WriteOnly', 'ReadWrite']);

/** What a store can be used for, such as get or findByTags. */
export const storeFeatures = () => z.array(z.string().max(63)).max(64);

const common = {
  address: addressField(),
  providerRef: storeProviderRef().describe('Config that the provider uses.'),
  controller: z
    .string()
    .optional()
    .describe('Class of the controller that looks after this object. Absent means every controller.'),
  refreshInterval: intOrString()
    .optional()
    .describe(
      'How often it is validated again, as a duration (or in seconds). Absent means the default of the controller.',
    ),
};

/** Spec of a Provider. */
export const providerSpec = z.object(common);

/** Spec of a ClusterProvider. Rules across its fields are in libs/sync/src/rules. */
export const clusterProviderSpec = z.object({
  ...common,
  authenticationScope: z
    .enum(['ProviderNamespace', 'ManifestNamespace'])
    .default('ProviderNamespace')
    .describe('Whose namespace credentials are read from: that of the config, or that of the ExternalSecret.'),
  conditions: z
    .array(namespaceCondition())
    .optional()
    .describe('Namespaces that may use this object; one match is enough. Absent or empty means every namespace.'),
});

/** Status of both kinds. */
export const providerStatus = z.object({
  conditions: z.array(condition()).optional(),
  capabilities: storeCapabilities().optional().describe('What the provider can do with this config.'),
  features: storeFeatures()
    .optional()
    .describe(
      'What the provider can do with this config, in detail, such as get or findByTags. Absent where it does not say so.',
    ),
});

const columns = (...extra: PrintColumn[]): PrintColumn[] => [
  { name: 'Address', type: 'string', jsonPath: '.spec.address' },
  ...extra,
  { name: 'Capabilities', type: 'string', jsonPath: '.status.capabilities' },
  { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

/** The kind Provider. */
export const provider = customResource({
  group: 'external-secrets.io',
  kind: 'Provider',
  plural: 'providers',
  scope: 'Namespaced',
  shortNames: ['prov'],
  description: 'Store of one namespace that is served by a provider process.',
  versions: [{ tag: 'served', name: 'v1', spec: providerSpec, status: providerStatus, columns: columns() }],
});

/** The kind ClusterProvider. */
export const clusterProvider = customResource({
  group: 'external-secrets.io',
  kind: 'ClusterProvider',
  plural: 'clusterproviders',
  scope: 'Cluster',
  shortNames: ['cprov'],
  description: 'Store of many namespaces that is served by a provider process.',
  versions: [
    {
      tag: 'served',
      name: 'v1',
      spec: clusterProviderSpec,
      status: providerStatus,
      columns: columns({ name: 'AuthScope', type: 'string', jsonPath: '.spec.authenticationScope' }),
    },
  ],
});
