import { createHash, timingSafeEqual, type X509Certificate } from 'node:crypto';
import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose';
import { authoritiesOf, type Cloud } from '../clouds.ts';
import type { World } from '../world.ts';
import type { App } from './directory.ts';
import { EntraError } from './entra-error.ts';

const BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const EXCHANGE = 'api://AzureADTokenExchange';
const CERTIFICATE_ALGORITHMS = ['RS256', 'PS256'];

/** Lets an application in by what its form shows: a secret, an assertion of its own, or a token of an issuer that it trusts. @throws EntraError */
export async function authenticate(world: World, cloud: Cloud, app: App, form: URLSearchParams): Promise<void> {
  const secret = form.get('client_secret');
  if (secret !== null) {
    bySecret(world, app, secret);
    return;
  }
  const assertion = form.get('client_assertion');
  if (assertion === null) {
    throw refused(7000218, "The request body must contain 'client_assertion' or 'client_secret'.");
  }
  if (form.get('client_assertion_type') !== BEARER) throw refused(700028, 'The client assertion type is not known.');
  const { header, claims } = opened(assertion);
  if (world.rules.assertionExpiry && (claims.exp ?? 0) * 1000 <= world.now()) {
    throw refused(700024, 'Client assertion is not within its valid time range.');
  }
  const own = claims.iss === app.clientId;
  await (own ? byCertificate : byIssuer)({ world, cloud, app, assertion, header, claims });
}

/** An assertion, opened. */
interface Shown {
  readonly world: World;
  readonly cloud: Cloud;
  readonly app: App;
  readonly assertion: string;
  readonly header: ProtectedHeaderParameters;
  readonly claims: JWTPayload;
}

function bySecret({ rules, now }: World, app: App, secret: string): void {
  const match = app.secrets.find(({ value }) => sameText(value, secret));
  if (!match && rules.clientSecret) throw refused(7000215, `Invalid client secret provided for app '${app.clientId}'.`);
  if (rules.clientSecretExpiry && match?.expiresAt !== undefined && match.expiresAt <= now()) {
    throw refused(7000222, `The provided client secret keys for app '${app.clientId}' are expired.`);
  }
}

async function byCertificate({ world, cloud, app, assertion, header, claims }: Shown): Promise<void> {
  const { rules } = world;
  const certificate = app.certificates.find((each) => isNamedBy(each, header));
  if (rules.assertionSignature) {
    if (!certificate)
      throw refused(700027, 'The certificate that signed the assertion is not registered: the key was not found.');
    if (!(await holds(compactVerify(assertion, certificate.publicKey, { algorithms: CERTIFICATE_ALGORITHMS })))) {
      throw refused(700027, 'The signature of the client assertion does not hold.');
    }
  }
  const bases = authoritiesOf(cloud).map((host) => `https://${host}/${app.tenantId}`);
  const audiences = bases.flatMap((base) => [`${base}/oauth2/v2.0/token`, `${base}/v2.0`, base]);
  if (rules.assertionAudience && !audiencesOf(claims).some((each) => audiences.includes(each))) {
    throw refused(700023, 'Client assertion audience claim does not match Realm issuer.');
  }
  if (claims.sub !== app.clientId) throw refused(700021, 'Client assertion application identifier does not match.');
}

async function byIssuer({ world, app, assertion, claims }: Shown): Promise<void> {
  const { rules, directory } = world;
  const ofIssuer = app.federated.filter(({ issuer }) => issuer === claims.iss);
  if (ofIssuer.length === 0)
    throw refused(
      700211,
      `No matching federated identity record found for presented assertion issuer '${claims.iss ?? ''}'.`,
    );
  const ofSubject = ofIssuer.filter(({ subject }) => !rules.federatedSubject || subject === claims.sub);
  if (ofSubject.length === 0)
    throw refused(
      700213,
      `No matching federated identity record found for presented assertion subject '${claims.sub ?? ''}'.`,
    );
  const ofAudience = ofSubject.filter(
    ({ audience = EXCHANGE }) => !rules.federatedAudience || audiencesOf(claims).includes(audience),
  );
  if (ofAudience.length === 0)
    throw refused(
      700212,
      `No matching federated identity record found for presented assertion audience '${audiencesOf(claims).join(' ')}'.`,
    );
  if (!rules.assertionSignature) return;
  const keys = createLocalJWKSet(await directory.keysOf(claims.iss ?? ''));
  if (!(await holds(compactVerify(assertion, keys)))) throw refused(50013, 'Assertion failed signature validation.');
}

function opened(assertion: string): Pick<Shown, 'header' | 'claims'> {
  try {
    return { header: decodeProtectedHeader(assertion), claims: decodeJwt(assertion) };
  } catch {
    throw refused(50027, 'JWT token is invalid or malformed.');
  }
}

/** Whether a header names the certificate by one of its thumbprints. */
function isNamedBy(certificate: X509Certificate, header: ProtectedHeaderParameters): boolean {
  const thumbprint = (hash: string): string => createHash(hash).update(certificate.raw).digest('base64url');
  // Some clients pad.
  const named = (text: unknown): string => String(text).replace(/=+$/, '');
  return named(header.x5t) === thumbprint('sha1') || named(header['x5t#S256']) === thumbprint('sha256');
}

async function holds(verification: Promise<unknown>): Promise<boolean> {
  try {
    await verification;
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}

function audiencesOf({ aud }: JWTPayload): readonly string[] {
  return typeof aud === 'string' ? [aud] : (aud ?? []);
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(aadsts: number, what: string): EntraError {
  return new EntraError(401, 'invalid_client', aadsts, what);
}
