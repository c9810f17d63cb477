/** Rules for ExternalSecrets: what no spec may say, and targets that others trust for what they are. */
import { type ExceptionRow, inTenant, type RuleRow } from './row.ts';

const data = [{ secretKey: 'k', remoteRef: { key: 'r' } }];
const extract = { key: 'r' };
const TOKEN = 'kubernetes.io/service-account-token';
const EVERYBODY = ['tenant', 'admin'] as const;

const specRow = (at: number, spec: object, says: string): RuleRow => ({
  policy: 'externalsecret-validate',
  part: `variable problems${at}`,
  request: inTenant('ExternalSecret', spec),
  refused: EVERYBODY,
  says,
});

const withTemplate = (template: object, target: object = {}): object => ({ data, target: { ...target, template } });

const specRows: readonly RuleRow[] = [
  specRow(0, {}, 'either data or dataFrom should be specified'),
  specRow(
    1,
    withTemplate({ type: TOKEN, templateFrom: [{ target: 'Annotations' }] }),
    `template.type="${TOKEN}" with templateFrom target="Annotations" is not allowed`,
  ),
  specRow(
    2,
    withTemplate({ templateFrom: [{ target: 'spec.x' }] }),
    'templateFrom target="spec.x" is not allowed when targeting a Secret, must be one of "Data", "Annotations" or "Labels"',
  ),
  specRow(3, { dataFrom: [{ extract, find: {} }] }, 'extract, find, or generatorRef cannot be set at the same time'),
  specRow(4, { dataFrom: [{}] }, 'either extract, find, or sourceRef must be set to dataFrom'),
  specRow(5, { data: [...data, ...data] }, 'duplicate secretKey found: k'),
];

const RELEASE = 'helm.sh/release.v1';
const targetRow = (at: number, target: object, says: string): RuleRow => ({
  policy: 'external-secrets-guarded-targets',
  part: `validation ${at}`,
  request: inTenant('ExternalSecret', { data, target }),
  refused: EVERYBODY,
  says,
});

const targetRows: readonly RuleRow[] = [
  targetRow(0, { template: { type: RELEASE } }, `spec.target.template.type: "${RELEASE}" is what Helm knows`),
  targetRow(1, { name: 'sh.helm.release.v1.app.v1' }, 'spec.target.name: names that begin with "sh.helm.release.v1."'),
  targetRow(
    2,
    { template: { metadata: { labels: { 'app.kubernetes.io/managed-by': 'external-secrets-cert-manager' } } } },
    'spec.target.template.metadata.labels["app.kubernetes.io/managed-by"]: "external-secrets-cert-manager" is the mark',
  ),
];

export const externalSecretRows: readonly RuleRow[] = [...specRows, ...targetRows];

export const externalSecretExceptions: readonly ExceptionRow[] = [
  {
    policy: 'external-secrets-guarded-targets',
    part: 'condition writes-one',
    request: inTenant('ExternalSecret', { data, target: { creationPolicy: 'None', template: { type: RELEASE } } }),
    who: 'tenant',
  },
];
