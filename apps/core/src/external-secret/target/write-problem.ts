import type { KubeError, KubeErrorCode } from '@eso/kube';
import type { Problem } from '@eso/sync';
import { type Refused, refusalText } from './refusal-text.ts';

const TRIED_AGAIN = 'This is tried again; if it lasts, see the log of core.';

/** What helps against a refused write, by its cause. */
const NEXT_STEPS: Partial<Record<KubeErrorCode, string>> = {
  FORBIDDEN: 'Give core the rights on Secrets of this namespace.',
  QUOTA_EXCEEDED: "Raise the namespace's ResourceQuota, or delete what is not needed; this is tried again.",
  ADMISSION_DENIED:
    'Change what the policy objects to, or have an administrator change the policy; this is tried again.',
  NAMESPACE_TERMINATING: 'Nothing to do: the namespace is being deleted, and the ExternalSecret with it.',
  INVALID: 'Correct the fields that are named.',
  TOO_LARGE: 'Fetch less: the request is larger than the API server takes.',
};

/** What Kubernetes wants in a Secret of a type of its own (pkg/apis/core/validation, ValidateSecret); it names no key that is missing. */
const TYPE_NEEDS: ReadonlyMap<string, string> = new Map([
  ['kubernetes.io/tls', 'needs the keys tls.crt and tls.key'],
  ['kubernetes.io/basic-auth', 'needs the key username or password'],
  ['kubernetes.io/ssh-auth', 'needs the key ssh-privatekey'],
  ['kubernetes.io/dockerconfigjson', 'needs the key .dockerconfigjson with a JSON document'],
  ['kubernetes.io/dockercfg', 'needs the key .dockercfg with a JSON document'],
  ['kubernetes.io/service-account-token', 'names a ServiceAccount in an annotation, which no template may write'],
]);

/** A request about a target that failed, as the user reads it. */
export function writeProblem(error: KubeError, refused: Refused): Problem {
  return {
    code: error.code,
    field: 'spec.target',
    publicMessage: error.code === 'INVALID' ? invalidFields(error) : refusalText(error, refused),
    nextStep: (error.code === 'INVALID' && typeStep(refused.es)) || (NEXT_STEPS[error.code] ?? TRIED_AGAIN),
  };
}

function typeStep({ spec }: Refused['es']): string | undefined {
  const type = spec.target?.template?.type ?? '';
  const needs = TYPE_NEEDS.get(type);
  return needs && `A Secret of type ${type} ${needs}: correct the template, or its type.`;
}

/** The API server names the keys of the data, which may come from inside a secret: their field is all that is passed on. */
function invalidFields({ causes }: KubeError): string {
  const fields = new Set(causes.map(({ field }) => field.replace(/\[.*/s, '')).filter((field) => field !== ''));
  return `the API server does not accept the Secret because of ${[...fields].slice(0, 5).join(', ') || 'its content'}`;
}
