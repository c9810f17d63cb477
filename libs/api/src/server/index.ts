export * from '../contract/index.ts';
export { type ApiCallMetrics } from './api-call-metrics.ts';
export type {
  Backend,
  CallContext,
  Find,
  NameMatcher,
  Push,
  PushedRef,
  RemoteRef,
  Requester,
  Validation,
} from './backend.ts';
export type { CredentialReader, SecretKeySelector } from './credential-reader.ts';
export {
  type Capabilities,
  type ConfigProblem,
  type ConfigSource,
  defineKind,
  type KindDefinition,
  type KindOptions,
  type OpenContext,
  type ProviderDefinition,
  type StoreReference,
} from './definition.ts';
export { type PropertyOrder } from '../property/read-property.ts';
export { type JsonInput, sortedJson, type SortedJsonOptions } from '../property/sorted-json.ts';
export { convertKeys } from './convert-keys.ts';
export { objectOf, readProperty } from './documents.ts';
export type { CallWork } from './heavy-calls.ts';
export type { KubeReader } from './kube-reader.ts';
export type { ProviderServerOptions, ServerLimits } from './options.ts';
export { createProviderServer, type ProviderServer } from './provider-server.ts';
export { nameMatcher } from './requests.ts';
export { runProvider } from './run-provider.ts';
