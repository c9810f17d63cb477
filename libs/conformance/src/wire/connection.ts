import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { compressionBrotli, compressionGzip, createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { GeneratorProvider, Health, SecretStoreProvider, StoreExtensionService } from '@eso/api/stubs';
import type { ClientCredentials } from './credentials.ts';

/** Where a provider listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Name that its certificate has to carry. */
  readonly serverName: string;
}

/** How one connection is made. */
export interface ConnectionOptions {
  readonly address: Address;
  readonly credentials: ClientCredentials;
  readonly interceptors?: readonly Interceptor[];
  /** Whether compressed answers are offered to be read, as no core does today. Default false. */
  readonly compression?: boolean;
  /** Milliseconds for one call that sets no deadline of its own. Default 20,000. */
  readonly callTimeoutMs?: number;
}

/** Generated clients over one connection. */
export interface Connection {
  readonly store: Client<typeof SecretStoreProvider>;
  readonly extension: Client<typeof StoreExtensionService>;
  readonly generator: Client<typeof GeneratorProvider>;
  readonly health: Client<typeof Health>;
  /** Cuts it, with whatever is under way. */
  close(): void;
}

/** A connection that is made at its first call. */
export function connectTo(options: ConnectionOptions): Connection {
  const { address, credentials, interceptors = [], compression = false, callTimeoutMs = 20_000 } = options;
  const baseUrl = `https://${address.host}:${address.port}`;
  const sessions = new Http2SessionManager(baseUrl, {}, tlsOptions(address, credentials));
  const transport = createGrpcTransport({
    baseUrl,
    sessionManager: sessions,
    defaultTimeoutMs: callTimeoutMs,
    acceptCompression: compression ? [compressionGzip, compressionBrotli] : [],
    interceptors: [...interceptors],
  });
  return {
    store: createClient(SecretStoreProvider, transport),
    extension: createClient(StoreExtensionService, transport),
    generator: createClient(GeneratorProvider, transport),
    health: createClient(Health, transport),
    close: () => sessions.abort(),
  };
}

/** What TLS of a client of ours looks like. */
export function tlsOptions({ serverName }: Address, { ca, cert, key }: ClientCredentials) {
  return {
    ca,
    servername: serverName,
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    minVersion: 'TLSv1.3' as const,
  };
}
