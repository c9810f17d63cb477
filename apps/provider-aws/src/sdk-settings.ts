import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';

/** Attempts of one API call, the first one included; the SDK waits up to a few hundred milliseconds in between. */
const MAX_ATTEMPTS = 3;
const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** Endpoints that replace AWS's own, from the environment of the process: how an emulator or a VPC endpoint is reached. */
export interface Endpoints {
  readonly secretsManager?: string;
  readonly sts?: string;
}

/** Reads `AWS_SECRETSMANAGER_ENDPOINT` and `AWS_STS_ENDPOINT`. */
export function endpointsFrom(env: Readonly<Record<string, string | undefined>>): Endpoints {
  const { AWS_SECRETSMANAGER_ENDPOINT: secretsManager, AWS_STS_ENDPOINT: sts } = env;
  return { ...(secretsManager ? { secretsManager } : {}), ...(sts ? { sts } : {}) };
}

/** Credentials as the SDK asks for them. */
export type Credentials = Exclude<Awaited<ReturnType<CredentialProvider>>, undefined>;
export type CredentialProvider = Extract<
  NonNullable<SecretsManagerClientConfig['credentials']>,
  (...input: never[]) => unknown
>;

/**
 * What every client of the SDK is made with. Everything that the SDK would otherwise look up in files and in the environment
 * of the process is given, so that no config object works with settings that are not its own.
 */
export function sdkSettings(region: string, endpoint: string | undefined, credentials: CredentialProvider) {
  return {
    region,
    credentials,
    maxAttempts: MAX_ATTEMPTS,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    userAgentAppId: 'external-secrets',
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...(endpoint === undefined ? {} : { endpoint }),
  } as const satisfies SecretsManagerClientConfig;
}
