import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { GeneratorProvider } from '../gen/generator/v1/generator_pb.js';
import { Health } from '../gen/grpc/health/v1/health_pb.js';
import { StoreExtensionService } from '../gen/provider/ext/v1alpha1/ext_pb.js';
import { SecretStoreProvider } from '../gen/provider/v1/provider_pb.js';

/** Where a provider listens and what a client shows and trusts. */
export interface ProviderClientOptions {
  readonly host: string;
  readonly port: number;
  /** Name that the provider's certificate has to carry: `<service>.<namespace>.svc`. */
  readonly serverName: string;
  /** PEM of the certificate authorities that are trusted. */
  readonly ca: string;
  /** PEM. Absent: no client certificate is shown. */
  readonly cert?: string;
  /** PEM. */
  readonly key?: string;
}

/** Plain generated clients over one connection, without retries, pools or breakers: what a test wants to see the wire through. */
export interface TestProviderClient {
  readonly store: Client<typeof SecretStoreProvider>;
  readonly extension: Client<typeof StoreExtensionService>;
  readonly generator: Client<typeof GeneratorProvider>;
  readonly health: Client<typeof Health>;
  /** Ends the connection. */
  close(): void;
}

/** A client for tests of a provider. It connects at its first call. */
export function connectToProvider(options: ProviderClientOptions): TestProviderClient {
  const { host, port, serverName, ca, cert, key } = options;
  const baseUrl = `https://${host}:${port}`;
  const sessionManager = new Http2SessionManager(
    baseUrl,
    {},
    { ca, servername: serverName, ...(cert ? { cert } : {}), ...(key ? { key } : {}), minVersion: 'TLSv1.3' },
  );
  const transport = createGrpcTransport({ baseUrl, sessionManager, defaultTimeoutMs: 10_000 });
  return {
    store: createClient(SecretStoreProvider, transport),
    extension: createClient(StoreExtensionService, transport),
    generator: createClient(GeneratorProvider, transport),
    health: createClient(Health, transport),
    close: () => sessionManager.abort(),
  };
}
