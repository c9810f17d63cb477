/** Rules for what programs of the installation write. */
import { type ExceptionRow, PLACES, type Request, type RuleRow, type Who } from './row.ts';

const MANAGED_BY = 'app.kubernetes.io/managed-by';
const MARK = { [MANAGED_BY]: 'external-secrets-cert-manager' };

interface Written {
  readonly namespace?: string;
  readonly name?: string;
  readonly type?: string;
  readonly labels?: object;
  readonly annotations?: object;
  readonly ownerReferences?: readonly object[];
  readonly keys?: readonly string[];
}

function secret({
  namespace = PLACES.TENANT,
  name = 'new',
  type = 'Opaque',
  keys = ['k'],
  ...marks
}: Written): Request {
  const data = Object.fromEntries(keys.map((key) => [key, 'eA==']));
  return { kind: 'Secret', namespace, body: { metadata: { name, ...marks }, type, data } };
}

/** A certificate as cert-manager-controller writes it for a Service. */
const certificate = (change: Written): Request =>
  secret({
    name: 'external-secrets-provider-tls',
    type: 'kubernetes.io/tls',
    labels: MARK,
    annotations: { 'external-secrets.io/owner': 'TENANT/svc' },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'svc', uid: 'a-b-c' }],
    keys: ['ca.crt', 'tls.crt', 'tls.key'],
    ...change,
  });

const rowFor =
  (policy: string, program: Who) =>
  (at: number, request: Request, says: string): RuleRow => ({
    policy,
    part: `validation ${at}`,
    request,
    refused: [program],
    taken: request.namespace === PLACES.TENANT ? ['tenant', 'admin'] : ['admin'],
    says,
  });

const byController = rowFor('external-secrets-certificate-secrets', 'controller');
const byCore = rowFor('external-secrets-core-secrets', 'core');

export const secretRows: readonly RuleRow[] = [
  byController(0, certificate({ name: 'cloud-credentials' }), 'metadata.name: cert-manager-controller writes '),
  byController(1, certificate({ type: 'Opaque' }), 'type: cert-manager-controller writes certificates as '),
  byController(2, certificate({ keys: ['ca.crt', 'tls.crt', 'tls.key', 'ca.key'] }), 'data: cert-manager-controller '),
  byController(
    3,
    certificate({ ownerReferences: [] }),
    'metadata: what cert-manager-controller writes says whose it is',
  ),
  byCore(
    0,
    secret({
      type: 'kubernetes.io/service-account-token',
      annotations: { 'kubernetes.io/service-account.name': 'default' },
    }),
    'type: core makes no Secret of type kubernetes.io/service-account-token',
  ),
  byCore(
    1,
    secret({ type: 'bootstrap.kubernetes.io/token', keys: ['token-id'] }),
    'type: core writes no Secret of type ',
  ),
  byCore(2, secret({ type: 'helm.sh/release.v1' }), 'metadata: core does not write what Helm knows of a release'),
  byCore(
    3,
    secret({ labels: MARK }),
    `metadata.labels["${MANAGED_BY}"]: core writes no certificates of External Secrets`,
  ),
  byCore(4, secret({ namespace: PLACES.HOME, name: 'eso-provider-ca-internal' }), 'metadata.name: eso-provider-ca-'),
];

export const secretExceptions: readonly ExceptionRow[] = [
  {
    policy: 'external-secrets-certificate-secrets',
    part: 'condition is-written-by-cert-manager-controller',
    request: secret({}),
    who: 'tenant',
  },
  {
    policy: 'external-secrets-core-secrets',
    part: 'condition is-written-by-core',
    request: certificate({}),
    who: 'tenant',
  },
];
