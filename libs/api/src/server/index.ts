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
export * from '../property/index.ts';
export { convertKeys } from './convert-keys.ts';
export type { KubeReader } from './kube-reader.ts';
export type { ProviderServerOptions, ServerLimits } from './options.ts';
export { createProviderServer, type ProviderServer } from './provider-server.ts';
export { nameMatcher } from './requests.ts';
export { runProvider } from './run-provider.ts';
