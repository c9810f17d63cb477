/** Every program of ours, installed with every right that its chart has, beside backends to ask. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectToProvider, type TestProviderClient } from '@eso/api/testing';
import { CLIENT_TLS_SECRET } from '@eso/api/resources';
import { type IssuerKeys, type KeyVaultServer, startKeyVault } from '@eso/key-vault-server';
import type { KubeClient } from '@eso/kube';
import { ESO_NAMESPACE, eventually, type Manifest, type Moto, parseManifests, placeRights, startMoto, workspaceRoot } from '@eso/testing'; // prettier-ignore
import { System } from '../support/system.ts';
import { type AuditedRequest, auditedRequests } from './audited-requests.ts';

/** A namespace that is served, and one of which providers read credentials alone. */
export const TEAM = 'team';
export const VAULT = 'vault';
export const REGION = 'eu-central-1';
export const AZURE = {
  tenant: '11111111-1111-4111-8111-111111111111',
  app: '22222222-2222-4222-8222-222222222222',
  password: 'client-secret',
  registry: 'team.azurecr.io',
} as const;
/** Providers that are installed. */
export const PROVIDERS = ['fake', 'aws', 'azure'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** Of the API server's tokens. */
const ISSUER = 'https://kubernetes.default.svc.cluster.local';

const PLACES = {
  tenantNamespaces: [TEAM],
  credentialNamespaces: [VAULT],
  tokenNamespaces: [TEAM],
};

/** The documents of rights of all charts, as they are applied here. */
export async function placedRights(): Promise<Manifest[]> {
  const providerNamespaces = PROVIDERS.map((name) => `provider-${name}`);
  const files: readonly (readonly [chart: string, file: string])[] = [
    ['external-secrets', 'rbac.yaml'],
    ['external-secrets', 'rbac-metrics-auth.yaml'],
    ...providerNamespaces.map((chart) => [chart, 'rbac.yaml'] as const),
  ];
  const placed = files.map(async ([chart, file]) => {
    const text = await readFile(join(workspaceRoot, 'charts', chart, 'files', file), 'utf8');
    const core = chart === 'external-secrets' ? { providerNamespaces } : {};
    return placeRights(parseManifests(text), { chart, ...PLACES, ...core });
  });
  return (await Promise.all(placed)).flat();
}

export class World implements AsyncDisposable {
  readonly system: System;
  readonly azure: KeyVaultServer;
  /** Has the rights of core. */
  readonly core: KubeClient;
  readonly #moto: Moto;
  readonly #scratch: string;
  readonly #clients = new Map<ProviderName, TestProviderClient>();

  private constructor(parts: { system: System; core: KubeClient; azure: KeyVaultServer; moto: Moto; scratch: string }) {
    this.system = parts.system;
    this.core = parts.core;
    this.azure = parts.azure;
    this.#moto = parts.moto;
    this.#scratch = parts.scratch;
  }

  static async start(): Promise<World> {
    const moto = await startMoto();
    const azure = await startKeyVault({
      tenants: [
        {
          id: AZURE.tenant,
          apps: [
            {
              clientId: AZURE.app,
              secrets: [{ value: AZURE.password }],
              federated: [{ issuer: ISSUER, subject: `system:serviceaccount:${TEAM}:robot` }],
            },
          ],
        },
      ],
      vaults: [{ name: 'team', tenantId: AZURE.tenant, access: { [AZURE.app]: 'all' } }],
      registries: [{ name: 'team', tenantId: AZURE.tenant, access: { [AZURE.app]: ['pull'] } }],
    });
    const scratch = await mkdtemp(join(tmpdir(), 'rights-'));
    const authority = join(scratch, 'ca.crt');
    await writeFile(authority, azure.ca);
    const proxied = { HTTPS_PROXY: azure.proxyUrl, NO_PROXY: '127.0.0.1', NODE_EXTRA_CA_CERTS: authority };
    const aws = Object.fromEntries(
      ['SECRETSMANAGER', 'SSM', 'STS', 'ECR'].map((service) => [`AWS_${service}_ENDPOINT`, moto.url]),
    );
    const system = await System.start(
      {
        tenants: [TEAM],
        providers: { fake: {}, aws: { env: aws }, azure: { env: proxied } },
        providersAnywhere: true,
      },
      async (cluster) => {
        for (const namespace of [ESO_NAMESPACE, TEAM, VAULT, ...PROVIDERS.map((name) => `provider-${name}`)])
          await cluster.ensureNamespace(namespace);
        await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: await placedRights() }));
        await cluster.apply(PEOPLE);
      },
      { audit: true, apiServerFlags: ['--enable-admission-plugins=OwnerReferencesPermissionEnforcement'] },
    );
    const published = JSON.parse(await system.kubectl('get', '--raw', '/openid/v1/jwks')) as IssuerKeys;
    azure.directory.trustIssuer(ISSUER, published);
    const core = await system.own.cluster.clientFor({ namespace: ESO_NAMESPACE, name: 'external-secrets' });
    return new World({ system, core, azure, moto, scratch });
  }

  requests(): Promise<AuditedRequest[]> {
    return auditedRequests(this.system.own.controlPlane.dir);
  }

  /** A client of a provider that shows core's certificate. */
  async client(name: ProviderName): Promise<TestProviderClient> {
    const known = this.#clients.get(name);
    if (known) return known;
    const shown = await eventually(async () => (await this.system.values(ESO_NAMESPACE, CLIENT_TLS_SECRET)) ?? {});
    const client = connectToProvider({
      host: '127.0.0.1',
      port: this.system.installation.providers[name]?.ports['grpc'] ?? 0,
      serverName: `provider-${name}.provider-${name}.svc`,
      ca: shown['ca.crt'] ?? '',
      cert: shown['tls.crt'] ?? '',
      key: shown['tls.key'] ?? '',
    });
    this.#clients.set(name, client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    await this.system.stop();
    await this.azure.stop();
    await this.#moto.stop();
    await rm(this.#scratch, { recursive: true });
  }
}

/** Who scrapes metrics, and somebody who may not. */
const PEOPLE = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: scraper, namespace: ${TEAM} }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: stranger, namespace: ${TEAM} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: scraper }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: external-secrets-metrics-reader }
subjects: [{ kind: ServiceAccount, name: scraper, namespace: ${TEAM} }]
`;
