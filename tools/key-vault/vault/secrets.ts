import type { Route } from './routes.ts';
import { type Item, newVersionId } from './shelf.ts';
import type { Vault } from './vault.ts';
import { attributesFrom, attributesOut, jsonOf, tagsFrom } from './wire.ts';
import type { Attributes, SecretVersion } from './versions.ts';
import { VaultError } from './vault-error.ts';

/** The largest value. */
const MAX_VALUE_BYTES = 25_600;

export const SECRET_ROUTES: readonly Route[] = [
  {
    method: 'PUT',
    path: 'secrets/{name}',
    permission: ['secrets', 'set'],
    run: ({ vault, name, call, seconds }) => {
      const body = jsonOf(call);
      const value = body['value'];
      if (typeof value !== 'string')
        throw new VaultError(400, 'BadParameter', 'The request body must specify a value.');
      if (Buffer.byteLength(value) > MAX_VALUE_BYTES) {
        throw new VaultError(400, 'BadParameter', `The secret value is larger than ${MAX_VALUE_BYTES} bytes.`);
      }
      const contentType = body['contentType'];
      const version: SecretVersion = {
        id: newVersionId(),
        value,
        contentType: typeof contentType === 'string' ? contentType : undefined,
        attributes: attributesFrom(body['attributes'], seconds),
        tags: tagsFrom(body['tags']),
      };
      vault.secrets.add(name, version);
      return { status: 200, body: secretBundle(vault, vault.secrets.item(name), version) };
    },
  },
  {
    method: 'GET',
    path: 'secrets/{name}/{version}',
    permission: ['secrets', 'get'],
    run: ({ vault, name, version: id }) => {
      const { item, version } = vault.secrets.version(name, id);
      assertEnabled(version.attributes);
      return { status: 200, body: secretBundle(vault, item, version) };
    },
  },
];

function assertEnabled({ enabled }: Attributes): void {
  if (enabled) return;
  throw new VaultError(403, 'Forbidden', 'Operation get is not allowed on a disabled secret.', {
    inner: 'SecretDisabled',
  });
}

function secretBundle(vault: Vault, item: Item<SecretVersion>, version: SecretVersion): object {
  return { value: version.value, ...secretItem(vault, item, version) };
}

function secretItem(vault: Vault, item: Item<SecretVersion>, version: SecretVersion): object {
  return {
    ...(version.contentType === undefined ? {} : { contentType: version.contentType }),
    id: `${vault.url}/secrets/${item.name}/${version.id}`,
    attributes: attributesOut(version.attributes),
    ...(version.tags ? { tags: version.tags } : {}),
  };
}
