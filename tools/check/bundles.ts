/** What may be inside each bundle. Proves on esbuild's metafile what the lint rule says about imports. */

/** The part of esbuild's metafile that is read here. */
export interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface Rule {
  /** Folders of this workspace that may be in the bundle. */
  readonly own: readonly string[];
  /** Folders among those that may not. */
  readonly never: readonly string[];
  /** npm packages that may be in the bundle: exact names, or scopes ending in "/". */
  readonly packages: readonly string[];
}

/** What @eso/runtime, @eso/kube and the contract are made of. */
const BASE = [
  'pino', 'pino-std-serializers', 'sonic-boom', 'thread-stream', 'on-exit-leak-free', 'quick-format-unescaped',
  'safe-stable-stringify', 'atomic-sleep', 'real-require', 'process-warning', '@pinojs/redact', 'fast-redact',
  'prom-client', 'tdigest', 'bintrees', '@opentelemetry/api', '@bufbuild/protobuf', '@connectrpc/connect',
  '@connectrpc/connect-node', 're2js', 'jsonschema',
]; // prettier-ignore

/** Reading a kubeconfig (exec plugins, OIDC): loaded only where there is one. */
const KUBECONFIG = [
  '@kubernetes/client-node', 'js-yaml', 'jsonpath-plus', 'openid-client', 'oauth4webapi', 'jose', 'rfc4648', 'stream-buffers',
  'tar-fs', 'tar-stream', 'undici', 'ws', 'isomorphic-ws', 'hpagent', 'socks', 'socks-proxy-agent', 'smart-buffer', 'ip-address',
  'agent-base', 'debug', 'ms', 'pump', 'once', 'wrappy', 'end-of-stream', 'streamx', 'fast-fifo', 'text-decoder', 'b4a',
  'events-universal', 'bare-events', 'bare-fs', 'bare-path', 'bare-stream', 'bare-url', 'byline', 'form-data', 'node-fetch', 'yaml', 'supports-color', 'has-flag',
]; // prettier-ignore

const PROVIDER_OWN = ['libs/api/', 'libs/http2/', 'libs/kube/', 'libs/runtime/'];
const PROVIDER_NEVER = ['libs/api/src/schema/', 'libs/api/src/testing/'];

/** One rule per app. A new provider adds its line with its SDK and nothing else. */
export const BUNDLE_RULES: Readonly<Record<string, Rule>> = {
  core: {
    own: [
      'apps/core/',
      'libs/api/',
      'libs/client/',
      'libs/controller/',
      'libs/http2/',
      'libs/kube/',
      'libs/runtime/',
      'libs/sync/',
      'libs/template/',
    ],
    never: ['libs/api/src/server/', 'libs/api/src/schema/', 'libs/api/src/testing/'],
    packages: [...BASE, ...KUBECONFIG],
  },
  'cert-manager-controller': {
    own: [
      'apps/cert-manager-controller/',
      'libs/api/',
      'libs/controller/',
      'libs/http2/',
      'libs/kube/',
      'libs/pki/',
      'libs/runtime/',
    ],
    never: ['libs/api/src/server/', 'libs/api/src/schema/', 'libs/api/src/testing/'],
    packages: [
      ...BASE,
      ...KUBECONFIG,
      '@peculiar/',
      'asn1js',
      'pvtsutils',
      'pvutils',
      'tslib',
      'tsyringe',
      'reflect-metadata',
      'bytestreamjs',
    ],
  },
  'provider-fake': {
    own: ['apps/provider-fake/', ...PROVIDER_OWN],
    never: PROVIDER_NEVER,
    packages: [...BASE, ...KUBECONFIG],
  },
  'provider-aws': {
    own: ['apps/provider-aws/', ...PROVIDER_OWN],
    never: PROVIDER_NEVER,
    packages: [
      ...BASE,
      ...KUBECONFIG,
      '@aws-sdk/',
      '@smithy/',
      '@aws-crypto/',
      '@aws/',
      'tslib',
      'bowser',
      'uuid',
      'fast-xml-parser',
      'strnum',
      '@nodable/',
    ],
  },
};

/**
 * Everything in a bundle that may not be there, one sentence each.
 * @param app folder name below apps/
 * @throws Error when there is no rule for `app`
 */
export function bundleViolations(app: string, metafile: Metafile): string[] {
  const rule = BUNDLE_RULES[app];
  if (!rule) throw new Error(`no bundle rule for apps/${app}: add one to BUNDLE_RULES in tools/check/bundles.ts`);
  const found = new Set<string>();
  for (const input of Object.keys(metafile.inputs)) {
    const name = packageOf(input);
    if (name !== undefined) {
      if (!rule.packages.some((allowed) => (allowed.endsWith('/') ? name.startsWith(allowed) : name === allowed)))
        found.add(`apps/${app} bundles the package ${name}, which its rule does not allow`);
    } else if (
      !rule.own.some((folder) => input.startsWith(folder)) ||
      rule.never.some((folder) => input.startsWith(folder))
    ) {
      found.add(`apps/${app} bundles ${input}, which its rule does not allow`);
    }
  }
  return [...found].sort();
}

/** Files that start worker threads, so that a bundle with one of them needs the program of its workers beside it. */
const STARTS_WORKERS = [
  'libs/sync/src/shape/shaper.ts',
  'libs/api/src/server/calls/heavy-calls.ts',
  'libs/template/src/worker/pool.ts',
];

/** Whether `dist/worker.mjs` has to be beside this bundle. */
export function needsWorker({ inputs }: Metafile): boolean {
  return STARTS_WORKERS.some((file) => file in inputs);
}

/** The npm package a metafile input belongs to; undefined for a file of this workspace. */
function packageOf(input: string): string | undefined {
  const path = input.split('node_modules/').at(-1) ?? '';
  if (!input.includes('node_modules/')) return undefined;
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}
