import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import type { Clock } from '@eso/runtime';
import { type CertificateAuthority, checkAuthorityCurrent } from './authority.ts';
import { buildCertificate, extension, keyIdentifier } from './build-certificate.ts';
import { inspectCertificate } from './inspect.ts';
import { checkLeafLifetime, validitySpan } from './lifetimes.ts';
import { clientIdentity, type LeafIdentity, serverIdentity, type ServiceName } from './names.ts';

/** The one use each role's certificate is good for. */
export const ROLE_USAGE: Readonly<Record<LeafIdentity['role'], string>> = {
  server: id_kp_serverAuth,
  client: id_kp_clientAuth,
};

const generate = promisify(generateKeyPair);

/** A leaf with its key and what its owner has to trust, all PEM. Named as the entries of its Secret. */
export interface KeyPair {
  'ca.crt': string;
  'tls.crt': string;
  /** PKCS#8, not encrypted: the process that mounts it has to read it. */
  'tls.key': string;
}

/** Who signs a leaf, and how long it is valid. */
export interface LeafRequest {
  authority: CertificateAuthority;
  /** From notBefore to notAfter, in milliseconds, 5 minutes to 90 days; shorter where the authority ends before. */
  validityMs: number;
  clock: Clock;
  signal?: AbortSignal;
}

/**
 * Issues the key pair of one Service, for server authentication only.
 * @throws PkiError AUTHORITY_ENDED, LIFETIME_INVALID, NAME_INVALID; whatever the signer throws
 */
export async function issueServerLeaf(
  request: LeafRequest & ServiceName & { clusterDomain?: string; trustDomain?: string },
): Promise<KeyPair> {
  return issueLeaf(serverIdentity(request, request), request);
}

/**
 * Issues core's key pair, for client authentication only.
 * @throws PkiError AUTHORITY_ENDED, LIFETIME_INVALID, NAME_INVALID; whatever the signer throws
 */
export async function issueClientLeaf(request: LeafRequest & { trustDomain?: string }): Promise<KeyPair> {
  return issueLeaf(clientIdentity(request), request);
}

/** Issues a key pair for an identity, with a new key each time, that ends with its authority at the latest. */
export async function issueLeaf(identity: LeafIdentity, request: LeafRequest): Promise<KeyPair> {
  const { authority, validityMs, clock, signal } = request;
  const nowMs = clock.now();
  checkLeafLifetime({ validityMs });
  checkAuthorityCurrent(authority, nowMs);
  const issuer = AsnConvert.parse(authority.certificate.raw, Certificate).tbsCertificate.subject;
  const end = inspectCertificate(authority.certificate).notAfter;
  const { notBefore, notAfter } = validitySpan(nowMs, validityMs);
  const { publicKey, privateKey } = await generate('ec', { namedCurve: 'P-256' });
  const certificate = await buildCertificate(
    {
      subject: identity.subject,
      issuer: new Uint8Array(AsnConvert.serialize(issuer)),
      publicKey,
      notBefore,
      notAfter: notAfter < end ? notAfter : end,
      extensions: [
        extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), { critical: true }),
        extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), { critical: true }),
        extension(id_ce_extKeyUsage, new ExtendedKeyUsage([ROLE_USAGE[identity.role]])),
        extension(id_ce_subjectAltName, subjectNames(identity)),
        extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(publicKey))),
        extension(
          id_ce_authorityKeyIdentifier,
          new AuthorityKeyIdentifier({
            keyIdentifier: new KeyIdentifier(keyIdentifier(authority.signer.publicKey)),
          }),
        ),
      ],
    },
    authority.signer,
    signal,
  );
  return {
    'ca.crt': authority.bundle,
    'tls.crt': certificate,
    'tls.key': privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

function subjectNames({ dnsNames, uri }: LeafIdentity): SubjectAlternativeName {
  return new SubjectAlternativeName([
    ...dnsNames.map((dNSName) => new GeneralName({ dNSName })),
    new GeneralName({ uniformResourceIdentifier: uri }),
  ]);
}
