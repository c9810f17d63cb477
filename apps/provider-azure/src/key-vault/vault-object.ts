import type { CertificateProperties } from '@azure/keyvault-certificates';
import type { JsonWebKey, KeyProperties } from '@azure/keyvault-keys';
import type { SecretProperties } from '@azure/keyvault-secrets';
import { ProviderError } from '@eso/api/server';
import { inWords, type RemoteObject } from './remote-key.ts';
import type { VaultClient, VaultClients } from './vault-client.ts';

/** One version of an object of a vault. */
export interface VaultObject {
  /** A secret's text, a key's public JWK, a certificate's DER. */
  readonly content: Uint8Array;
  readonly tags: ReadonlyMap<string, string>;
  /** Instants that the vault keeps of it, by upstream's names; absent ones are left out. */
  readonly attributes: ReadonlyMap<string, Date>;
  /** Whether it stands behind a certificate, and comes and goes with that. */
  readonly isOfCertificate: boolean;
  /** Of a secret that has one. */
  readonly contentType?: string | undefined;
}

type Properties = SecretProperties | KeyProperties | CertificateProperties;

/** What was asked for. */
export interface ObjectRequest {
  readonly object: RemoteObject;
  /** Empty: the latest one. */
  readonly version: string;
  /** Where the user wrote the key. */
  readonly field: string;
  readonly signal: AbortSignal;
}

/**
 * Reads one object.
 * @throws ProviderError SECRET_NOT_FOUND where there is none; VERSION_NOT_FOUND where there are others than the version asked for.
 */
export async function readObject(vault: VaultClient, request: ObjectRequest): Promise<VaultObject> {
  const { object, version, field, signal } = request;
  const words = inWords(object);
  const call = { action: `get ${words}`, object: words, field };
  try {
    return await vault.call(call, signal, (clients) => READERS[object.type](clients, request));
  } catch (error) {
    if (version === '' || !isAbsent(error)) throw error;
    // Key Vault says the same of both, and a deletion policy must not act on a mistyped version.
    await readObject(vault, { ...request, version: '' });
    throw new ProviderError('VERSION_NOT_FOUND', `${words} has no version ${version}`, { field: 'remoteRef.version' });
  }
}

const READERS: Readonly<
  Record<RemoteObject['type'], (clients: VaultClients, request: ObjectRequest) => Promise<VaultObject>>
> = {
  secret: async ({ secrets }, { object: { name }, version, signal }) => {
    const { value, properties } = await secrets.getSecret(name, { ...(version && { version }), abortSignal: signal });
    const object = objectOf(properties, value === undefined ? undefined : Buffer.from(value));
    return { ...object, contentType: properties.contentType };
  },
  key: async ({ keys }, { object: { name }, version, signal }) => {
    const { key, properties } = await keys.getKey(name, { ...(version && { version }), abortSignal: signal });
    return objectOf(properties, key?.kty === undefined ? undefined : Buffer.from(JSON.stringify(publicJwk(key))));
  },
  cert: async ({ certificates }, { object: { name }, version, signal }) => {
    const options = { abortSignal: signal };
    const { cer, properties } = version
      ? await certificates.getCertificateVersion(name, version, options)
      : await certificates.getCertificate(name, options);
    return objectOf(properties, cer);
  },
};

/** Fields of a public JWK, in upstream's order. */
function publicJwk(key: JsonWebKey): Record<string, unknown> {
  const binary = (value: Uint8Array | undefined) => value && Buffer.from(value).toString('base64url');
  const { kid, kty, keyOps, n, e, crv, x, y } = key;
  return { kid, kty, key_ops: keyOps, n: binary(n), e: binary(e), crv, x: binary(x), y: binary(y) };
}

function objectOf(properties: Properties, content: Uint8Array | undefined): VaultObject {
  // An answer of the right form that lacks what was asked for is no object without content.
  if (content === undefined)
    throw new ProviderError('BACKEND_UNAVAILABLE', 'Key Vault answers without the content of the object', {
      retryable: false,
      nextStep: 'check the URL of the vault: something else may stand there',
    });
  const { expiresOn, createdOn, updatedOn, notBefore } = properties;
  const attributes = { expires: expiresOn, created: createdOn, updated: updatedOn, notBefore };
  return {
    content,
    tags: tagsOf(properties),
    isOfCertificate: 'managed' in properties && properties.managed,
    attributes: new Map(Object.entries(attributes).filter((entry): entry is [string, Date] => entry[1] !== undefined)),
  };
}

/** Tags of an object; none where it has no tags. */
export function tagsOf({ tags }: Pick<Properties, 'tags'>): ReadonlyMap<string, string> {
  return new Map(Object.entries(tags ?? {}));
}

/** Whether an object was asked for and is not there. */
export function isAbsent(error: unknown): boolean {
  return error instanceof ProviderError && error.code === 'SECRET_NOT_FOUND';
}
