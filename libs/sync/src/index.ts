/** The pure part of a sync: no clock, no network, no cluster. Core and the command line share it. */
export { SyncError, type SyncErrorCode, syncErrorCodes, type SyncErrorInfo, type SyncErrorOptions } from './error.ts';
export { attemptsPerDay, type Remedy, remedyFor, type Retry, retryAfter } from './failure/retry.ts';
export { conditionMessage, eventMessage, type Problem } from './message.ts';

export { shapeLimits } from './bounds/limits.ts';
export { specLimits, tooMuch } from './bounds/too-much.ts';

export { convertSecretKeys } from './data/convert-keys.ts';
export { decodeValue, decodeValues } from './data/decode.ts';
export { hashMeta, hashOwner, hashSecretData, hashValue } from './data/hash.ts';
export { checkNullBytes } from './data/null-bytes.ts';
export { decodeSecretData, encodeSecretData, mergeData, type SecretData, sortedKeys } from './data/secret-data.ts';
export { validateKeys } from './data/validate-keys.ts';

export { rewriteData, type RewriteOptions } from './rewrite/rewrite.ts';

export type {
  DocumentValue,
  RenderedManifest,
  RenderedSecret,
  ShapedContent,
  ShapeRequest,
  TemplateRequest,
  TemplateText,
} from './shape/shape-request.ts';
export { shape, type Shaped, type ShapeInput, shapeTask } from './shape/shape-task.ts';
export { createShaper, type ShapedObject, type Shaper, type ShaperOptions } from './shape/shaper.ts';

export { type Answer, assemble, type AssembleOptions } from './external-secret/assemble.ts';
export { notBuiltYet, unbuiltFields, type UnbuiltField } from './external-secret/not-built-yet.ts';
export { prepareMap, prepareValue } from './external-secret/prepare.ts';
export {
  type Due,
  isDue,
  isSameVersion,
  refreshIntervalMs,
  refreshTimeMs,
  type Requeue,
  requeueAfter,
  syncedResourceVersion,
} from './external-secret/refresh.ts';
export { isAtRest } from './external-secret/rest.ts';
export { followsSources } from './external-secret/source-change.ts';
export {
  type DataSource,
  type ExtractSource,
  type FindSource,
  type SelectedStore,
  type Source,
  sourcesOf,
  storesOf,
} from './external-secret/sources.ts';
export { invalidSpec, validateExternalSecret } from './external-secret/validate.ts';

export { DEFAULT_DELIMITERS, delimiterProblem } from './template/delimiters.ts';
export { renderManifest } from './template/render-manifest.ts';
export { type RenderingOptions, renderSecret } from './template/render-secret.ts';
export { specRules } from './rules/rules.ts';
export { policyVariables, type RuleAdmission, type SpecProblem, type SpecRule } from './rules/spec-rule.ts';
export { type RuledKind, type RuledObject, rulesOf, type StoreProblem, type StoreRule } from './rules/store-rule.ts';
export { storeConfigProblem, storeProblems, storeRules, storeVariables } from './rules/store-rules.ts';
export { readRefreshInterval, type RefreshInterval } from './store/refresh-interval.ts';

export { type ConditionLike, kubeTime, mergeCondition } from './status/conditions.ts';

export { lastOpening, nextOpening, opensEver } from './sync-windows/openings.ts';
export { type CronSchedule, parseSchedule, type Schedule, ScheduleError } from './sync-windows/schedule.ts';
export { type WindowGate, windowGate } from './sync-windows/sync-windows.ts';

export { fieldManager, isTargetManager, type OwnedFields, ownedFields } from './target/field-manager.ts';
export { checkSecretLimits, MAX_SECRET_BYTES } from './target/limits.ts';
export { sameMap } from './target/metadata.ts';
export { orphansOf } from './target/orphans.ts';
export { type TargetOwnership, targetOwnershipOf } from './target/ownership.ts';
export { type SecretPlan, type SecretPlanInput, planSecret, type ObservedTarget } from './target/plan.ts';
export {
  type CreationRule,
  creationRule,
  creationRules,
  type DeletionRule,
  deletionRule,
  deletionRules,
} from './target/policies.ts';
export { type SecretContent, secretContent } from './target/secret-content.ts';
export { holdsShare, isIntact, type SecretSnapshot, snapshotSecret, type TargetSnapshot } from './target/snapshot.ts';
export { targetName } from './target/target-name.ts';
export type { TargetOutcome, TargetRefusal } from './target/verdict.ts';

export { manifestContent, type ManifestContent } from './target/manifest/content.ts';
export { type ManifestKind, manifestKind, refuseKind } from './target/manifest/kinds.ts';
export {
  type ManifestPlan,
  type ManifestPlanInput,
  type ObservedManifest,
  planManifest,
} from './target/manifest/plan.ts';
export { type ManifestSnapshot, REPLACING_MANAGER, snapshotManifest } from './target/manifest/snapshot.ts';
