import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRegistry, type Registry } from '@eso/runtime';
import type { ProviderServerOptions } from '../server/options.ts';
import type { KubeReader } from '../server/stores/kube-reader.ts';
import { checkDefinition } from '../server/definition-check.ts';
import { createProviderServer, type ProviderServer } from '../server/provider-server.ts';
import { CertificateDirectory } from '../tls/certificate-directory.ts';
import type { TestCrd } from './admission.ts';
import { testCertificates } from './certificates.ts';
import { MemoryObjects, type TestObject } from './memory-objects.ts';
import { connectToProvider, type TestProviderClient } from './provider-client.ts';

/** A provider in this process, and a client that it accepts. */
export interface TestProviderOptions extends Partial<
  Omit<ProviderServerOptions, 'kube' | 'certificates' | 'registry' | 'allowUnnamedStores'>
> {
  readonly definition: ProviderServerOptions['definition'];
  /** Default: certificates that are made for it, which needs `@peculiar/x509` and `reflect-metadata`. */
  readonly tls?:
    | {
        /** Directory with the provider's `tls.crt`, `tls.key` and `ca.crt`. */
        readonly serverDir: string;
        /** Directory with an accepted client's `tls.crt`, `tls.key` and `ca.crt`. */
        readonly clientDir: string;
        /** Name in the provider's certificate: `<service>.<namespace>.svc`. */
        readonly serverName: string;
      }
    | undefined;
  /** CRDs whose schemas are applied to the objects, as the API server does: what `crd()` returns, or a chart's YAML, parsed. */
  readonly crds?: readonly TestCrd[];
  /** Config objects and Secrets that are there from the start. */
  readonly objects?: readonly TestObject[];
  /** Where the provider reads Kubernetes objects, given those that are there from the start. Default: from these alone. */
  readonly kube?: (objects: MemoryObjects) => KubeReader;
  /**
   * Whether requests need not name a store. Default true: most tests are about a backend, and need no store for it. With false,
   * or with a `storeName` in the request, the store has to be among the objects and to say what the request says.
   */
  readonly allowUnnamedStores?: boolean;
}

/** A provider that runs, and a client for it. */
export interface TestProvider {
  readonly host: string;
  readonly port: number;
  readonly objects: MemoryObjects;
  readonly certificates: CertificateDirectory;
  readonly registry: Registry;
  readonly server: ProviderServer;
  readonly client: TestProviderClient;
  /** Ends the provider and the client. */
  stop(): Promise<void>;
}

/**
 * Starts a provider on 127.0.0.1, over real TLS, with Kubernetes objects from memory.
 * @throws KubeError INVALID with the field, when a CRD does not take one of the objects; TypeError for a definition that cannot
 * be served.
 */
export async function startTestProvider(options: TestProviderOptions): Promise<TestProvider> {
  const { tls: given, crds = [], objects: initial = [], kube, ...rest } = options;
  // Before anything is opened that would have to be closed.
  checkDefinition(rest.definition);
  const objects = new MemoryObjects({ crds });
  for (const object of initial) objects.apply(object);
  const made = given ? undefined : await testCertificates();
  const tls = given ?? made;
  if (!tls) throw new TypeError('a provider needs certificates');
  const registry = createRegistry({ processMetrics: false });
  const certificates = await CertificateDirectory.open({ dir: tls.serverDir });
  const server = createProviderServer({
    drainDelayMs: 0,
    stopTimeoutMs: 1_000,
    allowUnnamedStores: true,
    ...rest,
    certificates,
    kube: kube?.(objects) ?? objects,
    registry,
  });
  const { host, port } = await server.listen();
  const read = (name: string): Promise<string> => readFile(join(tls.clientDir, name), 'utf8');
  const [cert, key, ca] = await Promise.all([read('tls.crt'), read('tls.key'), read('ca.crt')]);
  const client = connectToProvider({ host, port, serverName: tls.serverName, ca, cert, key });
  return {
    host,
    port,
    objects,
    certificates,
    registry,
    server,
    client,
    stop: async () => {
      client.close();
      await server.stop();
      certificates.close();
      await made?.remove();
    },
  };
}
