import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Report, type RuleId, type RuleReport, runConformance } from '@eso/conformance';
import { ConformingPeer, LAB_SERVER_NAME, type PeerLanguage, TlsLab } from '@eso/testing';
import { configFor, world } from './world.ts';

/** The providers read their certificates anew for each connection; milliseconds. */
const RELOAD_MS = 5_000;

/** Which provider is judged, and by which rules. */
export interface PeerRunOptions {
  readonly language: PeerLanguage;
  /** Id of the rule that it breaks. Default none. */
  readonly fault?: RuleId;
  /** Default all. */
  readonly only?: readonly RuleId[];
  /** Told of each rule when it is done. */
  readonly onRule?: (rule: RuleReport) => void;
}

/** Providers in other languages over certificates of one authority, judged by the suite one run at a time or several at once. */
export class PeerBench {
  readonly #lab: TlsLab;
  readonly #clientDir: string;
  readonly #strangerDir: string;
  readonly #world: string;

  private constructor(lab: TlsLab, clientDir: string, strangerDir: string, file: string) {
    this.#lab = lab;
    this.#clientDir = clientDir;
    this.#strangerDir = strangerDir;
    this.#world = file;
  }

  static async create(): Promise<PeerBench> {
    const lab = await TlsLab.create();
    const clientDir = await lab.directory(await lab.client());
    const strangerDir = await lab.directory(await lab.client({ fault: 'otherIdentity' }));
    const file = join(strangerDir, 'world.json');
    await writeFile(file, JSON.stringify(world));
    return new PeerBench(lab, clientDir, strangerDir, file);
  }

  /**
   * Starts the provider, judges it, and ends it.
   * @throws as `ConformingPeer.run` and `runConformance`
   */
  async judge({ language, fault, only, onRule }: PeerRunOptions): Promise<Report> {
    const certDir = await this.#lab.directory(await this.#lab.server());
    const peer = await ConformingPeer.run({ language, certDir, world: this.#world, ...(fault && { fault }) });
    try {
      return await runConformance(
        { host: '127.0.0.1', port: peer.port, certsDir: this.#clientDir, strangerDir: this.#strangerDir },
        {
          config: {
            ...configFor(language),
            serverName: LAB_SERVER_NAME,
            reloadWithinMs: RELOAD_MS,
            hooks: {
              replaceCertificates: async () => this.#lab.mount(certDir, await this.#lab.server()),
              stop: () => peer.terminate(),
            },
          },
          ...(only && { only }),
          ...(onRule && { onRule }),
        },
      );
    } finally {
      await peer.kill();
    }
  }

  /** Removes what was written. */
  remove(): Promise<void> {
    return this.#lab.remove();
  }
}
