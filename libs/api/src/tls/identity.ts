import type { X509Certificate } from 'node:crypto';

/** Trust domain of an installation unless it sets its own. */
export const DEFAULT_TRUST_DOMAIN = 'external-secrets.io';

/** Identity (URI SAN) of core's client certificate, the one client a provider accepts. */
export function coreIdentity(trustDomain = DEFAULT_TRUST_DOMAIN): string {
  return `spiffe://${trustDomain}/core`;
}

/** Identity (URI SAN) of the provider behind a Service. */
export function providerIdentity(namespace: string, service: string, trustDomain = DEFAULT_TRUST_DOMAIN): string {
  return `spiffe://${trustDomain}/provider/${namespace}/${service}`;
}

/** Namespace and Service that a provider identity names, or undefined for any other URI. */
export function parseProviderIdentity(uri: string): { namespace: string; service: string } | undefined {
  const match = /^spiffe:\/\/[^/]+\/provider\/([^/]+)\/([^/]+)$/.exec(uri);
  const [, namespace, service] = match ?? [];
  return namespace && service ? { namespace, service } : undefined;
}

/** Subject alternative names of a certificate, by kind. */
export interface SubjectAltNames {
  readonly uris: string[];
  readonly dns: string[];
}

/**
 * Reads a certificate's subject alternative names. Node writes a name that holds a separator as a quoted JSON string,
 * so that one name cannot pose as two (CVE-2021-44532); splitting at commas would undo that.
 */
export function subjectAltNames(certificate: Pick<X509Certificate, 'subjectAltName'>): SubjectAltNames {
  const names: SubjectAltNames = { uris: [], dns: [] };
  const entries = (certificate.subjectAltName ?? '').matchAll(/(?:^|, )([^:,"]+):("(?:[^"\\]|\\.)*"|[^,]*)/gy);
  for (const [, kind, text = ''] of entries) {
    const name = text.startsWith('"') ? (JSON.parse(text) as string) : text;
    if (kind === 'URI') names.uris.push(name);
    else if (kind === 'DNS') names.dns.push(name);
  }
  return names;
}

/** The identities (URI SANs) of a peer's certificate. A SPIFFE certificate has exactly one; callers refuse any other number. */
export function peerIdentity(certificate: Pick<X509Certificate, 'subjectAltName'>): string[] {
  return subjectAltNames(certificate).uris;
}
