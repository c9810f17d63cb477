import type { X509Certificate } from 'node:crypto';
import { AsnConvert, type OctetString } from '@peculiar/asn1-schema';
import {
  Certificate,
  ExtendedKeyUsage,
  type GeneralName,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  KeyUsage,
  type KeyUsageType,
  SubjectAlternativeName,
} from '@peculiar/asn1-x509';
import { parseBundle } from './bundle.ts';

/** What a certificate says, read from its DER form. */
export interface CertificateFacts {
  /** Hexadecimal, upper case. */
  serial: string;
  notBefore: Date;
  notAfter: Date;
  isAuthority: boolean;
  dnsNames: readonly string[];
  uris: readonly string[];
  /** How many subject names there are that are neither DNS names nor URIs. */
  otherNames: number;
  keyUsages: readonly KeyUsageType[];
  /** Object identifiers. */
  extendedKeyUsages: readonly string[];
}

const noUsages: readonly string[] = [];

/**
 * Reads a certificate; of a PEM text the first.
 * @throws PkiError CERTIFICATE_INVALID
 */
export function inspectCertificate(input: X509Certificate | string): CertificateFacts {
  const certificate = typeof input === 'string' ? first(input) : input;
  const { tbsCertificate } = AsnConvert.parse(certificate.raw, Certificate);
  const values = new Map(tbsCertificate.extensions?.map(({ extnID, extnValue }) => [extnID, extnValue]));
  const names: readonly GeneralName[] = read(values, id_ce_subjectAltName, SubjectAlternativeName) ?? [];
  const usages: readonly string[] = read(values, id_ce_extKeyUsage, ExtendedKeyUsage) ?? noUsages;
  const dnsNames = names.flatMap(({ dNSName }) => (dNSName === undefined ? [] : [dNSName]));
  const uris = names.flatMap(({ uniformResourceIdentifier: uri }) => (uri === undefined ? [] : [uri]));
  return {
    serial: certificate.serialNumber,
    notBefore: tbsCertificate.validity.notBefore.getTime(),
    notAfter: tbsCertificate.validity.notAfter.getTime(),
    isAuthority: certificate.ca,
    dnsNames,
    uris,
    otherNames: names.length - dnsNames.length - uris.length,
    keyUsages: read(values, id_ce_keyUsage, KeyUsage)?.toJSON() ?? [],
    extendedKeyUsages: [...usages],
  };
}

function read<T>(values: ReadonlyMap<string, OctetString>, id: string, type: new () => T): T | undefined {
  const value = values.get(id);
  return value === undefined ? undefined : AsnConvert.parse(value, type);
}

function first(pem: string): X509Certificate {
  const [certificate] = parseBundle(pem, 'the certificate');
  return certificate as X509Certificate;
}
