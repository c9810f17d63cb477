/** What programs asked of the API server, as its audit log has it. */
import { readFile } from 'node:fs/promises';
import type { Right } from '@eso/testing';

/** One request of a ServiceAccount about a resource. */
export interface AuditedRequest extends Right {
  /** HTTP status of the answer. */
  readonly status: number;
}

interface AuditEntry {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

const ACCOUNT = 'system:serviceaccount:';

/** Every request about a resource that ServiceAccounts sent so far, in the order in which they were answered. */
export async function auditedRequests(dir: string): Promise<AuditedRequest[]> {
  const lines = (await readFile(`${dir}/audit.log`, 'utf8')).split('\n');
  // The last line may be half written.
  return lines.slice(0, -1).flatMap((line) => requestOf(JSON.parse(line) as AuditEntry));
}

function requestOf({ verb, user, objectRef, responseStatus }: AuditEntry): AuditedRequest[] {
  if (!user.username.startsWith(ACCOUNT) || !objectRef?.resource) return [];
  const { resource, subresource, apiGroup = '', namespace, name } = objectRef;
  return [
    {
      account: user.username.slice(ACCOUNT.length).replace(':', '/'),
      verb,
      group: apiGroup,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      status: responseStatus?.code ?? 0,
    },
  ];
}

/** Whether a right is what a request needs. That a cluster-wide right was needed for all namespaces is not asked. */
export function covers(right: Right, request: AuditedRequest): boolean {
  return (
    right.account === request.account &&
    right.verb === request.verb &&
    right.group === request.group &&
    right.resource === request.resource &&
    (right.name === undefined || right.name === request.name) &&
    (right.namespace === undefined || right.namespace === request.namespace)
  );
}
