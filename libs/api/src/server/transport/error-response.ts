import type { ConnectError } from '@connectrpc/connect';
import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { toConnectError } from '../../contract/error-wire.ts';
import { ProviderError } from '../../contract/provider-error.ts';

/** Answers a call with a status alone, before any routing. */
export function respondWithError(stream: ServerHttp2Stream, error: ProviderError | ConnectError): void {
  endWith(stream, statusHeaders(error));
}

/** Answers what is no gRPC with a status of HTTP's alone (gRPC over HTTP/2: 415 for another content type). */
export function respondWithHttpStatus(stream: ServerHttp2Stream, status: number): void {
  endWith(stream, { ':status': status });
}

/** The headers of an answer that is nothing but a status: "Trailers-Only" in gRPC's words. */
export function statusHeaders(error: ProviderError | ConnectError): Readonly<Record<string, string>> {
  return { ':status': '200', 'content-type': 'application/grpc+proto', ...statusFields(error) };
}

/** The fields of a status, in headers or trailers. */
export function statusFields(error: ProviderError | ConnectError): Readonly<Record<string, string>> {
  return Object.fromEntries(
    setTrailerStatus(new Headers(), error instanceof ProviderError ? toConnectError(error) : error),
  );
}

function endWith(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  stream.on('error', () => undefined);
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(headers, { endStream: true });
  // The request's body is not wanted, but unread it would hold up the connection's flow control.
  stream.resume();
}

/** What a client that is not accepted is told. */
export function clientRejected(reason: string): ProviderError {
  return new ProviderError(
    'CLIENT_REJECTED',
    `the provider does not accept the client certificate: ${explain(reason)}`,
  );
}

/** What a call to an unknown method gets; gRPC asks for Unimplemented. */
export function unknownMethod(): ProviderError {
  return new ProviderError('UNSUPPORTED', 'this provider has no such method');
}

function explain(reason: string): string {
  switch (reason) {
    case 'NO_CERTIFICATE':
      return 'none was presented';
    case 'IDENTITY_NOT_ACCEPTED':
      return 'it is for another identity';
    case 'CERT_HAS_EXPIRED':
      return 'it has expired';
    case 'CERT_NOT_YET_VALID':
      return 'it is not valid yet';
    case 'CERT_REVOKED':
      return 'it is revoked';
    case 'CRL_HAS_EXPIRED':
      return 'the revocation list has expired';
    case 'INVALID_PURPOSE':
      return 'it is not for client authentication';
    default:
      return `it is not signed by the trusted certificate authority (${reason})`;
  }
}
