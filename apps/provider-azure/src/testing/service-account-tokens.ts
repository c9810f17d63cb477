import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { KubeReader } from '@eso/api/server';
import type { MemoryObjects } from '@eso/api/testing';

/** Issuer of the tokens. */
export const ISSUER = 'https://kubernetes.default.svc';

/** Issues tokens of ServiceAccounts as the API server does: signed, for the audiences asked for. */
export class ServiceAccountTokens {
  readonly #key: KeyObject;
  /** Its public keys, as the API server publishes them. */
  readonly keys: { readonly keys: Record<string, unknown>[] };
  /** How many were asked for by `over`. */
  requested = 0;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#key = privateKey;
    this.keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' }] };
  }

  /** The same objects, with tokens that somebody can check. */
  over(objects: MemoryObjects): KubeReader {
    return new Proxy(objects, {
      get: (target, name) => {
        if (name === 'createToken') {
          const createToken: KubeReader['createToken'] = async (account, options = {}) => {
            const { expirationTimestamp } = await target.createToken(account, options);
            const subject = `system:serviceaccount:${account.namespace ?? ''}:${account.name}`;
            this.requested += 1;
            const token = this.#sign(subject, options.audiences ?? [ISSUER], Date.parse(expirationTimestamp));
            return { token, expirationTimestamp };
          };
          return createToken;
        }
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
  }

  /** A token as the kubelet projects it into a pod: for ten minutes from now. */
  issue(subject: string, audiences: readonly string[]): string {
    return this.#sign(subject, audiences, Date.now() + 600_000);
  }

  #sign(sub: string, aud: readonly string[], expiresAtMs: number): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: ISSUER, sub, aud, iat: now, nbf: now, exp: Math.floor(expiresAtMs / 1_000) };
    const signed = `${part({ alg: 'ES256', kid: 'k', typ: 'JWT' })}.${part(claims)}`;
    const signature = createSign('sha256').update(signed).sign({ key: this.#key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }
}
