import type { KubeErrorCode } from '../error.ts';

/** The parts of a meta/v1 Status that tell who refused. */
export interface RefusedStatus {
  message?: string;
  reason?: string;
  details?: { causes?: { reason?: string }[] };
}

/** How an authorizer begins (k8s.io/apiserver `responsewriters.ForbiddenErrorMessage`), and rights that others check. */
const MISSING_RIGHT = [
  /^User "/,
  /^user "[^"]*" \(groups=.*is attempting to grant RBAC permissions not currently held/s,
  /^cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on/,
];
const QUOTA = /^(exceeded|failed) quota: /;
const POLICY = /^(Validating|Mutating)AdmissionPolicy '/;
/** A webhook chooses its own status, 400 to 599. */
const WEBHOOK = /^admission webhook "[^"]*" denied the request/;
/** How every refusal begins, with the name of the object where there is one; a name holds no quote. */
const SUBJECT = /^[^"]*?(?:"[^"]*" )?is (?:forbidden|invalid): /;

/**
 * Tells apart who refused a request that an authorizer, a quota, a policy, a webhook or a namespace may have refused: most of them
 * answer with status 403 and reason Forbidden, and a policy's author may choose 413 or 422 as well.
 * @returns undefined where the status says it all
 */
export function refusalCode(
  { message = '', reason, details }: RefusedStatus,
  status: number,
): KubeErrorCode | undefined {
  if (details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')) return 'NAMESPACE_TERMINATING';
  if (WEBHOOK.test(message)) return 'ADMISSION_DENIED';
  const subject = SUBJECT.exec(message)?.[0];
  const why = message.slice(subject?.length ?? 0);
  if (POLICY.test(why)) return 'ADMISSION_DENIED';
  if (status !== 403 || reason !== 'Forbidden') return undefined;
  if (QUOTA.test(why)) return 'QUOTA_EXCEEDED';
  // What is left are the API server's plugins (LimitRanger, PodSecurity, …), which have no words in common.
  return subject === undefined || MISSING_RIGHT.some((right) => right.test(why)) ? undefined : 'ADMISSION_DENIED';
}
