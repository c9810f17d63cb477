import { Code } from '@connectrpc/connect';
import type { DescMethod } from '@bufbuild/protobuf';
import { GeneratorProvider } from '../gen/generator/v1/generator_pb.js';
import { StoreExtensionService } from '../gen/provider/ext/v1alpha1/ext_pb.js';
import { SecretStoreProvider } from '../gen/provider/v1/provider_pb.js';

/**
 * When a method may be repeated within one call's deadline.
 * - `read`: changes nothing, so any transient failure may be repeated.
 * - `idempotentWrite`: a repetition has the same effect, but after a deadline the first one may still be running.
 * - `unprocessedOnly`: a repetition would push or generate twice; only a call that provably never reached the handler
 *   (the stream was refused) may be repeated.
 */
export type RetryRule = 'read' | 'idempotentWrite' | 'unprocessedOnly';

const store = SecretStoreProvider.method;
const extension = StoreExtensionService.method;
const generator = GeneratorProvider.method;

const rules: ReadonlyMap<DescMethod, RetryRule> = new Map<DescMethod, RetryRule>([
  [store.getSecret, 'read'],
  [store.getSecretMap, 'read'],
  [store.getAllSecrets, 'read'],
  [store.secretExists, 'read'],
  [store.validate, 'read'],
  [store.capabilities, 'read'],
  [extension.batchGet, 'read'],
  [extension.watch, 'read'],
  [store.deleteSecret, 'idempotentWrite'],
  [store.pushSecret, 'unprocessedOnly'],
  [generator.generate, 'unprocessedOnly'],
  [generator.cleanup, 'idempotentWrite'],
]);

/** The retry rule of a method; one that is not known here is taken for a write that must not be repeated. */
export function retryRule(method: DescMethod): RetryRule {
  return rules.get(method) ?? 'unprocessedOnly';
}

const transient: ReadonlySet<Code> = new Set([Code.Unavailable, Code.ResourceExhausted, Code.Aborted]);

/**
 * Whether a call that ended with `status` may be repeated.
 * @param unprocessed the stream was refused before a handler ran (REFUSED_STREAM, RFC 9113 §8.7).
 */
export function mayRetry(rule: RetryRule, status: Code, unprocessed = false): boolean {
  if (unprocessed) return true;
  if (rule === 'unprocessedOnly') return false;
  return transient.has(status) || (rule === 'read' && status === Code.DeadlineExceeded);
}

/** Full path of a method on the wire, which is also its label in metrics: `/provider.v1.SecretStoreProvider/GetSecret`. */
export function methodPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}
