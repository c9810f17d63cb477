import type { ListenAddress } from './address.ts';
import type { Logger } from './logger.ts';
import type { Registry } from './metrics.ts';
import type { RequestTarget } from './request-target.ts';

/** A running HTTP listener. */
export interface Listener {
  host: string;
  /** The real port, also when 0 was asked for. */
  port: number;
  /** Connections from now on see this certificate. Without effect where TLS is not spoken. @throws Error for no certificate and key */
  setCertificate(certificate: ServerCertificate): void;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

/** What a listener shows over TLS; both in PEM. */
export interface ServerCertificate {
  /** The certificate, and those between it and its authority. */
  readonly cert: string;
  readonly key: string;
}

/** Whether a client may have what it asks for. */
export type Admission = 'admitted' | 'unauthorized' | 'forbidden' | 'too_many_reviews';

/** What is known of a request before it is answered. */
export interface AdmissionRequest extends RequestTarget {
  /** The header, as it was sent. */
  readonly authorization: string | undefined;
}

/** Why something that a client sent was not served: the label `reason`. */
export type RefusalReason =
  | 'malformed'
  | 'headers_too_large'
  | 'timeout'
  | 'method'
  | 'path'
  | 'body'
  | 'upgrade'
  | 'expect'
  | 'too_many_requests'
  | 'too_many_connections'
  | 'broken_connection'
  | 'handshake'
  | 'unauthorized'
  | 'forbidden'
  | 'too_many_reviews'
  | 'failed';

/** What a client gets. */
export interface Page {
  readonly status: number;
  readonly type: string;
  /** A page that many ask for at the same time is one piece of memory where these are bytes. */
  readonly body: string | Buffer;
}

/** What is served, and where. */
export interface HttpListenerOptions {
  /** What it is for: the label `listener`, and in messages. */
  readonly name: string;
  readonly address: ListenAddress;
  readonly registry: Registry;
  readonly logger: Logger;
  /** The page of a GET or HEAD; undefined when there is none at that path. May throw. */
  readonly page: (target: RequestTarget) => Page | undefined | Promise<Page>;
  /** Judges each request before there is a page. May throw. Default: all are admitted. */
  readonly admit?: ((request: AdmissionRequest) => Promise<Admission>) | undefined;
  /** Speaks TLS, 1.2 or newer, with this certificate. Default: plain HTTP. */
  readonly tls?: ServerCertificate | undefined;
}
