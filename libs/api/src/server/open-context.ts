import type { Logger } from '@eso/runtime';
import type { ApiCallMetrics } from './backends/api-call-metrics.ts';
import type { CredentialReader } from './credentials/credential-reader.ts';

/** The config object that a backend is opened for. */
export interface ConfigSource {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
}

/** The store that referred to the config object, as far as core said so. */
export interface StoreReference {
  /** Empty for a core that does not send it. */
  readonly kind: '' | 'Provider' | 'ClusterProvider' | 'SecretStore' | 'ClusterSecretStore';
  readonly name?: string;
  readonly uid?: string;
}

/** What a backend is opened with. */
export interface OpenContext<Config> {
  /** `spec` of the config object, checked by the API server against the kind's schema. */
  readonly config: Config;
  readonly source: ConfigSource;
  readonly store: StoreReference;
  /** Reads referenced Secrets. Ask it again at each login instead of keeping values: it caches by itself. */
  readonly credentials: CredentialReader;
  /** Counts calls to the backend's API. */
  readonly metrics: ApiCallMetrics;
  readonly logger: Logger;
  /** Aborts when the call that opens the backend gives up. */
  readonly signal: AbortSignal;
}
