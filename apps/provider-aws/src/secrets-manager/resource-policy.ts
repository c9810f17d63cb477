import { type CallContext, canonicalDocument, type Credentials, ProviderError } from '@eso/api/server';
import type { PolicySource, SecretPushOptions } from './push-options.ts';
import type { SecretWrites } from './writes.ts';

/** A resource policy that a push wants. */
export interface WantedPolicy {
  /** JSON object, as its source has it. */
  readonly text: string;
  /** The same, in a form that can be compared. */
  readonly canonical: Buffer;
  readonly blockPublicPolicy: boolean | undefined;
}

/** AWS takes no longer policy, characters. */
const MAX_CHARACTERS = 20_480;
const FIELD = 'metadata.spec.resourcePolicy.policySourceRef';

/**
 * The policy that a push wants, of an object in the namespace of whoever pushes; undefined where it wants none, which an empty text
 * says too.
 * @throws ProviderError INVALID_REQUEST where there is no such text, or it is no JSON object; NAMESPACE_NOT_ALLOWED;
 * BACKEND_UNAVAILABLE.
 */
export async function wantedPolicy(
  { resourcePolicy }: SecretPushOptions,
  credentials: Credentials,
  call: CallContext,
): Promise<WantedPolicy | undefined> {
  if (!resourcePolicy) return undefined;
  const { policySourceRef, blockPublicPolicy } = resourcePolicy;
  const text = await sourceText(policySourceRef, credentials, call.requester.namespace);
  if (text.trim() === '') return undefined;
  if (text.length > MAX_CHARACTERS)
    throw invalid(`has ${text.length} characters, and AWS takes ${MAX_CHARACTERS}`, 'write a shorter policy');
  const canonical = await canonicalObject(text, call);
  if (!canonical) throw invalid('is no JSON object', `correct it in ${nameOf(policySourceRef)}`);
  return { text, canonical, blockPublicPolicy };
}

/** Makes the policy of a secret the one that is wanted; what is the same as JSON is left as it is. */
export async function reconcilePolicy(
  writes: SecretWrites,
  id: string,
  wanted: WantedPolicy | undefined,
  call: CallContext,
): Promise<void> {
  const { signal } = call;
  if (!wanted) return writes.deletePolicy(id, signal);
  const current = await writes.policy(id, signal);
  if (current !== undefined && (await canonicalObject(current, call))?.equals(wanted.canonical)) return;
  await writes.putPolicy(id, wanted, signal);
}

async function sourceText(
  { kind, name, key }: PolicySource,
  credentials: Credentials,
  namespace: string,
): Promise<string> {
  const selector = { name, key, namespace };
  try {
    if (kind === 'ConfigMap') return await credentials.configMapKey(selector, FIELD);
    return Buffer.from(await credentials.secretKey(selector, FIELD)).toString();
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'CREDENTIALS_UNUSABLE') throw error;
    const { publicMessage, nextStep, cause } = error;
    throw new ProviderError('INVALID_REQUEST', `no resource policy: ${publicMessage}`, {
      field: FIELD,
      nextStep,
      cause,
    });
  }
}

/** Undefined for what is no JSON object. */
async function canonicalObject(text: string, call: CallContext): Promise<Buffer | undefined> {
  try {
    const canonical = Buffer.from(await canonicalDocument(Buffer.from(text), call));
    return canonical[0] === 0x7b ? canonical : undefined;
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'NOT_AN_OBJECT') return undefined;
    throw error instanceof ProviderError ? error.at(FIELD) : error;
  }
}

function invalid(problem: string, nextStep: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', `the resource policy that ${FIELD} leads to ${problem}`, {
    field: FIELD,
    nextStep,
  });
}

function nameOf({ kind, name, key }: PolicySource): string {
  return `key ${key} of ${kind} ${name}`;
}
