import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ClientSecretCredential } from '@azure/identity';
import { CertificateClient } from '@azure/keyvault-certificates';
import { KeyClient } from '@azure/keyvault-keys';
import { SecretClient } from '@azure/keyvault-secrets';
import { type Code, ConnectError } from '@connectrpc/connect';
import { type ErrorCode, fromConnectError, type ProviderError } from '@eso/api/server';
import { startTestProvider, type TestCrd, type TestProvider, type TestProviderOptions } from '@eso/api/testing';
import { type Cloud, type KeyVaultServer, startKeyVault } from '@eso/key-vault-server';
import { createLogger } from '@eso/runtime';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { parse } from 'yaml';
import type { KeyVaultConfig } from '../config/key-vault.ts';
import { azureProvider } from '../definition.ts';
import { type RealVault, realVault } from './real-vault.ts';
import { ISSUER, ServiceAccountTokens } from './service-account-tokens.ts';

/** Tenant of the vault of the tests. */
export const TENANT = '11111111-1111-4111-8111-111111111111';
/** May do everything in the vault. */
export const APP = '22222222-2222-4222-8222-222222222222';
/** Can log in and may do nothing. */
export const NOBODY = '33333333-3333-4333-8333-333333333333';
/** The managed identity of the machine. */
export const MACHINE = '44444444-4444-4444-8444-444444444444';
/** A client secret of both apps. It stands in no answer, log or metric. */
export const PASSWORD = 'client-secret-of-the-tests';

const API_VERSION = 'provider.external-secrets.io/v2alpha1';
const STORE_API_VERSION = 'external-secrets.io/v1';
const CRDS = ['provider.external-secrets.io_keyvaults', 'generators.external-secrets.io_acraccesstokens'].map(
  (name) => new URL(`../../../../charts/provider-azure/files/crds/${name}.yaml`, import.meta.url),
);

/** What a failed call is answered with. */
export interface RefusedCall {
  readonly status: Code;
  readonly code: ErrorCode;
  readonly error: ProviderError;
}

/** The fields of a remote ref beside its key. */
export interface RestOfRef {
  readonly property?: string;
  readonly version?: string;
  readonly metadataPolicy?: 'None' | 'Fetch';
}

/** Fields of a config that are other than those of a working one; `undefined` leaves one out. */
export type ConfigChanges = { readonly [Field in keyof KeyVaultConfig]?: KeyVaultConfig[Field] | undefined };

/** Settings of the provider under test, and clouds beside those that everybody knows. */
export type AzureLabOptions = Partial<Pick<TestProviderOptions, 'ambientCredentials' | 'adminNamespaces' | 'clock'>> & {
  readonly clouds?: readonly Cloud[];
};

/** The provider behind its real server, over TLS, and a vault: one of the test server, or a real one. */
export class AzureLab {
  readonly azure: KeyVaultServer;
  readonly provider: TestProvider;
  readonly vaultUrl: string;
  /** Write into the vault, past the provider. */
  readonly secrets: SecretClient;
  readonly keys: KeyClient;
  readonly certificates: CertificateClient;
  /** Lines that the provider wrote to its log. */
  readonly log: string[];
  /** Issues the tokens of ServiceAccounts. */
  readonly tokens: ServiceAccountTokens;
  readonly #tls: TlsLab;
  readonly #real: RealVault | undefined;
  readonly #undo: () => void;
  readonly #stores = new Map<string, 'SecretStore' | 'ClusterSecretStore'>();

  private constructor(parts: {
    azure: KeyVaultServer;
    provider: TestProvider;
    tls: TlsLab;
    log: string[];
    tokens: ServiceAccountTokens;
    real: RealVault | undefined;
    undo: () => void;
  }) {
    const { azure, provider, tls, log, tokens, real, undo } = parts;
    this.azure = azure;
    this.provider = provider;
    this.log = log;
    this.tokens = tokens;
    this.#tls = tls;
    this.#real = real;
    this.#undo = undo;
    this.vaultUrl = real?.url ?? 'https://team-a.vault.azure.net';
    const credential = new ClientSecretCredential(
      real?.tenantId ?? TENANT,
      real?.clientId ?? APP,
      real?.clientSecret ?? PASSWORD,
    );
    this.secrets = new SecretClient(this.vaultUrl, credential);
    this.keys = new KeyClient(this.vaultUrl, credential);
    this.certificates = new CertificateClient(this.vaultUrl, credential);
  }

  /** Starts everything; the tenant's Secret `login` holds a login that may do everything. */
  static async start({ clouds = [], ...options }: AzureLabOptions = {}): Promise<AzureLab> {
    const real = realVault(process.env);
    const tokens = new ServiceAccountTokens();
    const azure = await startKeyVault({
      clouds,
      tenants: [
        {
          id: TENANT,
          apps: [
            {
              clientId: APP,
              secrets: [{ value: PASSWORD }, { value: 'expired', expiresAt: 1 }],
              federated: [{ issuer: ISSUER, subject: 'system:serviceaccount:team-a:robot' }],
            },
            {
              clientId: NOBODY,
              secrets: [{ value: PASSWORD }],
              federated: [{ issuer: ISSUER, subject: 'system:serviceaccount:team-a:robot' }],
            },
          ],
        },
      ],
      vaults: [{ name: 'team-a', tenantId: TENANT, access: { [APP]: 'all', [MACHINE]: 'all' } }],
      identities: [{ tenantId: TENANT, clientId: MACHINE, systemAssigned: true }],
    });
    azure.directory.trustIssuer(ISSUER, tokens.keys);
    const undo = real ? () => undefined : reach(azure);
    const tls = await TlsLab.create();
    const log: string[] = [];
    const provider = await startTestProvider({
      ...options,
      definition: azureProvider(),
      logger: createLogger({ name: 'azure', level: 'debug', destination: { write: (line) => void log.push(line) } }),
      crds: CRDS.map((file) => parse(readFileSync(file, 'utf8')) as TestCrd),
      kube: (objects) => tokens.over(objects),
      tls: {
        serverDir: await tls.directory(await tls.server()),
        clientDir: await tls.directory(await tls.client()),
        serverName: LAB_SERVER_NAME,
      },
    });
    const lab = new AzureLab({ azure, provider, tls, log, tokens, real, undo });
    lab.login('login', { clientId: real?.clientId ?? APP, clientSecret: real?.clientSecret ?? PASSWORD });
    return lab;
  }

  /** Writes a Secret with what a login needs. */
  login(name: string, data: Readonly<Record<string, string>>, namespace = 'team-a'): void {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    this.provider.objects.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name },
      data: Object.fromEntries(encoded) as Record<string, string>,
    });
  }

  /** Writes a ServiceAccount. */
  serviceAccount(name: string, annotations: Readonly<Record<string, string>> = {}, namespace = 'team-a'): void {
    this.provider.objects.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace, name, annotations },
    });
  }

  /** Takes an object of the tenant away. */
  remove(kind: string, name: string, namespace = 'team-a'): void {
    this.provider.objects.remove(kind, { namespace, name });
  }

  /** Writes a config object; what is not given is that of a working one with Secret `login`. */
  config(name: string, spec: ConfigChanges = {}, namespace = 'team-a'): void {
    this.provider.objects.apply({
      apiVersion: API_VERSION,
      kind: 'KeyVault',
      metadata: { namespace, name },
      spec: this.#spec(spec),
    });
  }

  /** Writes a store that holds its config; what is not given is that of a working one with Secret `login`. */
  store(
    kind: 'SecretStore' | 'ClusterSecretStore',
    name: string,
    azurekv: ConfigChanges = {},
    more: object = {},
  ): void {
    this.#stores.set(name, kind);
    this.provider.objects.apply({
      apiVersion: STORE_API_VERSION,
      kind,
      metadata: kind === 'SecretStore' ? { namespace: 'team-a', name } : { name },
      spec: { provider: { azurekv: this.#spec(azurekv) }, ...more },
    });
  }

  /** What every request says, for a config object, or for a store by its name. */
  request(config: string) {
    const kind = this.#stores.get(config);
    const providerRef = kind
      ? { apiVersion: STORE_API_VERSION, kind, name: config, storeRefKind: kind, storeName: config }
      : { apiVersion: API_VERSION, kind: 'KeyVault', name: config, storeRefKind: 'Provider' };
    return { providerRef, sourceNamespace: 'team-a' };
  }

  async bytes(config: string, key: string, rest: RestOfRef = {}): Promise<Buffer> {
    const remoteRef = { key, ...rest };
    const { value } = await this.provider.client.store.getSecret({ ...this.request(config), remoteRef });
    return Buffer.from(value);
  }

  async get(config: string, key: string, rest: RestOfRef = {}): Promise<string> {
    return (await this.bytes(config, key, rest)).toString();
  }

  async map(config: string, key: string, rest: RestOfRef = {}): Promise<Record<string, string>> {
    const remoteRef = { key, ...rest };
    return texts((await this.provider.client.store.getSecretMap({ ...this.request(config), remoteRef })).secrets);
  }

  async find(
    config: string,
    find: { readonly name?: { regexp: string }; readonly path?: string; readonly tags?: Record<string, string> },
  ): Promise<Record<string, string>> {
    return texts((await this.provider.client.store.getAllSecrets({ ...this.request(config), find })).secrets);
  }

  async exists(config: string, remoteKey: string): Promise<boolean> {
    const remoteRef = { remoteKey };
    return (await this.provider.client.store.secretExists({ ...this.request(config), remoteRef })).exists;
  }

  async stop(): Promise<void> {
    this.#undo();
    await this.provider.stop();
    await this.azure.stop();
    await this.#tls.remove();
  }

  #spec(changes: ConfigChanges): Record<string, unknown> {
    const working = {
      vaultUrl: this.vaultUrl,
      tenantId: this.#real?.tenantId ?? TENANT,
      authSecretRef: loginIn('login'),
    };
    return Object.fromEntries(Object.entries({ ...working, ...changes }).filter(([, value]) => value !== undefined));
  }
}

/** `authSecretRef` with client ID and client secret of a Secret. */
export function loginIn(name: string, namespace?: string): NonNullable<KeyVaultConfig['authSecretRef']> {
  const secret = { name, ...(namespace === undefined ? {} : { namespace }) };
  return { clientId: { ...secret, key: 'clientId' }, clientSecret: { ...secret, key: 'clientSecret' } };
}

/** How a call is refused. @throws Error when it is not */
export async function refusedCall(call: Promise<unknown>): Promise<RefusedCall> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => ConnectError.from(error),
  );
  if (!outcome) throw new Error('the call succeeded');
  const error = fromConnectError(outcome);
  return { status: outcome.code, code: error.code, error };
}

/**
 * Leads this process to the test server by the real names, as an administrator does with a proxy and an authority of his own.
 * @returns what leads it back
 */
export function reach(azure: KeyVaultServer): () => void {
  const authorities = getCACertificates();
  const before = { ...process.env };
  process.env['HTTPS_PROXY'] = azure.proxyUrl;
  process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = azure.metadataUrl;
  setDefaultCACertificates([...authorities, azure.ca]);
  return () => {
    setDefaultCACertificates(authorities);
    process.env = before;
  };
}

function texts(secrets: Readonly<Record<string, Uint8Array>>): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, Buffer.from(value).toString()]));
}
