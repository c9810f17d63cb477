import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IssuerKeys, type KeyVaultServer, startKeyVault } from '@eso/key-vault-server';
import type { TestCluster } from '@eso/testing';
import { type BackendEntry, textOf } from './corpus.ts';

/** As the manifests of the corpus have them. */
const TENANT = '00000000-0000-0000-0000-000000000001';
const APP = '00000000-0000-0000-0000-000000000002';
const PASSWORD = 'made-up-client-secret';
const VAULT = 'corpus';
/** Of tokens of the test clusters' ServiceAccounts. */
const ISSUER = 'https://kubernetes.default.svc.cluster.local';
/** ServiceAccounts that the app trusts. */
const SUBJECTS = ['system:serviceaccount:workload-identity:vault-reader'];

/** One vault for all stores of the corpus that need one, with an app that may read it. */
export class AzureAccount {
  readonly #server: KeyVaultServer;
  readonly #folder: string;
  #versions = 0;

  private constructor(server: KeyVaultServer, folder: string) {
    this.#server = server;
    this.#folder = folder;
  }

  /** @param cluster whose ServiceAccounts the app trusts, asked for its keys at each login */
  static async start(cluster: () => TestCluster): Promise<AzureAccount> {
    const raw = async (path: string): Promise<unknown> =>
      JSON.parse((await cluster().kubectl('get', '--raw', path)).stdout);
    const federated = SUBJECTS.map((subject) => ({ issuer: ISSUER, subject }));
    const server = await startKeyVault({
      tenants: [{ id: TENANT, apps: [{ clientId: APP, secrets: [{ value: PASSWORD }], federated }] }],
      vaults: [{ name: VAULT, tenantId: TENANT, access: { [APP]: 'all' } }],
    });
    const keys = (async () => raw('/openid/v1/jwks')) as IssuerKeys;
    server.directory.trustIssuer(ISSUER, keys);
    const folder = await mkdtemp(join(tmpdir(), 'azure-'));
    await writeFile(join(folder, 'ca.crt'), server.ca);
    return new AzureAccount(server, folder);
  }

  /** What leads the provider's process out of the cluster: a proxy, and an authority of the administrator's own. */
  get env(): Record<string, string> {
    return {
      HTTPS_PROXY: this.#server.proxyUrl,
      NO_PROXY: '127.0.0.1',
      NODE_EXTRA_CA_CERTS: join(this.#folder, 'ca.crt'),
    };
  }

  /** Puts a secret into the vault. */
  put({ key, value, tags = {} }: BackendEntry): void {
    const id = String(++this.#versions).padStart(32, '0');
    const attributes = { enabled: true, created: 1, updated: 1 };
    this.#server
      .vault(VAULT)
      .secrets.add(key, { id, attributes, tags: { ...tags }, value: textOf(value), contentType: undefined });
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await rm(this.#folder, { recursive: true });
  }
}
