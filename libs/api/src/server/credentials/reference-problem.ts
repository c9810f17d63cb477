import { isKubeError } from '@eso/kube';
import type { ProviderError } from '../../contract/provider-error.ts';
import { kubeProblem } from '../stores/kube-problem.ts';
import { type Reference, unusable } from './reference.ts';

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
  switch (kind) {
    case 'Secret':
      return `grant the provider get on secrets in namespace ${namespace}: add it to ${listedIn} of the provider's chart`;
    case 'ServiceAccount':
      return `grant the provider get on serviceaccounts in namespace ${namespace}: add it to tokenNamespaces of the provider's chart`;
    case 'ConfigMap':
      return `grant the provider get on configmaps by a Role in namespace ${namespace}`;
  }
}
