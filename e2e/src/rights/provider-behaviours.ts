import type { Behaviour } from './behaviour.ts';
import { AZURE, type ProviderName, REGION, TEAM, VAULT, type World } from './world.ts';

const CONFIGS = 'provider.external-secrets.io/v2alpha1';
const STORES = 'external-secrets.io/v1';
const GENERATORS = 'generators.external-secrets.io/v1alpha1';
const POLICY = '{"Version":"2012-10-17","Statement":[]}';

/** A store, as a request of core names it: by its config object, or as one that holds its config. */
interface Store {
  readonly kind: 'Provider' | 'ClusterProvider' | 'SecretStore' | 'ClusterSecretStore';
  readonly name: string;
  /** Kind, name and namespace of the config object; absent for a store that holds its config. */
  readonly config?: { readonly kind: string; readonly name: string; readonly namespace: string };
}

/** What core sends for a store and who asks. */
function asking({ kind, name, config }: Store, requesterNamespace = TEAM) {
  const named = config ? { apiVersion: CONFIGS, ...config } : { apiVersion: STORES, kind, name };
  const sourceNamespace = kind === 'ClusterProvider' && config ? config.namespace : requesterNamespace;
  const who = { authNamespace: sourceNamespace, requesterNamespace };
  return { providerRef: { ...named, storeRefKind: kind, storeName: name, ...who }, sourceNamespace };
}

/** Writes a secret through a store and reads it back, as core asks it of the provider. */
async function keep(
  world: World,
  provider: ProviderName,
  store: Store,
  remoteKey: string,
  metadata = '',
): Promise<void> {
  const { store: calls } = await world.client(provider);
  await calls.pushSecret({
    ...asking(store),
    secretData: { k: Buffer.from('kept') },
    pushSecretData: { remoteKey, secretKey: 'k', metadata: Buffer.from(metadata) },
  });
  const { value } = await calls.getSecret({ ...asking(store), remoteRef: { key: remoteKey } });
  expect(Buffer.from(value).toString()).toBe('kept');
}

/** What a generator makes for the team. */
async function generate(world: World, provider: ProviderName, kind: string, name: string): Promise<string[]> {
  const { generator } = await world.client(provider);
  const generatorRef = { apiVersion: GENERATORS, kind, name };
  return Object.keys((await generator.generate({ generatorRef, sourceNamespace: TEAM })).secrets);
}

/** The CRD is of a later release, and the request is the same. */
async function lacksClusterGenerator(world: World, provider: ProviderName): Promise<void> {
  await expect(generate(world, provider, 'ClusterGenerator', 'any')).rejects.toThrow(/ClusterGenerator/);
}

/** A policy of a secret in AWS, from a ConfigMap or Secret beside who pushes. */
const policyFrom = (kind: string): string =>
  JSON.stringify({
    apiVersion: 'kubernetes.external-secrets.io/v1alpha1',
    kind: 'PushSecretMetadata',
    spec: {
      secretPushFormat: 'string',
      resourcePolicy: { policySourceRef: { kind, name: 'policies', key: 'policy' } },
    },
  });

const keys = (namespace = ''): string => {
  const ref = (key: string): string => `{ name: keys, key: ${key}${namespace && `, namespace: ${namespace}`} }`;
  return `{ secretRef: { accessKeyIDSecretRef: ${ref('id')}, secretAccessKeySecretRef: ${ref('secret')} } }`;
};
const login = (namespace = ''): string => {
  const ref = (key: string): string => `{ name: login, key: ${key}${namespace && `, namespace: ${namespace}`} }`;
  return `authSecretRef: { clientId: ${ref('id')}, clientSecret: ${ref('secret')} }`;
};
const TO_TEAM = `conditions: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${TEAM} } } }]`;

const secret = (namespace: string, name: string, values: string): string => `---
apiVersion: v1
kind: Secret
metadata: { name: ${name}, namespace: ${namespace} }
stringData: ${values}
`;
const config = (kind: string, namespace: string, name: string, spec: string): string => `---
apiVersion: ${CONFIGS}
kind: ${kind}
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
`;
const generator = (kind: string, name: string, spec: string): string => `---
apiVersion: ${GENERATORS}
kind: ${kind}
metadata: { name: ${name}${kind.startsWith('Cluster') ? '' : `, namespace: ${TEAM}`} }
spec: ${spec}
`;
const store = (kind: string, name: string, spec: string): string => `---
apiVersion: ${STORES}
kind: ${kind}
metadata: { name: ${name}${kind.startsWith('Cluster') ? '' : `, namespace: ${TEAM}`} }
spec: ${spec}
`;
const toProvider = (provider: string, kind: string, name: string, namespace = ''): string =>
  `address: provider-${provider}.provider-${provider}.svc:8080, providerRef: { apiVersion: ${CONFIGS}, kind: ${kind}, name: ${name}${namespace && `, namespace: ${namespace}`} }`;

const AWS: readonly Behaviour[] = [
  {
    name: 'provider-aws serves the stores of a tenant, with access keys beside them',
    run: async (world) => {
      await world.system.apply(
        [
          secret(TEAM, 'keys', '{ id: AKIAOFTEAM0000000000, secret: x }'),
          config('SecretsManager', TEAM, 'secrets', `{ region: ${REGION}, auth: ${keys()} }`),
          config('ParameterStore', TEAM, 'parameters', `{ region: ${REGION}, auth: ${keys()} }`),
          store('Provider', 'aws-secrets', `{ ${toProvider('aws', 'SecretsManager', 'secrets')} }`),
          store('Provider', 'aws-parameters', `{ ${toProvider('aws', 'ParameterStore', 'parameters')} }`),
          store('SecretStore', 'aws', `{ provider: { aws: { service: SecretsManager, region: ${REGION}, auth: ${keys()} } } }`), // prettier-ignore
        ].join(''),
      );
      const of = (kind: string, name: string) => ({ config: { kind, name, namespace: TEAM } });
      await keep(world, 'aws', { kind: 'Provider', name: 'aws-secrets', ...of('SecretsManager', 'secrets') }, 'a');
      await keep(
        world,
        'aws',
        { kind: 'Provider', name: 'aws-parameters', ...of('ParameterStore', 'parameters') },
        '/b',
      );
      await keep(world, 'aws', { kind: 'SecretStore', name: 'aws' }, 'c');
    },
    needs: [
      'provider-aws/provider-aws  (cluster)  secretsmanagers.provider.external-secrets.io: get',
      'provider-aws/provider-aws  (cluster)  parameterstores.provider.external-secrets.io: get',
      'provider-aws/provider-aws  team  providers.external-secrets.io: get',
      'provider-aws/provider-aws  team  secretstores.external-secrets.io: get',
      'provider-aws/provider-aws  team  secrets: get',
    ],
  },
  {
    name: 'provider-aws serves cluster-scoped stores to the namespaces that they admit, with access keys of an administrator',
    run: async (world) => {
      await world.system.apply(
        [
          secret('provider-aws', 'keys', '{ id: AKIAOFADMIN000000000, secret: x }'),
          secret(VAULT, 'keys', '{ id: AKIAOFVAULT000000000, secret: x }'),
          config('SecretsManager', 'provider-aws', 'shared', `{ region: ${REGION}, auth: ${keys()} }`),
          store(
            'ClusterProvider',
            'aws',
            `{ ${toProvider('aws', 'SecretsManager', 'shared', 'provider-aws')}, ${TO_TEAM} }`,
          ),
          store('ClusterSecretStore', 'aws', `{ ${TO_TEAM}, provider: { aws: { service: SecretsManager, region: ${REGION}, auth: ${keys(VAULT)} } } }`), // prettier-ignore
        ].join(''),
      );
      const shared = { kind: 'SecretsManager', name: 'shared', namespace: 'provider-aws' };
      await keep(world, 'aws', { kind: 'ClusterProvider', name: 'aws', config: shared }, 'd');
      await keep(world, 'aws', { kind: 'ClusterSecretStore', name: 'aws' }, 'e');
    },
    needs: [
      'provider-aws/provider-aws  (cluster)  clusterproviders.external-secrets.io: get',
      'provider-aws/provider-aws  (cluster)  clustersecretstores.external-secrets.io: get',
      'provider-aws/provider-aws  (cluster)  namespaces: get',
      'provider-aws/provider-aws  provider-aws  secrets: get',
      'provider-aws/provider-aws  vault  secrets: get',
    ],
  },
  {
    name: 'provider-aws takes the policy of a secret from a ConfigMap beside who pushes, whatever the scope of the store',
    run: async (world) => {
      const policies = (namespace: string): string =>
        `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: policies, namespace: ${namespace} }\ndata: { policy: '${POLICY}' }\n`;
      await world.system.apply(policies(TEAM) + policies(VAULT));
      await world.system.apply(
        store('ClusterSecretStore', 'aws-of-all', `{ provider: { aws: { service: SecretsManager, region: ${REGION}, auth: ${keys(VAULT)} } } }`), // prettier-ignore
      );
      await keep(world, 'aws', { kind: 'SecretStore', name: 'aws' }, 'f', policyFrom('ConfigMap'));
      const { store: calls } = await world.client('aws');
      await calls.pushSecret({
        ...asking({ kind: 'ClusterSecretStore', name: 'aws-of-all' }, VAULT),
        secretData: { k: Buffer.from('kept') },
        pushSecretData: { remoteKey: 'g', secretKey: 'k', metadata: Buffer.from(policyFrom('ConfigMap')) },
      });
    },
    needs: ['provider-aws/provider-aws  team  configmaps: get', 'provider-aws/provider-aws  vault  configmaps: get'],
  },
  {
    name: 'provider-aws generates, logged in as a ServiceAccount of the tenant',
    run: async (world) => {
      const jwt = `{ region: ${REGION}, auth: { jwt: { serviceAccountRef: { name: app } } } }`;
      await world.system.apply(
        [
          `---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: app, namespace: ${TEAM}, annotations: { eks.amazonaws.com/role-arn: 'arn:aws:iam::222222222222:role/app' } }\n`,
          generator('ECRAuthorizationToken', 'ecr', jwt),
          generator('STSSessionToken', 'sts', `{ region: ${REGION}, auth: ${keys()} }`),
        ].join(''),
      );
      expect(await generate(world, 'aws', 'ECRAuthorizationToken', 'ecr')).toContain('password');
      expect(await generate(world, 'aws', 'STSSessionToken', 'sts')).toContain('session_token');
      await lacksClusterGenerator(world, 'aws');
    },
    needs: [
      'provider-aws/provider-aws  (cluster)  ecrauthorizationtokens.generators.external-secrets.io: get',
      'provider-aws/provider-aws  (cluster)  stssessiontokens.generators.external-secrets.io: get',
      'provider-aws/provider-aws  (cluster)  clustergenerators.generators.external-secrets.io: get',
      'provider-aws/provider-aws  team  serviceaccounts: get',
      'provider-aws/provider-aws  team  serviceaccounts/token: create',
    ],
  },
];

const AZURE_BEHAVIOURS: readonly Behaviour[] = [
  {
    name: 'provider-azure serves the stores of a tenant, with a login beside them',
    run: async (world) => {
      const spec = `vaultUrl: 'https://team.vault.azure.net', tenantId: ${AZURE.tenant}`;
      await world.system.apply(
        [
          secret(TEAM, 'login', `{ id: ${AZURE.app}, secret: ${AZURE.password} }`),
          config('KeyVault', TEAM, 'vault', `{ ${spec}, ${login()} }`),
          store('Provider', 'azure', `{ ${toProvider('azure', 'KeyVault', 'vault')} }`),
          store('SecretStore', 'azure', `{ provider: { azurekv: { ${spec}, ${login()} } } }`),
        ].join(''),
      );
      const vault = { kind: 'KeyVault', name: 'vault', namespace: TEAM };
      await keep(world, 'azure', { kind: 'Provider', name: 'azure', config: vault }, 'a');
      await keep(world, 'azure', { kind: 'SecretStore', name: 'azure' }, 'b');
    },
    needs: [
      'provider-azure/provider-azure  (cluster)  keyvaults.provider.external-secrets.io: get',
      'provider-azure/provider-azure  team  providers.external-secrets.io: get',
      'provider-azure/provider-azure  team  secretstores.external-secrets.io: get',
      'provider-azure/provider-azure  team  secrets: get',
    ],
  },
  {
    name: 'provider-azure serves cluster-scoped stores to the namespaces that they admit, with a login of an administrator',
    run: async (world) => {
      const spec = `vaultUrl: 'https://team.vault.azure.net', tenantId: ${AZURE.tenant}`;
      const values = `{ id: ${AZURE.app}, secret: ${AZURE.password} }`;
      await world.system.apply(
        [
          secret('provider-azure', 'login', values),
          secret(VAULT, 'login', values),
          config('KeyVault', 'provider-azure', 'shared', `{ ${spec}, ${login()} }`),
          store(
            'ClusterProvider',
            'azure',
            `{ ${toProvider('azure', 'KeyVault', 'shared', 'provider-azure')}, ${TO_TEAM} }`,
          ),
          store('ClusterSecretStore', 'azure', `{ ${TO_TEAM}, provider: { azurekv: { ${spec}, ${login(VAULT)} } } }`),
        ].join(''),
      );
      const shared = { kind: 'KeyVault', name: 'shared', namespace: 'provider-azure' };
      await keep(world, 'azure', { kind: 'ClusterProvider', name: 'azure', config: shared }, 'c');
      await keep(world, 'azure', { kind: 'ClusterSecretStore', name: 'azure' }, 'd');
    },
    needs: [
      'provider-azure/provider-azure  (cluster)  clusterproviders.external-secrets.io: get',
      'provider-azure/provider-azure  (cluster)  clustersecretstores.external-secrets.io: get',
      'provider-azure/provider-azure  (cluster)  namespaces: get',
      'provider-azure/provider-azure  provider-azure  secrets: get',
      'provider-azure/provider-azure  vault  secrets: get',
    ],
  },
  {
    name: 'provider-azure generates, logged in as a ServiceAccount of the tenant',
    run: async (world) => {
      const auth = 'auth: { workloadIdentity: { serviceAccountRef: { name: robot } } }';
      const spec = `{ registry: ${AZURE.registry}, tenantId: ${AZURE.tenant}, ${auth} }`;
      await world.system.apply(
        [
          `---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: robot, namespace: ${TEAM}, annotations: { azure.workload.identity/client-id: ${AZURE.app} } }\n`,
          generator('ACRAccessToken', 'acr', spec),
        ].join(''),
      );
      expect(await generate(world, 'azure', 'ACRAccessToken', 'acr')).toContain('password');
      await lacksClusterGenerator(world, 'azure');
    },
    needs: [
      'provider-azure/provider-azure  (cluster)  acraccesstokens.generators.external-secrets.io: get',
      'provider-azure/provider-azure  (cluster)  clustergenerators.generators.external-secrets.io: get',
      'provider-azure/provider-azure  team  serviceaccounts: get',
      'provider-azure/provider-azure  team  serviceaccounts/token: create',
    ],
  },
];

const FAKE: readonly Behaviour[] = [
  {
    name: 'provider-fake serves a cluster-scoped store to the namespaces that it admits',
    run: async (world) => {
      await world.system.apply(
        store('ClusterSecretStore', 'fake', `{ ${TO_TEAM}, provider: { fake: { data: [{ key: a, value: kept }] } } }`),
      );
      const { store: calls } = await world.client('fake');
      const request = { ...asking({ kind: 'ClusterSecretStore', name: 'fake' }), remoteRef: { key: 'a' } };
      expect(Buffer.from((await calls.getSecret(request)).value).toString()).toBe('kept');
    },
    needs: ['provider-fake/provider-fake  (cluster)  namespaces: get'],
  },
];

/** The providers, asked as core asks them. */
export const PROVIDER_BEHAVIOURS: readonly Behaviour[] = [...FAKE, ...AWS, ...AZURE_BEHAVIOURS];
