import { isIP } from 'node:net';

/** A provider process as the cluster knows it: one port of one Service. */
export interface ServiceAddress {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

/** `problem` says what is wrong with the text, `nextStep` what to write. */
export type ParsedAddress =
  | { readonly kind: 'service'; readonly address: ServiceAddress }
  | { readonly kind: 'invalid'; readonly problem: string; readonly nextStep: string };

/** One label of a DNS name as Kubernetes takes it for Services and namespaces (RFC 1123). */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const PORT = /^[1-9][0-9]{0,4}$/;
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const SAMPLE = '<service>.<namespace>.svc:<port>';

/**
 * Reads `spec.address`: `<service>.<namespace>.svc[.<cluster domain>]:<port>`, with an optional `grpc://` or `grpcs://`
 * in front. Everything else is refused, because the name that is verified in the provider's certificate is computed from
 * the Service and never from this text (threat model T4): a host that only looks like a Service must not reach a dialler.
 */
export function parseAddress(text: string, clusterDomain: string): ParsedAddress {
  const scheme = SCHEME.exec(text)?.[1];
  if (scheme !== undefined && scheme !== 'grpc' && scheme !== 'grpcs')
    return invalid(`scheme ${quote(scheme)} is not supported`, `Write ${SAMPLE} without a scheme`);
  const authority = scheme === undefined ? text : text.slice(scheme.length + 3);

  const form = formProblem(authority);
  if (form) return form;
  const colon = authority.lastIndexOf(':');
  const host = authority.slice(0, colon);
  const port = authority.slice(colon + 1);
  if (!PORT.test(port) || Number(port) > 65_535)
    return invalid(`port ${quote(port)} is not a number from 1 to 65535`, `Write the Service's port number: ${SAMPLE}`);
  return parseHost(host, Number(port), clusterDomain);
}

/** `<namespace>/<service>:<port>`: how endpoints are named in the pool, in metrics and in the overrides file. */
export function endpointId(address: ServiceAddress): string {
  return `${address.namespace}/${address.service}:${String(address.port)}`;
}

/** The DNS name that the provider's certificate has to carry. */
export function serverName(address: ServiceAddress): string {
  return `${address.service}.${address.namespace}.svc`;
}

function formProblem(authority: string): ParsedAddress | undefined {
  if (authority === '') return invalid('it is empty', `Write ${SAMPLE}`);
  // Before anything is compared: look-alike letters of other scripts must not get near a name check.
  if (!/^[\x21-\x7e]+$/.test(authority))
    return invalid(
      'it has blanks or characters outside ASCII',
      `Write ${SAMPLE} with the names of the Service and its namespace`,
    );
  if (authority.includes('@')) return invalid('user information (before "@") is not supported', `Write ${SAMPLE}`);
  if (/[/?#\\%]/.test(authority)) return invalid('a path, a query or an escape is not supported', `Write ${SAMPLE}`);
  if (isIP(authority) !== 0 || /^\[.*\](:|$)/.test(authority) || isIP(authority.replace(/:[^:]*$/, '')) !== 0)
    return invalid('IP addresses are not supported', `Write the name of the provider's Service: ${SAMPLE}`);
  if (!authority.includes(':')) return invalid('the port is missing', `Write ${SAMPLE}`);
  return undefined;
}

function parseHost(host: string, port: number, clusterDomain: string): ParsedAddress {
  if (host.endsWith('.')) return invalid(`host ${quote(host)} ends with a dot`, `Write it without: ${SAMPLE}`);
  if (host !== host.toLowerCase())
    return invalid(`host ${quote(host)} has upper-case letters`, `Write it in lower case: ${SAMPLE}`);
  const labels = host.split('.');
  const [service, namespace, svc, ...domain] = labels;
  if (labels.some((label) => label.startsWith('xn--')))
    return invalid(
      `host ${quote(host)} is an internationalised name`,
      `Write the name of the provider's Service: ${SAMPLE}`,
    );
  if (labels.length < 3 || svc !== 'svc' || service === undefined || namespace === undefined)
    return invalid(`host ${quote(host)} does not name a Service`, `Write ${SAMPLE}`);
  if (domain.length > 0 && domain.join('.') !== clusterDomain)
    return invalid(`host ${quote(host)} is outside the cluster's domain ${quote(clusterDomain)}`, `Write ${SAMPLE}`);
  if (!LABEL.test(service) || !LABEL.test(namespace))
    return invalid(`host ${quote(host)} has a part that cannot be a Service or namespace name`, `Write ${SAMPLE}`);
  return { kind: 'service', address: { namespace, service, port } };
}

function invalid(problem: string, nextStep: string): ParsedAddress {
  return { kind: 'invalid', problem, nextStep: `${nextStep}.` };
}

/** User text inside a message: quoted, and short enough not to hide the rest. */
function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
