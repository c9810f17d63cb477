import { createHash, type KeyObject } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Extension,
  Extensions,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { toPem } from './pem.ts';
import { randomSerial } from './serial.ts';
import type { SignatureAlgorithm, Signer } from './signer.ts';

/** X.501 attribute types (RFC 4519). */
const ATTRIBUTES = { commonName: '2.5.4.3', organization: '2.5.4.10', unit: '2.5.4.11' } as const;

/** Without parameters (RFC 5758 §3.2). */
const SIGNATURE_OIDS: Readonly<Record<SignatureAlgorithm, string>> = { 'ecdsa-p256-sha256': '1.2.840.10045.4.3.2' };

/** The parts of a distinguished name, each at most 64 characters. */
export interface DistinguishedName {
  organization: string;
  unit?: string;
  commonName: string;
}

/** What is signed: everything that stands in a certificate but its serial number. */
export interface CertificateTemplate {
  subject: DistinguishedName;
  /** Key that the certificate is about. */
  publicKey: KeyObject;
  /** Issuer's name in DER; its own subject for a self-signed one. */
  issuer: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  extensions: readonly Extension[];
}

/** Builds a certificate and has it signed. Returns it as PEM. */
export async function buildCertificate(
  template: CertificateTemplate,
  signer: Signer,
  signal?: AbortSignal,
): Promise<string> {
  const signatureAlgorithm = new AlgorithmIdentifier({ algorithm: SIGNATURE_OIDS[signer.algorithm] });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: exactBuffer(randomSerial()),
    signature: signatureAlgorithm,
    issuer: AsnConvert.parse(template.issuer, Name),
    validity: new Validity({ notBefore: template.notBefore, notAfter: template.notAfter }),
    subject: AsnConvert.parse(encodeName(template.subject), Name),
    subjectPublicKeyInfo: AsnConvert.parse(spki(template.publicKey), SubjectPublicKeyInfo),
    extensions: new Extensions([...template.extensions]),
  });
  const tbs = new Uint8Array(AsnConvert.serialize(tbsCertificate));
  const signature = await signer.sign(tbs, signal);
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue: exactBuffer(signature) });
  return toPem('CERTIFICATE', new Uint8Array(AsnConvert.serialize(certificate)));
}

/** A distinguished name in DER. */
export function encodeName({ organization, unit, commonName }: DistinguishedName): Uint8Array {
  const parts: [string, string | undefined][] = [
    [ATTRIBUTES.organization, organization],
    [ATTRIBUTES.unit, unit],
    [ATTRIBUTES.commonName, commonName],
  ];
  const rdns = parts.flatMap(([type, text]) => {
    if (text === undefined) return [];
    const value = new AttributeValue({ utf8String: text });
    return [new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })])];
  });
  return new Uint8Array(AsnConvert.serialize(new Name(rdns)));
}

/** Wraps the value of an extension. */
export function extension(id: string, value: unknown, { critical = false } = {}): Extension {
  return new Extension({ extnID: id, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** The key identifier of RFC 7093 §2 method 1: the leftmost 160 bits of the SHA-256 over the public key's bits. */
export function keyIdentifier(publicKey: KeyObject): ArrayBuffer {
  const bits = AsnConvert.parse(spki(publicKey), SubjectPublicKeyInfo).subjectPublicKey;
  return exactBuffer(createHash('sha256').update(new Uint8Array(bits)).digest().subarray(0, 20));
}

function spki(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** A copy in a buffer of its own: Node's small buffers share one pool. */
function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
