import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { type Clock, errorText, isError, systemClock } from '@eso/runtime';
import { parse } from 'yaml';
import { KubeError } from '../error.ts';
import type { KubeConnection, TlsClientConfig } from './connection.ts';
import { TokenFile } from './token-file.ts';

/**
 * The connection of one context of kubeconfig files: client certificates, tokens, exec plugins and OIDC through client-node;
 * `tokenFile`, which client-node does not know, here.
 * @throws KubeError CONNECTION_CONFIG
 */
export async function kubeconfigConnection(files: readonly string[], context?: string): Promise<KubeConnection> {
  const { config, tokenFiles } = await loadFiles(files);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  const named = config.getContextObject(config.getCurrentContext());
  if (!cluster || !named)
    throw unusable(files, `it has no context ${JSON.stringify(context ?? config.getCurrentContext())}`);
  if (cluster.skipTLSVerify)
    throw unusable(files, 'insecure-skip-tls-verify is not supported: set certificate-authority');
  if (cluster.proxyUrl) throw unusable(files, 'proxy-url is not supported');
  const server = URL.parse(cluster.server);
  if (!server) throw unusable(files, `the server of cluster ${JSON.stringify(cluster.name)} is no URL`);
  if (server.protocol !== 'https:') throw unusable(files, `the server ${cluster.server} is not an https URL`);
  const user = config.getCurrentUser();
  if (user?.impersonateUser) throw unusable(files, 'impersonation (as) is not supported');
  const base = {
    server,
    ...(named.namespace && { namespace: named.namespace }),
    tls: () => tlsMaterial(config, cluster.tlsServerName),
  };
  const tokenFile = tokenFiles.get(named.user);
  if (tokenFile !== undefined) {
    const token = new TokenFile(tokenFile);
    return { ...base, authorization: () => token.header(), invalidateCredentials: () => token.invalidate() };
  }
  if (user?.exec || user?.authProvider) return { ...base, ...cachedAuthorization(() => authorizationHeader(config)) };
  const fixed = await authorizationHeader(config);
  return { ...base, authorization: () => fixed };
}

/** Spares most requests the way through client-node, which reads files and builds an agent each time; in milliseconds. */
const REMEMBERED_MS = 10_000;
/** A plugin that has not answered for this long is left behind, and another one is started; in milliseconds. */
const ABANDONED_MS = 60_000;

/** Remembers what `read` found. While it is still looking, nobody looks a second time: a plugin that hangs is a process. */
export function cachedAuthorization(
  read: () => Promise<string | undefined>,
  clock: Clock = systemClock,
): Required<Pick<KubeConnection, 'authorization' | 'invalidateCredentials'>> {
  let header: Promise<string | undefined> | undefined;
  let pending = false;
  let readAt = 0;
  const invalidateCredentials = (): void => {
    if (!pending) header = undefined;
  };
  const authorization = (): Promise<string | undefined> => {
    if (header && clock.monotonic() - readAt < (pending ? ABANDONED_MS : REMEMBERED_MS)) return header;
    readAt = clock.monotonic();
    pending = true;
    const mine = read();
    header = mine;
    const settled = (result: typeof header): void => {
      if (header !== mine) return;
      pending = false;
      readAt = clock.monotonic();
      header = result;
    };
    mine.then(
      () => settled(mine),
      () => settled(undefined),
    );
    return mine;
  };
  return { authorization, invalidateCredentials };
}

interface Loaded {
  config: KubeConfig;
  /** Absolute path by user name. */
  tokenFiles: Map<string, string>;
}

async function loadFiles(files: readonly string[]): Promise<Loaded> {
  const config = new KubeConfig();
  const tokenFiles = new Map<string, string>();
  for (const [index, file] of files.entries()) {
    try {
      const one = new KubeConfig();
      one.loadFromFile(file);
      if (index === 0) config.loadFromOptions(one);
      else config.mergeConfig(one, true);
      for (const [user, path] of readTokenFiles(await readFile(file, 'utf8'))) {
        tokenFiles.set(user, resolve(dirname(file), path));
      }
    } catch (error) {
      throw unusable([file], readProblem(error), error);
    }
  }
  return { config, tokenFiles };
}

/** Where a file is no YAML. The parsers' own texts quote the file, in which there are tokens and keys. */
function readProblem(error: unknown): string {
  if (!isError(error) || !/^YAML/.test(error.name)) return errorText(error);
  const { mark, linePos } = error as { mark?: { line?: unknown }; linePos?: readonly { line?: unknown }[] };
  const line = typeof mark?.line === 'number' ? mark.line + 1 : linePos?.[0]?.line;
  return typeof line === 'number' ? `line ${line} is no YAML` : 'it is no YAML';
}

/** Users with a `tokenFile`, which has precedence over everything else a user has (as in client-go). */
function* readTokenFiles(text: string): Generator<[user: string, path: string]> {
  const { users } = parse(text) as { users?: { name?: string; user?: { tokenFile?: string } }[] };
  for (const { name, user } of users ?? []) {
    if (name && user?.tokenFile) yield [name, user.tokenFile];
  }
}

interface AppliedOptions extends TlsClientConfig {
  headers?: Record<string, string>;
  auth?: string;
}

/** client-node fills in the options of node:https; an exec plugin or an OIDC refresh runs here when its result has expired. */
async function applied(config: KubeConfig): Promise<AppliedOptions> {
  const options: AppliedOptions = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new KubeError('CONNECTION_CONFIG', `the kubeconfig's credentials cannot be had: ${errorText(error)}`, {
      cause: error,
    });
  }
  return options;
}

async function tlsMaterial(config: KubeConfig, servername: string | undefined): Promise<TlsClientConfig> {
  const { ca, cert, key } = await applied(config);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), ...(servername && { servername }) };
}

async function authorizationHeader(config: KubeConfig): Promise<string | undefined> {
  const { headers, auth } = await applied(config);
  if (auth !== undefined) return `Basic ${Buffer.from(auth).toString('base64')}`;
  return headers?.['Authorization'];
}

function unusable(files: readonly string[], problem: string, cause?: unknown): KubeError {
  return new KubeError('CONNECTION_CONFIG', `kubeconfig ${files.join(', ')}: ${problem}`, { cause });
}
