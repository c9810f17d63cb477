import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@eso/runtime';
import { peerIdentity } from '../../tls/identity.ts';

/** What was decided about the peer of one connection. */
export type ClientVerdict =
  | { readonly kind: 'accepted'; readonly identity: string; readonly serial: string; readonly notAfterMs: number }
  /** `reason` is one of a fixed set: OpenSSL's name of the failure, or one of ours. It is a metric label. */
  | { readonly kind: 'rejected'; readonly reason: string };

/** The part of a TLS socket that a client is verified by. */
export type PeerSocket = Pick<TLSSocket, 'authorized' | 'authorizationError' | 'getPeerX509Certificate'>;

/** Who is let in. */
export interface ClientGateOptions {
  /** The one URI identity that is accepted. */
  readonly acceptedClient: string;
  readonly clock: Clock;
}

/**
 * Judges clients by their certificate. The handshake is let through without a verdict of OpenSSL's, because a refused
 * handshake tells neither side why; so the verdict here is the only one, and everything unclear is a refusal.
 */
export class ClientGate {
  readonly #acceptedClient: string;
  readonly #clock: Clock;

  constructor({ acceptedClient, clock }: ClientGateOptions) {
    this.#acceptedClient = acceptedClient;
    this.#clock = clock;
  }

  /** Judges the peer of a finished handshake. */
  verify(socket: PeerSocket): ClientVerdict {
    try {
      const certificate = socket.getPeerX509Certificate();
      if (!certificate) return rejected('NO_CERTIFICATE');
      // `authorized` says: chain, validity, purpose and revocation were verified against the current trust.
      if (!(socket.authorized as unknown)) return rejected(reasonOf(socket.authorizationError));
      return this.#verifyIdentity(certificate);
    } catch {
      return rejected('NOT_VERIFIABLE');
    }
  }

  /** Judges again at each call: a connection may outlive the certificate it was opened with. */
  stillValid(verdict: ClientVerdict): ClientVerdict {
    return verdict.kind === 'accepted' && verdict.notAfterMs <= this.#clock.now()
      ? rejected('CERT_HAS_EXPIRED')
      : verdict;
  }

  #verifyIdentity(certificate: X509Certificate): ClientVerdict {
    const [identity, ...others] = peerIdentity(certificate);
    if (identity !== this.#acceptedClient || others.length > 0) return rejected('IDENTITY_NOT_ACCEPTED');
    return {
      kind: 'accepted',
      identity,
      serial: certificate.serialNumber,
      notAfterMs: certificate.validToDate.getTime(),
    };
  }
}

function rejected(reason: string): ClientVerdict {
  return { kind: 'rejected', reason };
}

/** Node declares an Error, but sets OpenSSL's code as a string. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : error;
  return typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code) ? code : 'NOT_VERIFIED';
}
