import { PkiError } from './error.ts';

/** DNS domain of a cluster that was given no other. */
export const DEFAULT_CLUSTER_DOMAIN = 'cluster.local';
/** Trust domain of identities that were given no other: that of `@eso/api/tls`, which this library may not import. */
export const DEFAULT_TRUST_DOMAIN = 'external-secrets.io';

/** A Service that a provider answers on. */
export interface ServiceName {
  service: string;
  namespace: string;
}

/** Whom a leaf names, and in which role it is used. */
export type LeafIdentity =
  | {
      role: 'server';
      /** What stands in the certificate's names, and what core verifies: `<service>.<namespace>.svc`. */
      verifiedName: string;
      dnsNames: readonly string[];
      uri: string;
      subject: { organization: string; unit?: string; commonName: string };
    }
  | {
      role: 'client';
      dnsNames: readonly [];
      uri: string;
      subject: { organization: string; unit?: string; commonName: string };
    };

/**
 * Identity of the server key pair of one Service: the four names under which a pod reaches it, and
 * `spiffe://<trust domain>/provider/<namespace>/<service>`. The bare name stands there for compatibility; core verifies
 * `<service>.<namespace>.svc` alone.
 * @throws PkiError NAME_INVALID
 */
export function serverIdentity(
  { service, namespace }: ServiceName,
  { clusterDomain = DEFAULT_CLUSTER_DOMAIN, trustDomain = DEFAULT_TRUST_DOMAIN },
): LeafIdentity {
  checkLabel('Service name', service);
  checkLabel('namespace', namespace);
  checkClusterDomain(clusterDomain);
  checkTrustDomain(trustDomain);
  const verifiedName = `${service}.${namespace}.svc`;
  return {
    role: 'server',
    verifiedName,
    dnsNames: [service, `${service}.${namespace}`, verifiedName, `${verifiedName}.${clusterDomain}`],
    uri: `spiffe://${trustDomain}/provider/${namespace}/${service}`,
    // Each part fits the 64 characters that RFC 5280 allows it; the full name would not.
    subject: { organization: 'external-secrets.io provider', unit: namespace, commonName: service },
  };
}

/**
 * Identity of core towards providers: `spiffe://<trust domain>/core`.
 * @throws PkiError NAME_INVALID
 */
export function clientIdentity({ trustDomain = DEFAULT_TRUST_DOMAIN }: { trustDomain?: string } = {}): LeafIdentity {
  checkTrustDomain(trustDomain);
  return {
    role: 'client',
    dnsNames: [],
    uri: `spiffe://${trustDomain}/core`,
    subject: { organization: 'external-secrets.io', commonName: 'core' },
  };
}

/** @throws PkiError NAME_INVALID unless it is a lower-case DNS name as a cluster may have it */
export function checkClusterDomain(domain: string): void {
  const labels = domain.split('.');
  if (domain.length <= 120 && labels.every((label) => DNS_LABEL.test(label))) return;
  throw new PkiError('NAME_INVALID', `cluster domain ${JSON.stringify(domain)} is no DNS name such as cluster.local`);
}

/** @throws PkiError NAME_INVALID unless it is a SPIFFE trust domain (SPIFFE-ID §2.1): lower case, digits, dot, dash, underscore */
export function checkTrustDomain(domain: string): void {
  if (/^[a-z0-9._-]{1,255}$/.test(domain)) return;
  throw new PkiError('NAME_INVALID', `trust domain ${JSON.stringify(domain)} is none such as external-secrets.io`);
}

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

function checkLabel(what: string, text: string): void {
  if (!DNS_LABEL.test(text)) throw new PkiError('NAME_INVALID', `${what} ${JSON.stringify(text)} is no DNS label`);
}
