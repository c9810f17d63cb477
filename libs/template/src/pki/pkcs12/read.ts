import type { KeyObject } from 'node:crypto';
import { GoError, plainError } from '../../value/go-error.ts';
import { constant } from '../../value/public-text.ts';
import type { Certificate } from '../certificate.ts';
import { parseCertificate } from '../certificate.ts';
import { Der, DerError, contextTag } from '../der-read.ts';
import { oids } from '../oids.ts';
import { readPkcs8 } from '../private-key.ts';
import type { CountRounds } from './decryption.ts';
import { decrypt } from './decryption.ts';
import { hasRightMac } from './mac.ts';
import type { Password } from './password.ts';
import { noPassword, passwordOf } from './password.ts';

/** What a container holds. */
export interface Pkcs12 {
  readonly key: KeyObject;
  /** At least one, in the order of the file. */
  readonly certificates: readonly Certificate[];
}

interface Bags {
  readonly keys: KeyObject[];
  readonly certificates: Certificate[];
}

const noContainer = constant(
  'the input is no PKCS#12 container in binary form; text in base64 has to go through b64dec first',
);

/**
 * Reads a container with one private key and at least one certificate (RFC 7292), modern or old: PBES2, or 3DES and RC2 with
 * SHA-1. The MAC is checked before anything is decrypted. Throws `GoError`.
 */
export function readPkcs12(bytes: Uint8Array, password: string, count: CountRounds): Pkcs12 {
  try {
    return read(bytes, password, count);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new GoError(`pkcs12: error reading P12 data: ${error.message}`, noContainer);
  }
}

function read(bytes: Uint8Array, passwordText: string, count: CountRounds): Pkcs12 {
  const pfx = Der.parse(bytes);
  if (pfx.child(0).integer() !== 3n) throw plainError("pkcs12: can only decode v3 PFX PDU's");
  const safe = pfx.child(1);
  if (safe.child(0).oid() !== oids.data) throw plainError('pkcs12: only password-protected PFX is implemented');
  const content = safe.child(1).child(0).octets();
  const password = checkedPassword(pfx.children[2], content, passwordText, count);
  const bags: Bags = { keys: [], certificates: [] };
  for (const info of Der.parse(content).children)
    collect(Der.parse(contentOf(info, password, count)), bags, password, count);
  const [key, ...others] = bags.keys;
  if (others.length > 0) throw plainError('pkcs12: expected exactly one key bag');
  if (bags.certificates.length === 0) throw plainError('pkcs12: certificate missing');
  if (key === undefined) throw plainError('pkcs12: private key missing');
  return { key, certificates: bags.certificates };
}

/** The password in the form that fits the MAC of the container. */
function checkedPassword(macData: Der | undefined, content: Uint8Array, text: string, count: CountRounds): Password {
  const password = passwordOf(text);
  if (macData === undefined) {
    if (text === '') return password;
    throw plainError('pkcs12: no MAC in data');
  }
  if (hasRightMac(macData, content, password, count)) return password;
  if (text === '' && hasRightMac(macData, content, noPassword, count)) return noPassword;
  throw plainError('pkcs12: decryption password incorrect');
}

function contentOf(info: Der, password: Password, count: CountRounds): Uint8Array {
  switch (info.child(0).oid()) {
    case oids.data:
      return info.child(1).child(0).octets();
    case oids.encryptedData: {
      const encrypted = info.child(1).child(0).child(1);
      const data = encrypted.find(contextTag(0, 'primitive')) ?? encrypted.find(contextTag(0, 'constructed'));
      if (data === undefined) throw new DerError('asn1: structure error');
      return decrypt(encrypted.child(1), data.implicitOctets(), password, count);
    }
    default:
      throw plainError('pkcs12: only data and encryptedData content types are supported in authenticated safe');
  }
}

/** Sorts the bags of one safe; safes may hold safes. */
function collect(bagsOfSafe: Der, found: Bags, password: Password, count: CountRounds): void {
  for (const bag of bagsOfSafe.children) {
    const value = bag.child(1).child(0);
    switch (bag.child(0).oid()) {
      case oids.keyBag:
        found.keys.push(readPkcs8(value.raw));
        break;
      case oids.shroudedKeyBag:
        found.keys.push(readPkcs8(decrypt(value.child(0), value.child(1).octets(), password, count)));
        break;
      case oids.certBag:
        if (value.child(0).oid() !== oids.x509Certificate)
          throw plainError('pkcs12: only X509 certificates are supported');
        found.certificates.push(parseCertificate(value.child(1).child(0).octets()));
        break;
      case oids.safeContentsBag:
        collect(value, found, password, count);
        break;
    }
  }
}
