import type { KeyObject } from 'node:crypto';
import { X509Certificate } from 'node:crypto';
import { GoError, plainError } from '../value/go-error.ts';
import { fromBytes } from '../value/utf8.ts';
import { contextTag, Der, DerError, derTag } from './der-read.ts';
import { oids } from './oids.ts';
import { ipText } from './ip-address.ts';

/** What templates ask of a certificate. Texts are byte strings. */
export interface Certificate {
  /** DER. */
  readonly raw: Uint8Array;
  /** DER of the names. */
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  /** Empty where the certificate has none. */
  readonly subjectKeyId: Uint8Array;
  /** Empty where the certificate has none. */
  readonly authorityKeyId: Uint8Array;
  readonly isCa: boolean;
  readonly publicKey: KeyObject;
  readonly altNames: AltNames;
}

/** The names of the extension subjectAltName, by kind. */
export interface AltNames {
  readonly dns: readonly string[];
  readonly ips: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
}

const empty = new Uint8Array();
const noNames: AltNames = { dns: [], ips: [], emails: [], uris: [] };

/** Reads one certificate in DER. Throws `GoError`. */
export function parseCertificate(bytes: Uint8Array): Certificate {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof GoError) throw error;
    if (error instanceof DerError && error.message === 'asn1: trailing data') throw plainError('x509: trailing data');
    // What OpenSSL throws is no DerError; whatever it says, the bytes are no certificate.
    throw plainError('x509: malformed certificate');
  }
}

function read(bytes: Uint8Array): Certificate {
  const certificate = Der.parse(bytes);
  if (certificate.child(0).tag !== derTag.sequence) throw plainError('x509: malformed tbs certificate');
  const { publicKey } = new X509Certificate(bytes);
  const body = certificate.child(0);
  // An explicit version comes first; version 1 leaves it out.
  const first = body.child(0).tag === contextTag(0, 'constructed') ? 1 : 0;
  const extensions = readExtensions(body);
  const subjectKeyId = extensions.get(oids.subjectKeyIdentifier);
  const authorityKeyId = extensions.get(oids.authorityKeyIdentifier);
  const constraints = extensions.get(oids.basicConstraints);
  const altNames = extensions.get(oids.subjectAltName);
  return {
    raw: bytes,
    issuer: body.child(first + 2).raw,
    subject: body.child(first + 4).raw,
    subjectKeyId: subjectKeyId?.octets() ?? empty,
    authorityKeyId: authorityKeyId?.find(contextTag(0, 'primitive'))?.implicitOctets() ?? empty,
    isCa: constraints?.children[0]?.raw[2] === 0xff,
    publicKey,
    altNames: altNames === undefined ? noNames : readAltNames(altNames),
  };
}

function readExtensions(body: Der): ReadonlyMap<string, Der> {
  const list = body.find(contextTag(3, 'constructed'))?.child(0).children ?? [];
  return new Map(
    list.map((extension) => {
      // The value comes last, behind the mark of critical ones.
      const value = extension.child(extension.children.length - 1).octets();
      return [extension.child(0).oid(), Der.parse(value)];
    }),
  );
}

function readAltNames(names: Der): AltNames {
  const found: Record<keyof AltNames, string[]> = { dns: [], ips: [], emails: [], uris: [] };
  for (const name of names.children) {
    switch (name.tag) {
      case contextTag(1, 'primitive'):
        found.emails.push(fromBytes(name.implicitOctets()));
        break;
      case contextTag(2, 'primitive'):
        found.dns.push(fromBytes(name.implicitOctets()));
        break;
      case contextTag(6, 'primitive'):
        found.uris.push(fromBytes(name.implicitOctets()));
        break;
      case contextTag(7, 'primitive'):
        found.ips.push(ipText(name.implicitOctets()));
        break;
    }
  }
  return found;
}
