import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { compactVerify, decodeJwt, exportJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { Cloud } from '../clouds.ts';
import type { Rules } from '../rules.ts';
import type { App } from './directory.ts';

/** Who a token is for, and what. */
export interface Grant {
  readonly app: Pick<App, 'clientId' | 'objectId' | 'tenantId'>;
  readonly cloud: Cloud;
  /** `aud` */
  readonly audience: string;
  /** Default: that of the mint. Less than nothing makes a token that is over. */
  readonly lifeSeconds?: number;
}

/** What makes a token good for a service. */
export interface Expectation {
  readonly cloud: Cloud;
  readonly tenantId: string;
  readonly audiences: readonly string[];
}

/** Why a token is not taken. */
export type TokenFault = 'malformed' | 'signature' | 'expired' | 'issuer' | 'audience';

const KEY_ID = 'key-vault-server';

/** Signs access tokens and judges them. One key per server: a token of another server has a signature that does not hold. */
export class TokenMint {
  readonly #now: () => number;
  readonly #private: KeyObject;
  readonly #public: KeyObject;
  /** How long tokens live, seconds. */
  lifeSeconds: number;

  constructor(now: () => number, options: { readonly lifeSeconds: number }) {
    this.#now = now;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#private = privateKey;
    this.#public = createPublicKey(privateKey);
    this.lifeSeconds = options.lifeSeconds;
  }

  /** What `jwks_uri` answers. */
  async jwks(): Promise<{ keys: JWK[] }> {
    return { keys: [{ ...(await exportJWK(this.#public)), kid: KEY_ID, use: 'sig', alg: 'RS256' }] };
  }

  /** An access token with the claims that Azure's services read. */
  async sign({ app, cloud, audience, lifeSeconds = this.lifeSeconds }: Grant): Promise<string> {
    const now = Math.floor(this.#now() / 1000);
    const claims = { appid: app.clientId, oid: app.objectId, sub: app.objectId, tid: app.tenantId };
    return this.seal({
      ...claims,
      idtyp: 'app',
      ver: '1.0',
      iss: `${cloud.issuer}${app.tenantId}/`,
      aud: audience,
      // One that is over has begun before.
      iat: now + Math.min(0, lifeSeconds - 1),
      nbf: now + Math.min(0, lifeSeconds - 1),
      exp: now + lifeSeconds,
      jti: randomUUID(),
    });
  }

  /** Signs claims as they are. */
  async seal(claims: JWTPayload): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: KEY_ID }).sign(this.#private);
  }

  /** The claims of a token that is good for this service, or why it is not. */
  async judge(token: string, expected: Expectation, rules: Readonly<Rules>): Promise<JWTPayload | TokenFault> {
    const claims = await this.open(token, rules.tokenSignature);
    if (typeof claims === 'string') return claims;
    const { cloud, tenantId, audiences } = expected;
    if (rules.tokenExpiry && (claims.exp ?? 0) * 1000 <= this.#now()) return 'expired';
    if (rules.tokenIssuer && claims.iss !== `${cloud.issuer}${tenantId}/`) return 'issuer';
    if (rules.tokenAudience && !audiences.includes(String(claims.aud))) return 'audience';
    return claims;
  }

  /** What `seal` signed. */
  async open(token: string, checkSignature: boolean): Promise<JWTPayload | 'malformed' | 'signature'> {
    let claims: JWTPayload;
    try {
      claims = decodeJwt(token);
    } catch {
      return 'malformed';
    }
    if (!checkSignature) return claims;
    return await compactVerify(token, this.#public, { algorithms: ['RS256'] }).then(
      () => claims,
      () => 'signature' as const,
    );
  }
}
