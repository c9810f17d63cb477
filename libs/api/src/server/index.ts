/** The kit of a provider author: from a kind and a backend it makes a whole provider process. */
export * from '../contract/index.ts';
export { type ApiCallMetrics } from './backends/api-call-metrics.ts';
export type {
  Backend,
  BatchOutcome,
  CallContext,
  Change,
  CloseContext,
  CloseReason,
  Find,
  NameMatcher,
  Push,
  PushedRef,
  RemoteRef,
  Requester,
  Validation,
} from './backend.ts';
export type { LoginResult, LoginSessionOptions } from './backends/login-session-options.ts';
export type { Session } from './backends/session.ts';
export { SingleFlight, silentLogger, systemClock } from '@eso/runtime';
export type * from './credentials/credentials.ts';
export * from './http/index.ts';
export { parseRetrySettings, type RawRetrySettings, type RetrySettings } from './retry/retry-settings.ts';
export type { ConfigCheck, ConfigProblem } from './config-check.ts';
export {
  defineInlineKind,
  defineKind,
  type InlineKindOptions,
  type KindBehaviour,
  type KindDefinition,
  type KindOptions,
} from './define-kind.ts';
export type { ProviderDefinition } from './provider-definition.ts';
export type { FlagSpec, FlagValues } from '@eso/runtime';
export type { ConfigSource, NoFlags, OpenContext } from './open-context.ts';
export type { StoreReference } from './store-reference.ts';
export { type PropertyOrder } from '../property/read-property.ts';
export { canonicalJson, type CanonicalJsonOptions, type JsonInput } from '../property/canonical-json.ts';
export type { NumberForm } from '../property/json-document.ts';
export { JsonNumber } from '../property/json-number.ts';
export type { ValueForm } from '../property/object-to-map.ts';
export { convertFoundKeys } from './documents/convert-keys.ts';
export { canonicalDocument, objectOf, readProperty, valueMap, writeProperty } from './documents/documents.ts';
export { isManaged, MANAGED_BY, markedTags } from './documents/managed-mark.ts';
export { type PushMetadata, pushMetadata, pushMetadataField } from './documents/push-metadata.ts';
export { checkPushText, type PushTextOptions } from './documents/push-text.ts';
export { pushValue, type PushValueOptions } from './documents/push-value.ts';
export { Found } from './calls/found.ts';
export type { CallWork } from './calls/heavy-calls.ts';
export { chunks, inParallel } from './calls/in-parallel.ts';
export { ambientCredentialsProblem } from './stores/ambient-credentials.ts';
export type { ConfigSchema } from './stores/inline-config.ts';
export type { KubeReader } from './stores/kube-reader.ts';
export { defineProvider, type ProviderOptions } from './own-flags.ts';
export type { ProviderServerOptions, ServerLimits } from './options.ts';
export { createProviderServer, type ProviderServer } from './provider-server.ts';
export { defineGenerator, type GeneratorDefinition } from './generators/define-generator.ts';
export type { CleanupContext, GenerateContext, Generated, GeneratorOptions } from './generators/generator.ts';
export { nameMatcher } from './calls/requests.ts';
export { runProvider } from './run-provider.ts';
