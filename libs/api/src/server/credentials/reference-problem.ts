import { isKubeError } from '@eso/kube';
import type { ProviderError } from '../../contract/provider-error.ts';
import { kubeProblem } from '../stores/kube-problem.ts';
import { type Reference, type ReferencedKind, unusable } from './reference.ts';

/** How rights are written in a Role. */
const RESOURCE: Readonly<Record<ReferencedKind, string>> = {
  Secret: 'secrets',
  ConfigMap: 'configmaps',
  ServiceAccount: 'serviceaccounts',
};

/** A reference in words: `Secret tenant/keys`. */
export function describeReference({ kind, namespace, name }: Pick<Reference, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace}/${name}`;
}

/** The error for an object that a config object refers to and that could not be read. */
export function referenceProblem(reference: Reference, field: string, cause: unknown): ProviderError {
  const what = describeReference(reference);
  if (isKubeError(cause, 'NOT_FOUND'))
    return unusable(field, `${what} does not exist`, `create ${what} or correct the reference`, cause);
  if (isKubeError(cause, 'FORBIDDEN'))
    return unusable(field, `the provider may not read ${what}`, rightNeeded(reference), cause);
  if (isKubeError(cause, 'TOO_LARGE'))
    return unusable(
      field,
      `${what} is larger than the provider reads`,
      'keep credentials in an object of their own',
      cause,
    );
  return kubeProblem(what, cause);
}

function rightNeeded({ kind, namespace, listedIn }: Reference): string {
  return kind === 'Secret'
    ? `grant the provider get on secrets in namespace ${namespace}: add it to ${listedIn} of the provider's chart`
    : `grant the provider get on ${RESOURCE[kind]} by a Role in namespace ${namespace}`;
}
