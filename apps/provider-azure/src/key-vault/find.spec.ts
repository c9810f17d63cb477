import { type CallContext, limits } from '@eso/api/server';
import { findVaultSecrets } from './find.ts';
import type { VaultClient, VaultClients } from './vault-client.ts';

const everything = { tags: new Map<string, string>(), conversionStrategy: 'Default' } as const;
const call = { signal: new AbortController().signal } as CallContext;

/** A vault that lists so, and fails whoever reads a secret of it. */
function vaultThatLists(properties: Iterable<{ name?: string; enabled?: boolean }>): VaultClient {
  const secrets = {
    listPropertiesOfSecrets: () => properties,
    getSecret: () => Promise.reject(new Error('a secret was read')),
  };
  const clients = { secrets } as unknown as VaultClients;
  const vault: Pick<VaultClient, 'call'> = { call: (_call, _signal, run) => run(clients) };
  return vault as VaultClient;
}

function* names(count: number) {
  for (let at = 0; at < count; at++) yield { name: `s-${at}` };
}

test('more names than an answer may have end a find before any of them is read', async () => {
  await expect(
    findVaultSecrets(vaultThatLists(names(limits.responseKeysCap + 1)), everything, call),
  ).rejects.toMatchObject({
    code: 'LIMIT_EXCEEDED',
    field: 'find',
  });
  await expect(findVaultSecrets(vaultThatLists(names(limits.responseKeysCap)), everything, call)).rejects.toThrow(
    'a secret was read',
  );
});

test.each([{}, { name: '' }])('a list of what has no names is no list: %p', async (properties) => {
  await expect(findVaultSecrets(vaultThatLists([properties]), everything, call)).rejects.toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    retryable: false,
  });
});
