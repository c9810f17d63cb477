import type { KeyObject } from 'node:crypto';
import { createHash, createPublicKey, sign } from 'node:crypto';
import { plainError } from '../value/go-error.ts';
import { Der } from './der-read.ts';
import * as der from './der-write.ts';
import { ipBytes } from './ip-address.ts';
import { oids } from './oids.ts';
import { nameOf } from './subject-text.ts';

/** What a certificate certifies. Texts are byte strings. */
export interface CertificateRequest {
  readonly commonName: string;
  /** Addresses, each one that `ipBytes` reads. */
  readonly ips: readonly string[];
  /** Names in ASCII. */
  readonly dns: readonly string[];
  /** 16 random bytes. */
  readonly serial: Uint8Array;
  /** Seconds since 1970. */
  readonly notBefore: bigint;
  readonly notAfter: bigint;
  readonly publicKey: KeyObject;
  readonly isCa: boolean;
}

/** Who signs. */
export interface Issuer {
  readonly key: KeyObject;
  /** DER of its name. */
  readonly name: Uint8Array;
  /** Empty where its certificate has none. */
  readonly keyId: Uint8Array;
}

interface Scheme {
  readonly hash: string | null;
  readonly algorithm: Uint8Array;
}

const ecSchemes: Readonly<Record<string, Scheme>> = {
  secp384r1: { hash: 'sha384', algorithm: der.algorithm(oids.ecdsaWithSha384) },
  secp521r1: { hash: 'sha512', algorithm: der.algorithm(oids.ecdsaWithSha512) },
};

function schemeOf(key: KeyObject): Scheme {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { hash: 'sha256', algorithm: der.algorithm(oids.rsaWithSha256, der.derNull) };
    case 'ec':
      return (
        ecSchemes[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? {
          hash: 'sha256',
          algorithm: der.algorithm(oids.ecdsaWithSha256),
        }
      );
    case 'ed25519':
      return { hash: null, algorithm: der.algorithm(oids.ed25519) };
    default:
      throw plainError('x509: certificate private key does not implement crypto.Signer');
  }
}

/** UTCTime up to 2049, then GeneralizedTime (RFC 5280, 4.1.2.5). */
function time(seconds: bigint): Uint8Array {
  const text = new Date(Number(seconds) * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
  const year = Number(text.slice(0, 4));
  return year >= 1950 && year < 2050 ? der.tlv(0x17, Buffer.from(text.slice(2))) : der.tlv(0x18, Buffer.from(text));
}

function extension(identifier: string, value: Uint8Array, isCritical = false): Uint8Array {
  return der.sequence(der.oid(identifier), ...(isCritical ? [der.derTrue] : []), der.octetString(value));
}

/** The first 160 bits of the key's SHA-256 (RFC 7093, method 1), as Go makes it since 1.25. */
function keyIdOf(spki: Uint8Array): Uint8Array {
  return createHash('sha256').update(Der.parse(spki).child(1).bits()).digest().subarray(0, 20);
}

/** Bits: 0 digitalSignature, 2 keyEncipherment, 5 keyCertSign. */
const leafUsage = der.bitString(Uint8Array.of(0b1010_0000), 5);
const caUsage = der.bitString(Uint8Array.of(0b1010_0100), 2);

function extensions(request: CertificateRequest, spki: Uint8Array, issuer: Issuer, subject: Uint8Array): Uint8Array {
  const { isCa, dns, ips } = request;
  const names = [
    ...dns.map((name) => der.implicit(2, Buffer.from(name, 'latin1'))),
    ...ips.map((ip) => der.implicit(7, ipBytes(ip) ?? new Uint8Array())),
  ];
  const issuerKeyId = Buffer.compare(issuer.name, subject) === 0 ? new Uint8Array() : issuer.keyId;
  const list = [
    extension(oids.keyUsage, isCa ? caUsage : leafUsage, true),
    extension(oids.extendedKeyUsage, der.sequence(der.oid(oids.serverAuth), der.oid(oids.clientAuth))),
    extension(oids.basicConstraints, der.sequence(...(isCa ? [der.derTrue] : [])), true),
  ];
  if (isCa) list.push(extension(oids.subjectKeyIdentifier, der.octetString(keyIdOf(spki))));
  if (issuerKeyId.length > 0) {
    list.push(extension(oids.authorityKeyIdentifier, der.sequence(der.implicit(0, issuerKeyId))));
  }
  // Without a subject the alternative names are all there is, and must be understood (RFC 5280, 4.2.1.6).
  if (names.length > 0) list.push(extension(oids.subjectAltName, der.sequence(...names), request.commonName === ''));
  return der.explicit(3, der.sequence(...list));
}

/** Issues a certificate; without an issuer its own key signs it. Gives DER. Throws `GoError` for keys that cannot sign. */
export function issue(request: CertificateRequest, signer: Issuer | { readonly ownKey: KeyObject }): Uint8Array {
  const subject = nameOf(request.commonName);
  const issuer = 'ownKey' in signer ? { key: signer.ownKey, name: subject, keyId: new Uint8Array() } : signer;
  const { hash, algorithm } = schemeOf(issuer.key);
  const spki = spkiOf(request.publicKey);
  const body = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(BigInt(`0x${Buffer.from(request.serial).toString('hex')}`)),
    algorithm,
    issuer.name,
    der.sequence(time(request.notBefore), time(request.notAfter)),
    subject,
    spki,
    extensions(request, spki, issuer, subject),
  );
  return der.sequence(body, algorithm, der.bitString(sign(hash, body, issuer.key)));
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/**
 * Whether a private key belongs to a public one. `KeyObject.equals` would leave an error in OpenSSL's queue where the types
 * differ, and the next key that is read would fail with it.
 */
export function belongsTo(privateKey: KeyObject, publicKey: KeyObject): boolean {
  return spkiOf(createPublicKey(privateKey)).equals(spkiOf(publicKey));
}
