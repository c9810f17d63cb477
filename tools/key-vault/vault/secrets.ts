import { commonRoutes, type Kind } from './common-routes.ts';
import type { Route } from './routes.ts';
import { type Item, newVersionId } from './shelf.ts';
import type { Vault } from './vault.ts';
import type { SecretVersion } from './versions.ts';
import { attributesFrom, attributesOut, jsonOf, tagsFrom, textFrom } from './wire.ts';
import { VaultError } from './vault-error.ts';

/** The largest value. */
const MAX_VALUE_BYTES = 25_600;

const KIND: Kind<SecretVersion> = {
  collection: 'secrets',
  shelf: ({ secrets }) => secrets,
  bundle: (vault, item, version) => ({ value: version.value, ...described(vault, item, version, true) }),
  listed: described,
  remains: (vault, item, version) => described(vault, item, version, true),
  managed: ({ managed }) => managed === true,
};

/** Operations on secrets. */
export const SECRET_ROUTES: readonly Route[] = [
  ...commonRoutes(KIND),
  {
    method: 'PUT',
    path: 'secrets/{name}',
    permission: ['secrets', 'set'],
    run: ({ vault, name, call, seconds, rules }) => {
      const body = jsonOf(call);
      const value = textFrom(body, 'value');
      if (value === undefined) throw new VaultError(400, 'BadParameter', 'The request body must specify a value.');
      if (rules.valueSize && Buffer.byteLength(value) > MAX_VALUE_BYTES) {
        throw new VaultError(400, 'BadParameter', `The secret value is larger than ${MAX_VALUE_BYTES} bytes.`);
      }
      if (vault.certificates.has(name)) {
        throw new VaultError(
          403,
          'Forbidden',
          `Operation set is not allowed on what stands behind a certificate: ${name}.`,
        );
      }
      const version: SecretVersion = {
        id: newVersionId(),
        value,
        contentType: textFrom(body, 'contentType'),
        attributes: attributesFrom(body['attributes'], seconds),
        tags: tagsFrom(body['tags']),
      };
      const item = vault.secrets.add(name, version);
      return { status: 200, body: KIND.bundle(vault, item, version) };
    },
  },
  {
    method: 'GET',
    path: 'secrets/{name}/{version}',
    permission: ['secrets', 'get'],
    run: ({ vault, name, version: id, rules }) => {
      const { item, version } = vault.secrets.version(name, id);
      if (rules.disabled && !version.attributes.enabled) {
        throw new VaultError(403, 'Forbidden', 'Operation get is not allowed on a disabled secret.', {
          inner: 'SecretDisabled',
        });
      }
      return { status: 200, body: KIND.bundle(vault, item, version) };
    },
  },
  {
    method: 'PATCH',
    path: 'secrets/{name}/{version}',
    permission: ['secrets', 'set'],
    run: ({ vault, name, version: id, call, seconds }) => {
      const { item, version } = vault.secrets.version(name, id);
      const body = jsonOf(call);
      version.attributes = attributesFrom(body['attributes'], seconds, version.attributes);
      version.contentType = textFrom(body, 'contentType') ?? version.contentType;
      version.tags = tagsFrom(body['tags']) ?? version.tags;
      return { status: 200, body: described(vault, item, version, true) };
    },
  },
];

function described(vault: Vault, item: Item<SecretVersion>, version: SecretVersion, whole: boolean): object {
  return {
    ...(version.contentType === undefined ? {} : { contentType: version.contentType }),
    id: `${vault.url}/secrets/${item.name}${whole ? `/${version.id}` : ''}`,
    ...(version.managed ? { managed: true, kid: `${vault.url}/keys/${item.name}/${version.id}` } : {}),
    attributes: attributesOut(vault, version.attributes),
    ...(version.tags ? { tags: version.tags } : {}),
  };
}
