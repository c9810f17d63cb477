import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { issue } from '@eso/control-plane/x509.mjs';
import { certificateNames } from './clouds.ts';
import { answerAuthority } from './entra/authority.ts';
import type { Directory } from './entra/directory.ts';
import { answerIdentity, IDENTITY_HEADER } from './entra/managed-identity.ts';
import type { Grant } from './entra/tokens.ts';
import { type Answer, type Call, readCall, send } from './http/exchange.ts';
import { tunnel } from './http/proxy.ts';
import type { Intercept, KeyVaultOptions } from './options.ts';
import { answerRegistry } from './registry/answer-registry.ts';
import type { Registry, RegistryOptions } from './registry/registry.ts';
import type { Rules } from './rules.ts';
import { answerVault } from './vault/answer-vault.ts';
import type { Vault, VaultOptions } from './vault/vault.ts';
import { World } from './world.ts';

/** A call that was answered. */
export interface ServedCall {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly status: number;
}

/** A server that runs. */
export interface KeyVaultServer {
  /** `http://127.0.0.1:PORT`, for `HTTPS_PROXY`: tunnels the real host names to this server, and refuses every other. */
  readonly proxyUrl: string;
  /** Where the TLS server listens, on 127.0.0.1 unless `listenOn` says otherwise: for clients that resolve names themselves. Also serves the public authority. */
  readonly port: number;
  /** PEM of the authority that signed its certificate. */
  readonly ca: string;
  /** What was answered, oldest first. Tests may empty it. */
  readonly calls: ServedCall[];
  /** What is switched off and on while it runs. */
  readonly rules: Rules;
  readonly directory: Directory;
  /** `https://NAME.vault.azure.net` by the name of a vault of the public cloud, or its host. @throws when there is none */
  readonly vault: (nameOrHost: string) => Vault;
  readonly addVault: (options: VaultOptions) => Vault;
  readonly addRegistry: (options: RegistryOptions) => Registry;
  /** Sets what looks at calls first; nothing takes it away. */
  readonly intercept: (look?: Intercept) => void;
  /** Life of the tokens that are signed from now on, seconds. */
  readonly setTokenLife: (seconds: number) => void;
  /** Of the machine that tests pretend to run on, for `AZURE_POD_IDENTITY_AUTHORITY_HOST`. */
  readonly metadataUrl: string;
  /** As App Service hands it to processes: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`. */
  readonly appService: { readonly endpoint: string; readonly header: string };
  /** A token as it would be given, or one that is over, or for something else. */
  readonly sign: (grant: Grant) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts a server on free ports of 127.0.0.1, or where it is told. @throws Error when nothing can listen there */
export async function startKeyVault(options: KeyVaultOptions): Promise<KeyVaultServer> {
  const world = new World(options);
  const ca = issue({ commonName: 'key-vault-server', use: 'ca' });
  const leaf = issue({
    commonName: 'key-vault-server',
    use: 'server',
    names: certificateNames(world.clouds),
    issuer: ca,
  });
  const calls: ServedCall[] = [];
  let look: Intercept | undefined;
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    void handle(world, request, response, calls, look).catch(() => response.destroy());
  };
  const tls = createTlsServer({ key: leaf.keyPem, cert: leaf.certPem }, serve);
  const { address, port } = await listen(tls, options.listenOn);
  const proxy = createServer(serve);
  // An idle connection that ends under a request is no fault that a test asked for.
  for (const server of [tls, proxy]) server.keepAliveTimeout = 0;
  proxy.on('connect', (request, socket: Socket) => {
    const [host = ''] = (request.url ?? '').toLowerCase().split(':');
    tunnel(socket, { known: isKnown(world, host), address, port });
  });
  const { port: proxyPort } = await listen(proxy);
  return {
    proxyUrl: `http://127.0.0.1:${proxyPort}`,
    port,
    ca: ca.certPem,
    calls,
    rules: world.rules,
    directory: world.directory,
    vault: (nameOrHost) => {
      const found = world.vaultAt(nameOrHost) ?? world.vaultAt(`${nameOrHost}.vault.azure.net`);
      if (!found) throw new Error(`there is no vault ${nameOrHost}`);
      return found;
    },
    addVault: (vault) => world.addVault(vault),
    addRegistry: (registry) => world.addRegistry(registry),
    intercept: (next) => {
      look = next;
    },
    setTokenLife: (seconds) => {
      world.mint.lifeSeconds = seconds;
    },
    metadataUrl: `http://127.0.0.1:${proxyPort}`,
    appService: { endpoint: `http://127.0.0.1:${proxyPort}/msi/token`, header: IDENTITY_HEADER },
    sign: async (grant) => world.mint.sign(grant),
    stop: async () => {
      await Promise.all([close(tls), close(proxy)]);
    },
  };
}

async function handle(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  calls: ServedCall[],
  look: Intercept | undefined,
): Promise<void> {
  const call = await readCall(request);
  const answer = (await look?.(call)) ?? (await route(world, call));
  if (answer === 'hangUp') {
    response.destroy();
    return;
  }
  calls.push({ method: call.method, host: call.host, path: call.path, status: answer.status });
  send(response, answer);
}

async function route(world: World, call: Call): Promise<Answer> {
  const identity = await answerIdentity(world, call);
  if (identity) return identity;
  const cloud = world.cloudAt(call.host);
  if (cloud) return answerAuthority(world, cloud, call);
  const registry = world.registryAt(call.host);
  if (registry) return answerRegistry(world, registry, call);
  const vault = world.vaultAt(call.host);
  return vault ? answerVault(world, vault, call) : { status: 404 };
}

function isKnown(world: World, host: string): boolean {
  return (world.cloudAt(host) ?? world.vaultAt(host) ?? world.registryAt(host)) !== undefined;
}

async function listen(server: Server, on = { host: '127.0.0.1', port: 0 }): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(on, resolve);
  });
  return server.address() as AddressInfo;
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
