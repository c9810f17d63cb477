/** Azure in the world outside of a cluster, which pods reach as far as their policies and their trust let them. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** An address beside the one that other servers of the world outside have. */
const ADDRESS = '198.51.100.2';
/** It ends by itself, or with the cluster. */
const SECONDS = 1_200;
/** Longest wait until it answers, milliseconds; Node needs a part of it. */
const START_MS = 60_000;

/** What it needs of a cluster. */
interface Node {
  /** Folder of the cluster. */
  readonly dir: string;
  /** Runs a command with the network of the node. */
  readonly run: (command: string, args: readonly string[]) => Promise<string>;
}

/** A vault of the public cloud with one secret, and who may read it. */
export interface OutsideVault {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** `team` for `https://team.vault.azure.net`. */
  readonly vault: string;
  readonly secret: string;
  readonly value: string;
}

/** `hostAliases` of a pod, by which the names of the vault and of Entra ID lead there. */
export const hostAliasesOf = ({ vault }: OutsideVault): readonly object[] => [
  { ip: ADDRESS, hostnames: [`${vault}.vault.azure.net`, 'login.microsoftonline.com'] },
];

/**
 * Starts it, and waits until it answers.
 * @returns PEM of the authority that signed its certificate
 * @throws Error with what it printed, when it ends early or does not answer
 */
export async function startAzureOutside(cluster: Node, vault: OutsideVault): Promise<string> {
  const caFile = join(cluster.dir, 'azure-outside.crt');
  rmSync(caFile, { force: true });
  await cluster.run('ip', ['address', 'replace', `${ADDRESS}/24`, 'dev', 'outside0']);
  const program = [process.execPath, '--conditions=@eso/source', fileURLToPath(new URL('key-vault-outside.ts', import.meta.url))]; // prettier-ignore
  const own = ['-u', 'LD_LIBRARY_PATH', 'timeout', String(SECONDS), ...program];
  let ended: Error | undefined;
  cluster.run('env', [...own, ADDRESS, caFile, JSON.stringify(vault)]).then(
    () => (ended = new Error('the vault ended')),
    (error: unknown) => (ended = new Error('the vault ended', { cause: error })),
  );
  const deadline = performance.now() + START_MS;
  while (!existsSync(caFile)) {
    if (ended) throw ended;
    if (performance.now() > deadline) throw new Error('the vault does not answer');
    await sleep(100);
  }
  return readFileSync(caFile, 'utf8');
}
