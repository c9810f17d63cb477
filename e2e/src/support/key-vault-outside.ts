/**
 * A Key Vault and Entra ID in the world outside of a cluster, with one secret. Runs with the network of the node.
 * usage: key-vault-outside.ts ADDRESS CA_FILE JSON, where CA_FILE is written once it answers
 */
import { renameSync, writeFileSync } from 'node:fs';
import { startKeyVault } from '@eso/key-vault-server';
import type { OutsideVault } from './azure-outside.ts';

const [address = '', caFile = '', json = '{}'] = process.argv.slice(2);
const { tenantId, clientId, clientSecret, vault, secret, value } = JSON.parse(json) as OutsideVault;
const azure = await startKeyVault({
  listenOn: { host: address, port: 443 },
  tenants: [{ id: tenantId, apps: [{ clientId, secrets: [{ value: clientSecret }] }] }],
  vaults: [{ name: vault, tenantId, access: { [clientId]: { secrets: ['get', 'list'] } } }],
});
const attributes = { enabled: true, created: 1, updated: 1 };
azure.vault(vault).secrets.add(secret, { id: 'a'.repeat(32), attributes, tags: {}, value, contentType: undefined });
writeFileSync(`${caFile}.new`, azure.ca);
renameSync(`${caFile}.new`, caFile);
