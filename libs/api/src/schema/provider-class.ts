/** ProviderClass and ClusterProviderClass: where a provider process listens, and whose stores it serves. */
import { z } from 'zod';
import { condition } from './conditions.ts';
import { customResource, type PrintColumn } from './custom-resource.ts';
import { addressField } from './provider.ts';
import { namespaceCondition } from './references.ts';

const serves = z.object({
  stores: z
    .array(z.string().regex(/^[a-z][A-Za-z0-9]{0,62}$/))
    .max(64)
    .optional()
    .describe('Keys of spec.provider whose SecretStores and ClusterSecretStores are served, such as aws.'),
  generators: z
    .array(
      z.object({
        group: z.string().min(1).max(253).describe('API group of the generator.'),
        kind: z
          .string()
          .max(63)
          .regex(/^[A-Z][A-Za-z0-9]*$/)
          .describe('Kind of the generator.'),
      }),
    )
    .max(64)
    .optional()
    .describe('Kinds of generators that are served.'),
});

const common = {
  address: addressField(),
  serves: serves
    .optional()
    .describe(
      'What is routed to this provider without being told so. Of two classes that claim the same, the older one has it.',
    ),
};

/** Spec of a ProviderClass. */
export const providerClassSpec = z.object(common);

/** Spec of a ClusterProviderClass. */
export const clusterProviderClassSpec = z.object({
  ...common,
  conditions: z
    .array(namespaceCondition())
    .optional()
    .describe(
      'Namespaces whose SecretStores may use this class; one match is enough. Absent or empty means every one.',
    ),
});

/** Status of both kinds. */
export const providerClassStatus = z.object({ conditions: z.array(condition()).optional() });

const columns: readonly PrintColumn[] = [
  { name: 'Address', type: 'string', jsonPath: '.spec.address' },
  { name: 'Stores', type: 'string', jsonPath: '.spec.serves.stores' },
  { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

/** The kind ProviderClass. */
export const providerClass = customResource({
  group: 'external-secrets.io',
  kind: 'ProviderClass',
  plural: 'providerclasses',
  scope: 'Namespaced',
  shortNames: ['pc'],
  description: 'Provider process that serves stores of one namespace.',
  versions: [{ tag: 'served', name: 'v1alpha1', spec: providerClassSpec, status: providerClassStatus, columns }],
});

/** The kind ClusterProviderClass. */
export const clusterProviderClass = customResource({
  group: 'external-secrets.io',
  kind: 'ClusterProviderClass',
  plural: 'clusterproviderclasses',
  scope: 'Cluster',
  shortNames: ['cpc'],
  description: 'Provider process that serves stores of the cluster.',
  versions: [{ tag: 'served', name: 'v1alpha1', spec: clusterProviderClassSpec, status: providerClassStatus, columns }],
});
