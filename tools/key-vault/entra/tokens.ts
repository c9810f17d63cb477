import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { decodeJwt, errors, exportJWK, type JWK, jwtVerify, type JWTPayload, SignJWT } from 'jose';
import type { Cloud } from '../clouds.ts';
import type { Rules } from '../rules.ts';
import type { App } from './directory.ts';

/** Who a token is for, and what. */
export interface Grant {
  readonly app: Pick<App, 'clientId' | 'objectId' | 'tenantId'>;
  readonly cloud: Cloud;
  /** `aud` */
  readonly audience: string;
}

/** What makes a token good for a vault. */
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

  /** An access token with the claims that Key Vault reads. */
  async sign({ app, cloud, audience }: Grant): Promise<string> {
    const seconds = Math.floor(this.#now() / 1000);
    return new SignJWT({
      appid: app.clientId,
      oid: app.objectId,
      sub: app.objectId,
      tid: app.tenantId,
      idtyp: 'app',
      ver: '1.0',
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })
      .setIssuer(`${cloud.issuer}${app.tenantId}/`)
      .setAudience(audience)
      .setIssuedAt(seconds)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + this.lifeSeconds)
      .setJti(randomUUID())
      .sign(this.#private);
  }

  /** The claims of a token that is good for this vault, or why it is not. */
  async judge(
    token: string,
    { cloud, tenantId, audiences }: Expectation,
    rules: Readonly<Rules>,
  ): Promise<JWTPayload | TokenFault> {
    try {
      const options = {
        algorithms: ['RS256'],
        currentDate: new Date(rules.tokenExpiry ? this.#now() : 0),
        ...(rules.tokenIssuer ? { issuer: `${cloud.issuer}${tenantId}/` } : {}),
        ...(rules.tokenAudience ? { audience: [...audiences] } : {}),
        clockTolerance: rules.tokenExpiry ? 0 : Number.MAX_SAFE_INTEGER,
      };
      if (!rules.tokenSignature) return decodeJwt(token);
      return (await jwtVerify(token, this.#public, options)).payload;
    } catch (error) {
      return faultOf(error);
    }
  }
}

function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'iss' ? 'issuer' : error.claim === 'aud' ? 'audience' : 'expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  return 'malformed';
}
