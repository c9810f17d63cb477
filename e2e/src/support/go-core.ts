import { CLIENT_TLS_SECRET } from '@eso/api/resources';
import {
  ESO_NAMESPACE,
  eventually,
  type GoClientOptions,
  type GoClientResult,
  type LabKeyPair,
  type Pod,
  runGoClient,
  TlsLab,
} from '@eso/testing';
import type { System } from './system.ts';

/** A Provider of a tenant, and the Fake that it points at, which have the same name. */
export interface AskedStore {
  readonly namespace: string;
  readonly name: string;
}

/** The client in Go in core's place: with core's own certificate, and at the provider of the installation. */
export class GoCore implements AsyncDisposable {
  readonly #system: System;
  readonly #lab: TlsLab;
  readonly #certDir: string;

  private constructor(system: System, lab: TlsLab, certDir: string) {
    this.#system = system;
    this.#lab = lab;
    this.#certDir = certDir;
  }

  static async start(system: System): Promise<GoCore> {
    const lab = await TlsLab.create();
    return new GoCore(system, lab, await lab.directory(await certificate(system)));
  }

  /** Calls provider-fake until all calls are made or the time is up; see {@link runGoClient}. */
  async ask(
    provider: Pod,
    { namespace, name }: AskedStore,
    options: Pick<GoClientOptions, 'ask' | 'bytes' | 'until'> & Partial<GoClientOptions>,
  ): Promise<GoClientResult> {
    const store = await this.#system.kubectl('-n', namespace, 'get', 'provider', name, '-o', 'json');
    const { metadata } = JSON.parse(store) as {
      readonly metadata: { readonly uid: string; readonly generation: number };
    };
    return runGoClient({
      address: `127.0.0.1:${String(provider.ports['grpc'])}`,
      serverName: 'provider-fake.provider-fake.svc',
      certDir: this.#certDir,
      namespace,
      providerRef: {
        apiVersion: 'provider.external-secrets.io/v2alpha1',
        kind: 'Fake',
        name,
        storeRefKind: 'Provider',
        storeName: name,
        storeUid: metadata.uid,
        storeGeneration: String(metadata.generation),
        requesterNamespace: namespace,
        requesterKind: 'ExternalSecret',
        requesterName: 'go',
      },
      progress: (text) => process.stderr.write(`${text}\n`),
      ...options,
    });
  }

  /** Has the certificate issued anew and hands it to the client, as a kubelet would. */
  async renewCertificate(): Promise<void> {
    const before = await certificate(this.#system);
    await this.#system.kubectl('-n', ESO_NAMESPACE, 'delete', 'secret', CLIENT_TLS_SECRET);
    const renewed = await eventually(async () => {
      const pair = await certificate(this.#system);
      expect(['', before['tls.crt']]).not.toContain(pair['tls.crt']);
      return pair;
    });
    await this.#lab.mount(this.#certDir, renewed);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lab.remove();
  }
}

async function certificate(system: System): Promise<LabKeyPair> {
  const values = (await system.values(ESO_NAMESPACE, CLIENT_TLS_SECRET)) ?? {};
  return {
    'tls.crt': values['tls.crt'] ?? '',
    'tls.key': values['tls.key'] ?? '',
    'ca.crt': values['ca.crt'] ?? '',
  };
}
