import http from 'node:http';
import https from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { HttpFault } from './http-fault.ts';
import type { HttpTls, ResolvedHttpOptions } from './http-options.ts';

/** Connections that were made with one set of TLS material. */
export interface HttpAgents {
  agentFor(protocol: string): http.Agent;
  /** Closes its connections now. */
  destroy(): void;
}

/** @throws HttpFault TLS_MATERIAL */
export function createHttpAgents(tls: HttpTls, options: ResolvedHttpOptions): HttpAgents {
  const shared = {
    keepAlive: true,
    maxSockets: options.maxConnections,
    maxFreeSockets: options.maxConnections,
    // Of idle connections; one that is in use has the timeout of its exchange.
    timeout: options.keepAliveMs,
    scheduling: 'lifo',
    // Empty, not absent: a process may be started with the environment's proxies for every agent that says nothing.
    proxyEnv: options.proxy === 'environment' ? process.env : {},
  } as const;
  const secure = new https.Agent({
    ...shared,
    secureContext: secureContext(tls),
    // Said here, so that no NODE_TLS_REJECT_UNAUTHORIZED can say otherwise.
    rejectUnauthorized: true,
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
  });
  const plain = new http.Agent(shared);
  return {
    agentFor: (protocol) => (protocol === 'https:' ? secure : plain),
    destroy: () => {
      secure.destroy();
      plain.destroy();
    },
  };
}

/** Whether connections made with one are as good as those made with the other. */
export function sameTls(a: HttpTls, b: HttpTls): boolean {
  const text = (part: string | Uint8Array | undefined): string | undefined =>
    part === undefined || typeof part === 'string' ? part : Buffer.from(part).toString('latin1');
  return (
    a.ca === b.ca &&
    a.serverName === b.serverName &&
    text(a.clientCertificate?.cert) === text(b.clientCertificate?.cert) &&
    text(a.clientCertificate?.key) === text(b.clientCertificate?.key)
  );
}

/** Parsed once, not for each connection. */
function secureContext({ ca, clientCertificate }: HttpTls): SecureContext {
  const bytes = (part: string | Uint8Array): string | Buffer => (typeof part === 'string' ? part : Buffer.from(part));
  try {
    return createSecureContext({
      // TLS 1.3 wherever the server has it; backends with nothing but 1.2 are still about (RFC 9325).
      minVersion: 'TLSv1.2',
      ...(ca !== undefined && { ca }),
      ...(clientCertificate && { cert: bytes(clientCertificate.cert), key: bytes(clientCertificate.key) }),
    });
  } catch (cause) {
    throw new HttpFault('TLS_MATERIAL', 'certificate, key or authority cannot be used', { cause });
  }
}
