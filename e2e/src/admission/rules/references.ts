/** References into other namespaces, in config objects and in configs that stand in stores. */
import { type ExceptionRow, inTenant, type Kind, type Request, type RuleRow } from './row.ts';

/** Where a provider's configs may hold references, in the order of its policy. */
interface References {
  /** The provider's chart, whose namespace is an administrator's. */
  readonly chart: string;
  /** Kind of the config object, with the version of its policy; or key of the config in stores, and what another store has there. */
  readonly config:
    { readonly kind: Kind; readonly version: string } | { readonly key: string; readonly another: object };
  /** A spec that nothing refuses. */
  readonly spec: object;
  /** Paths of references. */
  readonly paths: readonly string[];
}

const AWS = [
  'auth.secretRef.accessKeyIDSecretRef',
  'auth.secretRef.secretAccessKeySecretRef',
  'auth.secretRef.sessionTokenSecretRef',
  'auth.jwt.serviceAccountRef',
];
const AZURE = ['clientId', 'tenantId', 'clientSecret', 'clientCertificate'].map((name) => `authSecretRef.${name}`);
const vault = { vaultUrl: 'https://v.example' };
const region = { region: 'eu-central-1' };

const TABLE: readonly References[] = [
  { chart: 'provider-aws', config: { kind: 'SecretsManager', version: 'v2alpha1' }, spec: region, paths: AWS },
  { chart: 'provider-aws', config: { kind: 'ParameterStore', version: 'v2alpha1' }, spec: region, paths: AWS },
  { chart: 'provider-aws', config: { kind: 'ECRAuthorizationToken', version: 'v1alpha1' }, spec: region, paths: AWS },
  { chart: 'provider-aws', config: { kind: 'STSSessionToken', version: 'v1alpha1' }, spec: region, paths: AWS },
  {
    chart: 'provider-aws',
    config: { key: 'aws', another: { azurekv: vault } },
    spec: { ...region, service: 'SecretsManager' },
    paths: AWS,
  },
  {
    chart: 'provider-azure',
    config: { kind: 'KeyVault', version: 'v2alpha1' },
    spec: vault,
    paths: [...AZURE, 'serviceAccountRef'],
  },
  {
    chart: 'provider-azure',
    config: { kind: 'ACRAccessToken', version: 'v1alpha1' },
    spec: { registry: 'r.example', auth: {} },
    paths: [
      'auth.servicePrincipal.secretRef.clientId',
      'auth.servicePrincipal.secretRef.clientSecret',
      'auth.workloadIdentity.serviceAccountRef',
    ],
  },
  {
    chart: 'provider-azure',
    config: { key: 'azurekv', another: { aws: region } },
    spec: vault,
    paths: [...AZURE, 'serviceAccountRef'],
  },
];

/** A config with one reference, which leads out of its namespace. */
function withReference(spec: object, path: string): object {
  const name = path.endsWith('serviceAccountRef') ? { name: 'a' } : { name: 's', key: 'k' };
  const value = path.split('.').reduceRight<object>((inner, step) => ({ [step]: inner }), { ...name, namespace: 'other' }); // prettier-ignore
  return { ...spec, ...value };
}

function request({ config, spec }: References, path: string): Request {
  const referring = withReference(spec, path);
  if ('kind' in config) return inTenant(config.kind, referring);
  return inTenant('SecretStore', { provider: { [config.key]: referring } });
}

const policyOf = ({ chart, config }: References): string =>
  'kind' in config
    ? `${chart}-${config.kind.toLowerCase()}-${config.version}-references`
    : `${chart}-secretstore-${config.key}-references`;

const sentence = ({ config }: References, path: string): string =>
  'kind' in config
    ? `spec.${path}.namespace: only the namespace of the ${config.kind} itself may be named here`
    : `spec.provider.${config.key}.${path}.namespace: namespace should either be empty or match the namespace of the`;

export const referenceRows: readonly RuleRow[] = TABLE.flatMap((references) =>
  references.paths.map((path, at): RuleRow => ({
    policy: policyOf(references),
    part: `variable problems${at}`,
    request: request(references, path),
    refused: ['tenant', 'admin'],
    says: sentence(references, path),
  })),
);

export const referenceExceptions: readonly ExceptionRow[] = TABLE.map((references): ExceptionRow => {
  const { chart, config, paths } = references;
  const policy = policyOf(references);
  if ('kind' in config) {
    const there = { ...request(references, paths[0] ?? ''), namespace: chart };
    return { policy, part: 'variable isOfAdministrator', request: there, who: 'admin' };
  }
  const stored = inTenant('SecretStore', { provider: config.another });
  return { policy, part: 'condition has-key', request: stored, who: 'tenant' };
});
