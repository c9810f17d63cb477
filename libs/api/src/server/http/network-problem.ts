import { errorText, isError } from '@eso/runtime';
import { classifyTlsError, type TlsProblem } from '../../tls/classify.ts';
import { HttpFault, type HttpFaultCode } from './http-fault.ts';
import type { ErrorCode } from '../../contract/codes.ts';

/** Why there is no answer, in words that follow the name of the host. */
export interface NetworkProblem {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly nextStep: string;
  /** Whether the same request may succeed a moment later. */
  readonly transient: boolean;
  /** Whether it is certain that the server has not seen the request. */
  readonly unsent: boolean;
}

const REACH = 'check that it runs and listens there, and that the network policies let the provider reach it';
const DNS = "correct the host name, or check the cluster's DNS";

function network(problem: string, nextStep = REACH, { transient = true, unsent = false } = {}): NetworkProblem {
  return { code: 'BACKEND_UNAVAILABLE', problem, nextStep, transient, unsent };
}

const unsent = { unsent: true };
const lasting = { transient: false };

/** By the names that Node gives to errors of sockets, resolver and HTTP parser. */
const bySystemCode: Readonly<Record<string, NetworkProblem>> = {
  ECONNREFUSED: network('refuses connections', REACH, unsent),
  ENOTFOUND: network('is a name that does not exist', DNS, { unsent: true, transient: false }),
  EAI_AGAIN: network('is a name that cannot be resolved at the moment', DNS, unsent),
  EAI_FAIL: network('is a name that cannot be resolved at the moment', DNS, unsent),
  EHOSTUNREACH: network('cannot be reached: there is no way to its address', REACH, unsent),
  ENETUNREACH: network('cannot be reached: there is no way to its network', REACH, unsent),
  ETIMEDOUT: network('cannot be reached: it did not answer in time'),
  ECONNRESET: network(
    'closed the connection before it had answered',
    `${REACH}; a server that does not trust a client certificate may do so, too`,
  ),
  EPIPE: network('closed the connection before it had read the request'),
  ERR_PROXY_TUNNEL: network(
    'cannot be reached through the proxy',
    'check HTTPS_PROXY and NO_PROXY of the provider, and the proxy',
    unsent,
  ),
  HPE_HEADER_OVERFLOW: network('answers with headers that are too large', REACH, lasting),
};
const notHttp = network('answers with what is not HTTP', 'check the port, and whether it is https or http', lasting);

const byFault: Readonly<Record<HttpFaultCode, (fault: HttpFault) => NetworkProblem>> = {
  TIMEOUT: ({ message }) => ({ ...network(`gave ${message}`), code: 'TIMEOUT' }),
  CONNECT_TIMEOUT: ({ message }) => network(`cannot be reached: ${message}`, REACH, unsent),
  BROKE_OFF: () => network('closed the connection in the middle of its answer'),
  TOO_LARGE: ({ message }) => ({
    ...network(`was not read to the end: ${message}`, 'ask for less at once', lasting),
    code: 'LIMIT_EXCEEDED',
  }),
  ENCODED: ({ message }) =>
    network(`was not understood: ${message}`, 'check what stands between the provider and the backend', lasting),
  CLOSED: () => ({ ...network('was not asked: the backend has been closed', 'nothing', unsent), code: 'CANCELED' }),
  TLS_MATERIAL: ({ message }) => ({
    ...network(`was not asked: ${message}`, 'check that they are PEM, and that the key is that of the certificate', {
      transient: false,
      unsent: true,
    }),
    code: 'CREDENTIALS_UNUSABLE',
  }),
};

const MAX_CAUSES = 8;

/** @returns undefined for what is neither of the network nor of TLS. */
export function networkProblem(thrown: unknown): NetworkProblem | undefined {
  let current: unknown = thrown;
  for (let depth = 0; depth < MAX_CAUSES && isError(current); depth++, current = current.cause) {
    if (current instanceof HttpFault) return byFault[current.code](current);
    const found = ofCode((current as { code?: unknown }).code) ?? ofParts(current);
    if (found) return found;
  }
  const tls = classifyTlsError(thrown);
  return tls && tlsProblem(tls, thrown);
}

function ofCode(code: unknown): NetworkProblem | undefined {
  if (typeof code !== 'string') return undefined;
  const known = Object.hasOwn(bySystemCode, code) ? bySystemCode[code] : code.startsWith('HPE_') ? notHttp : undefined;
  return known && { ...known, problem: `${known.problem} [${code}]` };
}

/** Connecting to several addresses fails with an error whose parts say why. */
function ofParts(error: Error): NetworkProblem | undefined {
  const parts = 'errors' in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : [];
  return parts.map((part) => ofCode((part as { code?: unknown } | null)?.code)).find(Boolean);
}

function tlsProblem({ code, reason }: TlsProblem, thrown: unknown): NetworkProblem {
  const tls = (problem: string, nextStep: string): NetworkProblem =>
    network(`${problem} [${reason}]`, nextStep, lasting);
  switch (code) {
    case 'TLS_NAME_MISMATCH':
      return tls(
        'shows a certificate for another name',
        'use a name that stands in the certificate, or have one issued for the name in the URL',
      );
    case 'TLS_EXPIRED':
      return tls(
        'shows a certificate that is not valid at this time',
        "renew the server's certificate; check the clocks",
      );
    case 'TLS_UNTRUSTED':
      return tls(
        'shows a certificate that no trusted authority has signed',
        "give the certificate of the server's authority as caBundle or caProvider",
      );
    case 'CLIENT_REJECTED':
      return {
        ...(reason.endsWith('CERTIFICATE_REQUIRED')
          ? tls('demands a client certificate', 'give a client certificate and its key')
          : tls('does not accept the client certificate', 'give a client certificate that the server trusts')),
        code: 'CREDENTIALS_REJECTED',
      };
    case 'TLS_FAILED':
      return tlsFailure(`${reason} ${errorText(thrown)}`, tls);
  }
}

/** @param text looked at, never shown: some failures have no code but EPROTO, and OpenSSL's own words in the message. */
function tlsFailure(text: string, tls: (problem: string, nextStep: string) => NetworkProblem): NetworkProblem {
  if (/wrong.version.number|packet.length.too.long|http.request/i.test(text))
    return tls('does not speak TLS', 'check the port, and whether it is https or http');
  if (/unsupported.protocol|protocol.version/i.test(text))
    return tls('has no TLS version of 1.2 or later', 'enable TLS 1.2 or 1.3 on the server');
  return tls('broke the TLS handshake off', 'check its TLS settings, and whether it demands a client certificate');
}
