import { eventually, type InstallationOptions, type Moto, type Pod, startMoto } from '@eso/testing';
import { forceSync } from '../support/bad-input.ts';
import { externalSecretManifest, System } from '../support/system.ts';
import { awsEnv, type ReleasedBackend, releasedAws, releasedFake } from './backends.ts';

/** Namespace of the tests. */
export const TENANT = 'compat';
/** Leaves of the shortest life, renewed 20 seconds after they were issued. */
const CERTIFICATES = ['--leaf-validity=5m', '--leaf-renewal-window=4m40s'];
/** A provider may know its config, or an answer be shared, a few seconds longer than it is so. */
export const ASK_AGAIN = { timeoutMs: 60_000, intervalMs: 1_000 };
/** Nothing is refreshed by itself while a test runs. */
const NEVER = '1h';

/** Providers of a pairing; each has a store of its name. */
export const PROVIDERS = ['fake', 'aws'] as const;
export type PairedProvider = (typeof PROVIDERS)[number];

/** Which programs and charts are of which release. */
export type PairingOrigins = Pick<InstallationOptions, 'programs' | 'charts'>;

/** Folder with the programs and charts of the release before this one. @throws Error outside of `npm run compat` */
export function previousRelease(): string {
  const folder = process.env['ESO_PREVIOUS'];
  if (folder === undefined) throw new Error('ESO_PREVIOUS is not set: run "npm run compat"');
  return folder;
}

/** Programs of two releases on a control plane of their own. */
export class Pairing {
  readonly system: System;
  readonly backends: Readonly<Record<PairedProvider, ReleasedBackend>>;
  readonly #moto: Moto;

  private constructor(system: System, moto: Moto) {
    this.system = system;
    this.#moto = moto;
    this.backends = { fake: releasedFake(system, TENANT), aws: releasedAws(system, TENANT, moto) };
  }

  static async start(origins: PairingOrigins): Promise<Pairing> {
    const moto = await startMoto();
    const providers = { fake: {}, aws: { env: awsEnv(moto) } };
    try {
      const options = { ...origins, tenants: [TENANT], providers, certificateFlags: CERTIFICATES };
      return new Pairing(await System.start(options), moto);
    } catch (error) {
      await moto.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const backend of Object.values(this.backends)) backend.close();
    await this.system.stop();
    await this.#moto.stop();
  }

  /** @throws Error where the installation has no such provider */
  pod(provider: PairedProvider): Pod {
    const pod = this.system.installation.providers[provider];
    if (!pod) throw new Error(`no provider ${provider} is installed`);
    return pod;
  }

  /** Applies an ExternalSecret; `spec` is the rest of its spec, as YAML. */
  apply(name: string, store: PairedProvider, spec: string): Promise<void> {
    return this.system.apply(externalSecretManifest(TENANT, name, store, spec, NEVER));
  }

  /** Asks for syncs until the Secret holds exactly these values; undefined: until it is gone. */
  becomes(name: string, values: Record<string, string> | undefined): Promise<void> {
    return eventually(async () => {
      await forceSync(this.system, TENANT, name);
      await eventually(async () => expect(await this.system.values(TENANT, name)).toEqual(values), {
        timeoutMs: 3_000,
      });
    }, ASK_AGAIN);
  }

  /** Asks for syncs until the ExternalSecret is not Ready, with this code. */
  answeredWith(name: string, code: string): Promise<void> {
    return eventually(async () => {
      await forceSync(this.system, TENANT, name);
      await this.system.failed(TENANT, name, code, 3_000);
    }, ASK_AGAIN);
  }
}
