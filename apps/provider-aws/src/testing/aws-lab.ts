import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type Code, ConnectError } from '@connectrpc/connect';
import { type ErrorCode, fromConnectError, type ProviderError } from '@eso/api/server';
import { startTestProvider, type TestObject, type TestProvider, type TestProviderOptions } from '@eso/api/testing';
import { createLogger } from '@eso/runtime';
import { LAB_SERVER_NAME, type Moto, type MotoOptions, startMoto, TlsLab } from '@eso/testing';
import type { Endpoints } from '../aws/endpoints.ts';
import type { AwsStoreConfig } from '../config/aws.ts';
import type { ParameterStoreConfig } from '../config/parameter-store.ts';
import type { SecretsManagerConfig } from '../config/secrets-manager.ts';
import { awsProvider } from '../definition.ts';

/** The region of every test. */
export const REGION = 'eu-central-1';
const API_VERSION = 'provider.external-secrets.io/v2alpha1';
const STORE_API_VERSION = 'external-secrets.io/v1';
const GENERATORS = 'generators.external-secrets.io/v1alpha1';

/** Kinds of stores that hold their config. */
export type InlineStoreKind = 'SecretStore' | 'ClusterSecretStore';

/** Kinds of generators. */
export type GeneratorName = 'ECRAuthorizationToken' | 'STSSessionToken';

/** Settings of the emulator, and what stands before it. */
export interface AwsLabOptions extends MotoOptions {
  /** Where the provider finds AWS, for tests that stand in between. Default: the emulator. */
  readonly endpoints?: (url: string) => Endpoints | Promise<Endpoints>;
  /** Settings of the provider beside those that the lab makes itself. */
  readonly provider?: Partial<Pick<TestProviderOptions, 'ambientCredentials' | 'adminNamespaces' | 'kube' | 'clock'>>;
}

/** What a failed call is answered with. */
export interface RefusedCall {
  readonly status: Code;
  readonly code: ErrorCode;
  readonly error: ProviderError;
}

/** The provider behind its real server, over TLS, with an AWS emulator as its backend. */
export class AwsLab {
  readonly moto: Moto;
  readonly provider: TestProvider;
  /** Writes into the emulator, past the provider. */
  readonly aws: SecretsManagerClient;
  /** As `aws`, for parameters. */
  readonly ssm: SSMClient;
  /** Lines that the provider wrote to its log. */
  readonly log: string[];
  readonly #tls: TlsLab;
  readonly #parameterStores = new Set<string>();
  /** Kinds of the stores that hold their config, by name. */
  readonly #stores = new Map<string, InlineStoreKind>();

  private constructor(parts: { moto: Moto; provider: TestProvider; tls: TlsLab; log: string[] }) {
    this.moto = parts.moto;
    this.provider = parts.provider;
    this.log = parts.log;
    this.#tls = parts.tls;
    this.aws = awsClient(this.moto);
    this.ssm = new SSMClient({ endpoint: this.moto.url, region: REGION, credentials: validKeys(this.moto) });
  }

  /** Starts everything; the tenant's Secret `keys` holds the emulator's valid access keys. */
  static async start(options: AwsLabOptions = {}): Promise<AwsLab> {
    const [moto, tls] = await Promise.all([startMoto(options), TlsLab.create()]);
    const endpoints = (await options.endpoints?.(moto.url)) ?? {
      secretsManager: moto.url,
      ssm: moto.url,
      sts: moto.url,
      ecr: moto.url,
    };
    const log: string[] = [];
    const provider = await startTestProvider({
      ...options.provider,
      definition: awsProvider({ endpoints }),
      logger: createLogger({ name: 'aws', destination: { write: (line) => void log.push(line) } }),
      tls: {
        serverDir: await tls.directory(await tls.server()),
        clientDir: await tls.directory(await tls.client()),
        serverName: LAB_SERVER_NAME,
      },
    });
    const lab = new AwsLab({ moto, provider, tls, log });
    lab.keys('keys', validKeys(moto));
    return lab;
  }

  /** Writes a Secret with access keys. */
  keys(
    name: string,
    keys: { readonly accessKeyId: string; readonly secretAccessKey: string },
    namespace = 'team-a',
  ): void {
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    this.provider.objects.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name },
      data: { id: encoded(keys.accessKeyId), secret: encoded(keys.secretAccessKey) },
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

  /** Writes a config object; what is not given is that of a working one with the keys of Secret `keys`. */
  config(name: string, spec: Partial<SecretsManagerConfig> = {}): void {
    const object: TestObject = {
      apiVersion: API_VERSION,
      kind: 'SecretsManager',
      metadata: { namespace: 'team-a', name },
      spec: { region: REGION, auth: keysIn('keys'), ...spec },
    };
    this.provider.objects.apply(object);
  }

  /** Writes a ParameterStore; what is not given is that of a working one with the keys of Secret `keys`. */
  parameterStore(name: string, spec: Partial<ParameterStoreConfig> = {}): void {
    this.#parameterStores.add(name);
    this.provider.objects.apply({
      apiVersion: API_VERSION,
      kind: 'ParameterStore',
      metadata: { namespace: 'team-a', name },
      spec: { region: REGION, auth: keysIn('keys'), ...spec },
    });
  }

  /** Writes a store that holds its config; what is not given is that of a working one with the keys of Secret `keys`. */
  store(kind: InlineStoreKind, name: string, aws: Partial<AwsStoreConfig> = {}, more: object = {}): void {
    this.#stores.set(name, kind);
    const config = { service: 'SecretsManager', region: REGION, auth: keysIn('keys'), ...aws };
    this.provider.objects.apply({
      apiVersion: STORE_API_VERSION,
      kind,
      metadata: kind === 'SecretStore' ? { namespace: 'team-a', name } : { name },
      spec: { provider: { aws: config }, ...more },
    });
  }

  /** What every request says, for a config object, or for a store by its name. */
  request(config: string) {
    const kind = this.#stores.get(config);
    if (kind) {
      const providerRef = { apiVersion: STORE_API_VERSION, kind, name: config, storeRefKind: kind, storeName: config };
      return { providerRef, sourceNamespace: 'team-a' };
    }
    const object = this.#parameterStores.has(config) ? 'ParameterStore' : 'SecretsManager';
    const providerRef = { apiVersion: API_VERSION, kind: object, name: config, storeRefKind: 'Provider' };
    return { providerRef, sourceNamespace: 'team-a' };
  }

  async get(config: string, key: string, rest: RestOfRef = {}): Promise<string> {
    const remoteRef = { key, ...rest };
    const { value } = await this.provider.client.store.getSecret({ ...this.request(config), remoteRef });
    return Buffer.from(value).toString();
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

  /** Writes a generator. */
  generator(kind: GeneratorName, name: string, spec: object, namespace = 'team-a'): void {
    this.provider.objects.apply({ apiVersion: GENERATORS, kind, metadata: { namespace, name }, spec });
  }

  /** What a generator makes for a namespace. */
  async generate(
    kind: GeneratorName | 'ClusterGenerator',
    name: string,
    sourceNamespace = 'team-a',
  ): Promise<Record<string, string>> {
    const generatorRef = { apiVersion: GENERATORS, kind, name };
    return texts((await this.provider.client.generator.generate({ generatorRef, sourceNamespace })).secrets);
  }

  async stop(): Promise<void> {
    this.aws.destroy();
    this.ssm.destroy();
    await this.provider.stop();
    await this.moto.stop();
    await this.#tls.remove();
  }
}

/** The fields of a remote ref beside its key. */
export interface RestOfRef {
  readonly property?: string;
  readonly version?: string;
  readonly metadataPolicy?: 'None' | 'Fetch';
}

/** `auth` with the access keys of a Secret. */
export function keysIn(name: string, namespace?: string): NonNullable<SecretsManagerConfig['auth']> {
  const secret = { name, ...(namespace === undefined ? {} : { namespace }) };
  return {
    secretRef: {
      accessKeyIDSecretRef: { ...secret, key: 'id' },
      secretAccessKeySecretRef: { ...secret, key: 'secret' },
    },
  };
}

/** Access keys that the emulator accepts. */
export function validKeys(moto: Moto): { accessKeyId: string; secretAccessKey: string } {
  return moto.credentials ?? { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'any' };
}

/** A client of the emulator; `accountId` chooses whose secrets it sees. */
function awsClient(moto: Moto): SecretsManagerClient {
  return new SecretsManagerClient({ endpoint: moto.url, region: REGION, credentials: validKeys(moto) });
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

function texts(secrets: Readonly<Record<string, Uint8Array>>): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, Buffer.from(value).toString()]));
}
