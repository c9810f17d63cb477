import { createHash, X509Certificate } from 'node:crypto';
import type { Answer } from '../http/exchange.ts';
import { commonRoutes, type Kind } from './common-routes.ts';
import { PFX, readContent } from './certificate-content.ts';
import { publicJwk } from './keys.ts';
import type { Route, Visit } from './routes.ts';
import { type Item, newVersionId } from './shelf.ts';
import type { Vault } from './vault.ts';
import { VaultError } from './vault-error.ts';
import type { Attributes, CertificatePolicy, CertificateVersion } from './versions.ts';
import { attributesFrom, attributesOut, isObject, jsonOf, tagsFrom, textFrom } from './wire.ts';

const KIND: Kind<CertificateVersion> = {
  collection: 'certificates',
  shelf: ({ certificates }) => certificates,
  bundle,
  listed,
  remains: bundle,
  behind: ({ secrets, keys }) => [secrets, keys],
  managed: () => false,
};

/** Operations on certificates: those that are imported. Nothing is issued here. */
export const CERTIFICATE_ROUTES: readonly Route[] = [
  ...commonRoutes(KIND),
  {
    method: 'POST',
    path: 'certificates/{name}/import',
    permission: ['certificates', 'import'],
    run: importCertificate,
  },
  {
    method: 'GET',
    path: 'certificates/{name}/policy',
    permission: ['certificates', 'get'],
    run: ({ vault, name }) => {
      const { item, version } = vault.certificates.version(name);
      return { status: 200, body: policyOut(vault, item, version) };
    },
  },
  {
    method: 'GET',
    path: 'certificates/{name}/{version}',
    permission: ['certificates', 'get'],
    run: ({ vault, name, version: id }) => {
      const { item, version } = vault.certificates.version(name, id);
      return { status: 200, body: bundle(vault, item, version) };
    },
  },
  {
    method: 'PATCH',
    path: 'certificates/{name}/{version}',
    permission: ['certificates', 'update'],
    run: ({ vault, name, version: id, call, seconds }) => {
      const { item, version } = vault.certificates.version(name, id);
      const body = jsonOf(call);
      version.attributes = attributesFrom(body['attributes'], seconds, version.attributes);
      version.tags = tagsFrom(body['tags']) ?? version.tags;
      return { status: 200, body: bundle(vault, item, version) };
    },
  },
];

async function importCertificate({ vault, name, call, seconds, rules }: Visit): Promise<Answer> {
  const body = jsonOf(call);
  const value = textFrom(body, 'value');
  if (!value) throw new VaultError(400, 'BadParameter', 'The request body must specify a value.');
  const policy = policyFrom(body['policy']);
  const { leaf, secret } = await readContent(value, {
    contentType: policy.contentType,
    password: textFrom(body, 'pwd'),
    checkKey: rules.certificateKey,
    checkType: rules.certificateContentType,
  });
  for (const shelf of [vault.certificates, vault.secrets, vault.keys]) shelf.assertFree(name);
  const common = { id: newVersionId(), tags: tagsFrom(body['tags']) };
  const attributes = (): Attributes => ({
    ...attributesFrom(body['attributes'], seconds),
    nbf: secondsOf(leaf.validFrom),
    exp: secondsOf(leaf.validTo),
  });
  const version: CertificateVersion = { ...common, attributes: attributes(), der: leaf.raw, policy };
  vault.secrets.add(name, {
    ...common,
    attributes: attributes(),
    value: secret,
    contentType: policy.contentType,
    managed: true,
  });
  vault.keys.add(name, {
    ...common,
    attributes: attributes(),
    key: publicJwk(leaf.publicKey),
    operations: ['sign', 'verify'],
    managed: true,
  });
  return { status: 200, body: bundle(vault, vault.certificates.add(name, version), version) };
}

function policyFrom(given: unknown): CertificatePolicy {
  const { secret_props: secret, key_props: key } = isObject(given) ? given : {};
  return {
    contentType: (isObject(secret) ? textFrom(secret, 'contentType') : undefined) ?? PFX,
    exportable: !(isObject(key) && key['exportable'] === false),
  };
}

function policyOut(
  vault: Vault,
  item: Item<CertificateVersion>,
  { der, policy, attributes }: CertificateVersion,
): object {
  const { publicKey, subject } = new X509Certificate(der);
  const jwk = publicJwk(publicKey);
  const shape = jwk.kty === 'RSA' ? { key_size: publicKey.asymmetricKeyDetails?.modulusLength } : { crv: jwk.crv };
  return {
    id: `${vault.url}/certificates/${item.name}/policy`,
    key_props: { exportable: policy.exportable, kty: jwk.kty, ...shape, reuse_key: false },
    secret_props: { contentType: policy.contentType },
    x509_props: {
      subject: nameOf(subject),
      ekus: [],
      key_usage: [],
      validity_months: 12,
      basic_constraints: { ca: false },
    },
    lifetime_actions: [],
    issuer: { name: 'Unknown' },
    attributes: { enabled: true, created: attributes.created, updated: attributes.updated },
  };
}

function bundle(vault: Vault, item: Item<CertificateVersion>, version: CertificateVersion): object {
  return {
    ...around(vault, item, version, true),
    kid: `${vault.url}/keys/${item.name}/${version.id}`,
    sid: `${vault.url}/secrets/${item.name}/${version.id}`,
    cer: version.der.toString('base64'),
    policy: policyOut(vault, item, version),
  };
}

function listed(vault: Vault, item: Item<CertificateVersion>, version: CertificateVersion, whole: boolean): object {
  return { ...around(vault, item, version, whole), subject: nameOf(new X509Certificate(version.der).subject) };
}

function around(vault: Vault, item: Item<CertificateVersion>, version: CertificateVersion, whole: boolean): object {
  return {
    id: `${vault.url}/certificates/${item.name}${whole ? `/${version.id}` : ''}`,
    x5t: createHash('sha1').update(version.der).digest('base64url'),
    attributes: attributesOut(vault, version.attributes),
    ...(version.tags ? { tags: version.tags } : {}),
  };
}

/** `CN=a, O=b`, from the lines that Node makes. */
function nameOf(subject: string): string {
  return subject.split('\n').join(', ');
}

function secondsOf(date: string): number {
  return Math.floor(Date.parse(date) / 1000);
}
