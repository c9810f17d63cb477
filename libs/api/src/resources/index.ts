/** Resource types and the names that belong to them. Holds no schema code: only types come from there. */
export { convertKey } from './convert-key.ts';
export * from './external-secret-conditions.ts';
export * from './external-secret-events.ts';
export * from './external-secret.ts';
export {
  admits,
  type ConditionsProblem,
  conditionsProblem,
  type ConsumerNamespace,
  type RegexScope,
  regexScopeOf,
  selectorMatchesLabels,
  unanchoredExpressions,
} from './namespace-admission.ts';
export * from './provider-class.ts';
export * from './provider-conditions.ts';
export * from './provider.ts';
export * from './secret-store.ts';
export * from './well-known.ts';
