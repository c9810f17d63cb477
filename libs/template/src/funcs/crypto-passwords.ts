import { createHash, createHmac, scryptSync } from 'node:crypto';
import { encodeBase64, hashSync } from 'bcryptjs';
import type { FunctionContext } from '../exec/functions.ts';
import { uint32Type } from '../value/types.ts';
import type { GoInt } from '../value/values.ts';
import { plainError } from '../value/go-error.ts';
import { decodeText, isValidUtf8 } from '../value/utf8.ts';
import { define, inThread, own, t } from './define.ts';

const bcryptCost = 10;
/** More would be cut off in silence. */
const longestBcryptPassword = 72;

/** A password's hash, or as text why there is none: the reference returns errors as results here. */
function bcrypt(context: FunctionContext, password: string): string {
  if (password.length > longestBcryptPassword) {
    return `failed to encrypt string with bcrypt: bcrypt: password length exceeds ${longestBcryptPassword} bytes`;
  }
  if (!isValidUtf8(password)) throw plainError('bcrypt: the password is no UTF-8');
  const salt = encodeBase64([...context.random.bytes(16)], 16);
  return hashSync(decodeText(password), `$2a$${bcryptCost}$${salt}`);
}

/** One line of an Apache password file. */
function htpasswd(context: FunctionContext, user: string, password: string, hash: string): string {
  if (user.includes(':')) return `invalid username: ${user}`;
  if (hash !== 'sha') return `${user}:${bcrypt(context, password)}`;
  return `${user}:{SHA}${createHash('sha1').update(password, 'latin1').digest('base64')}`;
}

/** The forms of a derived password, by its type: one letter of a class of characters for each place. */
const forms: ReadonlyMap<string, readonly string[]> = new Map([
  ['maximum', ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno']],
  [
    'long',
    (
      'CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv ' +
      'CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv ' +
      'CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno'
    ).split(' '),
  ],
  ['medium', ['CvcnoCvc', 'CvcCvcno']],
  ['short', ['Cvcn']],
  ['basic', ['aaanaaan', 'aannaaan', 'aaannaaa']],
  ['pin', ['nnnn']],
]);

const vowels = 'aeiou';
const consonants = 'bcdfghjklmnpqrstvwxyz';
const letters = vowels.toUpperCase() + consonants.toUpperCase();
const bothCases = `AEIOUaeiou${consonants.toUpperCase()}${consonants}`;
const classes: Readonly<Record<string, string>> = {
  V: vowels.toUpperCase(),
  C: consonants.toUpperCase(),
  v: vowels,
  c: consonants,
  A: letters,
  a: bothCases,
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${bothCases}0123456789!@#$%^&*()`,
};

const scope = 'com.lyndir.masterpassword';

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value % 2 ** 32);
  return bytes;
}

/** A password by the Master Password algorithm, version 1: the same arguments always give the same one. */
function derivePassword(counter: number, type: string, password: string, user: string, site: string): string {
  const choices = forms.get(type);
  if (choices === undefined) return `cannot find password template ${type}`;
  const [userBytes, siteBytes] = [Buffer.from(user, 'latin1'), Buffer.from(site, 'latin1')];
  const salt = Buffer.concat([Buffer.from(scope), uint32(userBytes.length), userBytes]);
  const cost = { N: 32_768, r: 8, p: 2, maxmem: 64 * 1024 * 1024 };
  const key = scryptSync(Buffer.from(password, 'latin1'), salt, 64, cost);
  const message = Buffer.concat([Buffer.from(scope), uint32(siteBytes.length), siteBytes, uint32(counter)]);
  const seed = createHmac('sha256', key).update(message).digest();
  const form = choices[(seed[0] ?? 0) % choices.length] ?? '';
  return Array.from(form, (letter, at) => {
    const characters = classes[letter] ?? '';
    return characters.charAt((seed[at + 1] ?? 0) % characters.length);
  }).join('');
}

/** Passwords: hashed, and derived from a master password. All of them take their time by design. */
export const passwordFunctions = [
  inThread(define('bcrypt', [t.string], t.string, bcrypt)),
  inThread(define('htpasswd', [t.string, t.string, t.string], t.string, htpasswd)),
  inThread(
    define(
      'derivePassword',
      [own<GoInt>(uint32Type), t.string, t.string, t.string, t.string],
      t.string,
      (_context, counter, type, password, user, site) =>
        derivePassword(Number(counter.value), type, password, user, site),
    ),
  ),
];
