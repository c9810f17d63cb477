import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { traditionalPem } from '../pki/private-key.ts';
import { define, inThread, t } from './define.ts';

/** A new RSA key. */
export function newRsaKey(modulusLength: number): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey;
}

function newKey(type: string): KeyObject | undefined {
  switch (type) {
    case '':
    case 'rsa':
      return newRsaKey(4096);
    case 'dsa':
      return generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey;
    case 'ecdsa':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey;
    default:
      return undefined;
  }
}

/** New private keys. */
export const privateKeyFunctions = [
  inThread(
    define('genPrivateKey', [t.string], t.string, (_context, type) => {
      const key = newKey(type);
      return key === undefined ? `Unknown type ${type}` : traditionalPem(key);
    }),
  ),
];
