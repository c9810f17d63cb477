import type { KubeClient } from '@eso/kube';

/** Who is asked about: a user, with the groups that the API server would find with it. */
export interface ReviewedUser {
  readonly user: string;
  readonly groups?: readonly string[];
}

/** What somebody may do, or not. */
export interface ReviewedAccess {
  readonly verb: string;
  /** API group. Default: the core group. */
  readonly group?: string;
  /** With its subresource, if any: `externalsecrets/status`. */
  readonly resource: string;
  readonly name?: string | undefined;
  /** Default: all, and what has none. */
  readonly namespace?: string | undefined;
}

const REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

/** @param account ServiceAccount, as `namespace/name` */
export function serviceAccountUser(account: string): ReviewedUser {
  const [namespace = '', name] = account.split('/');
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

/** Whether the API server would let somebody do something, by a SubjectAccessReview. */
export async function mayDo(
  client: KubeClient,
  who: ReviewedUser,
  { verb, group = '', resource, name, namespace }: ReviewedAccess,
): Promise<boolean> {
  const [plural, subresource] = resource.split('/');
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { ...who, resourceAttributes: { verb, group, resource: plural, subresource, name, namespace } },
  };
  const answer = (await client.request('POST', REVIEWS, { body })) as {
    readonly status: { readonly allowed: boolean };
  };
  return answer.status.allowed;
}
