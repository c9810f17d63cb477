import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import { GoError, plainError } from '../../value/go-error.ts';
import type { Constant } from '../../value/public-text.ts';
import { constant, shown } from '../../value/public-text.ts';
import type { Der } from '../der-read.ts';
import { derTag } from '../der-read.ts';
import { oids } from '../oids.ts';
import { derivePkcs12, purpose } from './key-derivation.ts';
import type { Password } from './password.ts';
import { decryptRc2 } from './rc2.ts';

/** Counts the rounds of PBKDF2, or work that takes as long, before it is done; throws where it is too much. */
export type CountRounds = (rounds: number) => void;

/** A round of the old derivation, which is not native, takes as long as several of PBKDF2. */
export const oldRoundCost = 4;

/** A cipher of the old schemes (RFC 7292, appendix C). */
interface OldCipher {
  readonly keySize: number;
  readonly decrypt: (key: Uint8Array, iv: Uint8Array, data: Uint8Array) => Uint8Array;
}

const hmacHashes: Readonly<Record<string, string>> = {
  [oids.hmacSha1]: 'sha1',
  [oids.hmacSha224]: 'sha224',
  [oids.hmacSha256]: 'sha256',
  [oids.hmacSha384]: 'sha384',
  [oids.hmacSha512]: 'sha512',
};

const ciphers: Readonly<Record<string, { readonly name: string; readonly keySize: number }>> = {
  [oids.aes128]: { name: 'aes-128-cbc', keySize: 16 },
  [oids.aes192]: { name: 'aes-192-cbc', keySize: 24 },
  [oids.aes256]: { name: 'aes-256-cbc', keySize: 32 },
  [oids.des3]: { name: 'des-ede3-cbc', keySize: 24 },
};

function withNode(cipher: string): OldCipher['decrypt'] {
  return (key, iv, data) => {
    const decipher = createDecipheriv(cipher, key, iv);
    return Buffer.concat([decipher.update(data), decipher.final()]);
  };
}

function withRc2(effectiveBits: number): OldCipher['decrypt'] {
  return (key, iv, data) => decryptRc2(effectiveBits, key, iv, data);
}

const decrypt3Des = withNode('des-ede3-cbc');

const oldCiphers: Readonly<Record<string, OldCipher>> = {
  [oids.pbeSha3DesThreeKeys]: { keySize: 24, decrypt: decrypt3Des },
  [oids.pbeSha3DesTwoKeys]: {
    keySize: 16,
    decrypt: (key, iv, data) => decrypt3Des(Buffer.concat([key, key.subarray(0, 8)]), iv, data),
  },
  [oids.pbeShaRc2With128Bits]: { keySize: 16, decrypt: withRc2(128) },
  [oids.pbeShaRc2With40Bits]: { keySize: 5, decrypt: withRc2(40) },
};

function unsupported<const T extends string>(what: Constant<T>, identifier: string): Error {
  const thing = constant<T>(what);
  return new GoError(`pkcs12: ${thing} ${identifier} is not supported`, shown`pkcs12: this ${thing} is not supported`);
}

/** The hash of an HMAC by its AlgorithmIdentifier; PBKDF2 leaves out SHA-1. */
export function hmacHash(algorithm: Der | undefined): string {
  if (algorithm === undefined) return 'sha1';
  const identifier = algorithm.child(0).oid();
  const hash = hmacHashes[identifier];
  if (hash === undefined) throw unsupported('pseudorandom function', identifier);
  return hash;
}

/** A key by PBKDF2 (RFC 8018, A.2) from its AlgorithmIdentifier. `size` holds where the parameters name none. */
export function derivePbkdf2(algorithm: Der, password: Password, size: number, count: CountRounds): Uint8Array {
  const identifier = algorithm.child(0).oid();
  if (identifier !== oids.pbkdf2) throw unsupported('key derivation function', identifier);
  const parameters = algorithm.child(1);
  const rounds = parameters.child(1).count();
  const hash = hmacHash(parameters.find(derTag.sequence));
  count(rounds);
  return pbkdf2Sync(password.bytes, parameters.child(0).octets(), Math.max(rounds, 1), size, hash);
}

/** What a password and an AlgorithmIdentifier make of encrypted data. Throws `GoError`. */
export function decrypt(algorithm: Der, data: Uint8Array, password: Password, count: CountRounds): Uint8Array {
  const identifier = algorithm.child(0).oid();
  const parameters = algorithm.child(1);
  const old = oldCiphers[identifier];
  if (old !== undefined) return decryptOld(old, parameters, data, password, count);
  if (identifier !== oids.pbes2) throw unsupported('algorithm', identifier);
  const scheme = parameters.child(1);
  const cipher = ciphers[scheme.child(0).oid()];
  if (cipher === undefined) throw unsupported('cipher', scheme.child(0).oid());
  const key = derivePbkdf2(parameters.child(0), password, cipher.keySize, count);
  const iv = scheme.child(1).octets();
  return unpadded(() => withNode(cipher.name)(key, iv, data));
}

function decryptOld(
  cipher: OldCipher,
  parameters: Der,
  data: Uint8Array,
  password: Password,
  count: CountRounds,
): Uint8Array {
  const salt = parameters.child(0).octets();
  const iterations = parameters.child(1).count();
  const common = { hash: 'sha1', password: password.utf16, salt, iterations };
  count(2 * oldRoundCost * iterations);
  const key = derivePkcs12({ ...common, purpose: purpose.key, size: cipher.keySize });
  const iv = derivePkcs12({ ...common, purpose: purpose.iv, size: 8 });
  return unpadded(() => cipher.decrypt(key, iv, data));
}

/** With a wrong key nearly every padding is wrong. */
function unpadded(decryption: () => Uint8Array): Uint8Array {
  try {
    return decryption();
  } catch {
    throw plainError('pkcs12: decryption error, incorrect padding');
  }
}
