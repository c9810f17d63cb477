/**
 * Schemas of resources and the builder that provider authors declare their config kinds with. Needs zod and is used at
 * build time only: programs take types from here with `import type`.
 */
import type { CustomResource } from './custom-resource.ts';
import { externalSecret } from './external-secret/index.ts';
import { clusterProviderClass, providerClass } from './provider-class.ts';
import { clusterProvider, provider } from './provider.ts';
import { clusterSecretStore, secretStore } from './secret-store.ts';

export { z } from 'zod';
export { condition } from './conditions.ts';
export { crd, type CrdManifest } from './crd.ts';
export {
  CONFIG_GROUP,
  CONFIG_VERSION,
  type ConfigContent,
  type ConfigKind,
  configKind,
  type ConfigVersion,
  type CustomResource,
  customResource,
  GENERATOR_GROUP,
  GENERATOR_VERSION,
  type GeneratorKind,
  generatorKind,
  type PrintColumn,
} from './custom-resource.ts';
export { externalSecretSpec, externalSecretStatus } from './external-secret/index.ts';
export {
  bytes,
  type CelRule,
  dataKey,
  dateTime,
  dnsName,
  duration,
  exactlyOneOf,
  intOrString,
  labelSelector,
  namespaceName,
  openObject,
  stringMap,
  withRules,
} from './fields.ts';
export { versionSchemas } from './carried-fields.ts';
export { type InlineConfig, inlineConfig, inlineSchema, withoutWords } from './inline-config.ts';
export { structuralSchema } from './openapi.ts';
export { clusterProviderClassSpec, providerClassSpec, providerClassStatus } from './provider-class.ts';
export { clusterProviderSpec, providerSpec, providerStatus } from './provider.ts';
export { type ReferenceStep, referencePaths, type ReferencePath } from './reference-paths.ts';
export { caProvider, namespaceCondition, secretKeySelector, serviceAccountSelector } from './references.ts';
export { clusterSecretStoreSpec, secretStoreSpec, secretStoreStatus } from './secret-store.ts';
export type { Exact, Stored, WrittenManifest } from './types.ts';

/** Every kind whose CRD is in the chart of core. */
export const coreResources: readonly CustomResource[] = [
  externalSecret,
  secretStore,
  clusterSecretStore,
  provider,
  clusterProvider,
  providerClass,
  clusterProviderClass,
];
