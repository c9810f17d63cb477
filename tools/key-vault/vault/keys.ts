import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, type webcrypto } from 'node:crypto';
import type { JWK } from 'jose';
import type { Answer } from '../http/exchange.ts';
import { commonRoutes, type Kind } from './common-routes.ts';
import type { Route, Visit } from './routes.ts';
import { type Item, newVersionId } from './shelf.ts';
import type { Vault } from './vault.ts';
import { VaultError } from './vault-error.ts';
import type { KeyVersion } from './versions.ts';
import { attributesFrom, attributesOut, isObject, jsonOf, tagsFrom, textFrom } from './wire.ts';

const KIND: Kind<KeyVersion> = {
  collection: 'keys',
  shelf: ({ keys }) => keys,
  bundle,
  listed: (vault, item, version, whole) => ({ kid: idOf(vault, item, version, whole), ...around(vault, version) }),
  remains: bundle,
  managed: ({ managed }) => managed === true,
};

const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'],
  EC: ['sign', 'verify'],
  oct: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
};
/** Curves as Key Vault names them, and as the rest of the world does. */
const CURVES: Readonly<Record<string, string>> = {
  'P-256': 'P-256',
  'P-384': 'P-384',
  'P-521': 'P-521',
  'P-256K': 'secp256k1',
};

/** Operations on keys. */
export const KEY_ROUTES: readonly Route[] = [
  ...commonRoutes(KIND),
  {
    method: 'POST',
    path: 'keys/{name}/create',
    permission: ['keys', 'create'],
    run: (visit) => {
      const body = jsonOf(visit.call);
      return store(visit, body, newKey(body), body['key_ops']);
    },
  },
  {
    method: 'PUT',
    path: 'keys/{name}',
    permission: ['keys', 'import'],
    run: (visit) => {
      const body = jsonOf(visit.call);
      const key = isObject(body['key']) ? body['key'] : {};
      return store(visit, body, importedKey(key, visit.rules.keyMaterial), key['key_ops']);
    },
  },
  {
    method: 'GET',
    path: 'keys/{name}/{version}',
    permission: ['keys', 'get'],
    run: ({ vault, name, version: id }) => {
      const { item, version } = vault.keys.version(name, id);
      return { status: 200, body: bundle(vault, item, version) };
    },
  },
  {
    method: 'PATCH',
    path: 'keys/{name}/{version}',
    permission: ['keys', 'update'],
    run: ({ vault, name, version: id, call, seconds }) => {
      const { item, version } = vault.keys.version(name, id);
      const body = jsonOf(call);
      version.attributes = attributesFrom(body['attributes'], seconds, version.attributes);
      version.operations = operationsFrom(body['key_ops']) ?? version.operations;
      version.tags = tagsFrom(body['tags']) ?? version.tags;
      return { status: 200, body: bundle(vault, item, version) };
    },
  },
];

/** The public half of a key, as versions keep it. */
export function publicJwk(key: KeyObject): JWK {
  const jwk = key.export({ format: 'jwk' }) as JWK;
  return jwk.crv === 'secp256k1' ? { ...jwk, crv: 'P-256K' } : jwk;
}

function store(
  { vault, name, seconds }: Visit,
  body: Readonly<Record<string, unknown>>,
  key: JWK,
  operations: unknown,
): Answer {
  const version: KeyVersion = {
    id: newVersionId(),
    key,
    operations: operationsFrom(operations) ?? OPERATIONS[key.kty ?? ''] ?? [],
    attributes: attributesFrom(body['attributes'], seconds),
    tags: tagsFrom(body['tags']),
  };
  if (vault.certificates.has(name)) {
    throw new VaultError(
      403,
      'Forbidden',
      `The operation is not allowed on what stands behind a certificate: ${name}.`,
    );
  }
  const item = vault.keys.add(name, version);
  return { status: 200, body: bundle(vault, item, version) };
}

function newKey(body: Readonly<Record<string, unknown>>): JWK {
  const kty = textFrom(body, 'kty');
  if (kty === 'RSA') {
    const size = body['key_size'] ?? 2048;
    if (size !== 2048 && size !== 3072 && size !== 4096) throw bad('key_size is not 2048, 3072 or 4096.');
    return publicJwk(generateKeyPairSync('rsa', { modulusLength: size }).publicKey);
  }
  if (kty === 'EC')
    return publicJwk(generateKeyPairSync('ec', { namedCurve: curveOf(textFrom(body, 'crv') ?? 'P-256') }).publicKey);
  if (kty === 'oct') return { kty };
  throw bad(`Key type ${kty ?? ''} is not supported.`);
}

/** The public half of a whole key. @throws VaultError 400 where a part is missing or does not fit */
function importedKey(key: Readonly<Record<string, unknown>>, check: boolean): JWK {
  const kty = textFrom(key, 'kty') ?? '';
  if (kty === 'oct') {
    if (check && !textFrom(key, 'k')) throw bad('The key has no k.');
    return { kty };
  }
  if (!OPERATIONS[kty]) throw bad(`Key type ${kty} is not supported.`);
  const crv = textFrom(key, 'crv');
  const jwk = { ...key, kty, ...(crv === undefined ? {} : { crv: curveOf(crv) }) } as webcrypto.JsonWebKey;
  if (check && !jwk.d) throw bad('The key has no private half.');
  try {
    return publicJwk(
      createPublicKey(check ? createPrivateKey({ key: jwk, format: 'jwk' }) : { key: jwk, format: 'jwk' }),
    );
  } catch {
    throw bad('The key is not whole, or its parts do not fit.');
  }
}

function curveOf(crv: string): string {
  const curve = CURVES[crv];
  if (curve) return curve;
  throw bad(`Curve ${crv} is not supported.`);
}

function operationsFrom(given: unknown): readonly string[] | undefined {
  if (given === undefined || given === null) return undefined;
  if (Array.isArray(given) && given.every((each): each is string => typeof each === 'string')) return given;
  throw bad('key_ops is not a list of texts.');
}

function bundle(vault: Vault, item: Item<KeyVersion>, version: KeyVersion): object {
  const key = { kid: idOf(vault, item, version, true), key_ops: version.operations, ...version.key };
  return { key, ...around(vault, version) };
}

function around(vault: Vault, { attributes, tags, managed }: KeyVersion): object {
  return { attributes: attributesOut(vault, attributes), ...(tags ? { tags } : {}), ...(managed ? { managed } : {}) };
}

function idOf(vault: Vault, item: Item<KeyVersion>, version: KeyVersion, whole: boolean): string {
  return `${vault.url}/keys/${item.name}${whole ? `/${version.id}` : ''}`;
}

function bad(message: string): VaultError {
  return new VaultError(400, 'BadParameter', message);
}
