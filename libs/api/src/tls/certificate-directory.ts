import { type FSWatcher, watch } from 'node:fs';
import { type Clock, errorText, type Logger, silentLogger, systemClock } from '@eso/runtime';
import { checkMaterial } from './check-material.ts';
import type { TlsMaterial } from './material.ts';
import { type CertificateFiles, DEFAULT_CERTIFICATE_FILES, readDirectory } from './read-directory.ts';

/** Where the files are, and how often they are read. */
export interface CertificateDirectoryOptions {
  /** Directory with the files, usually a mounted Secret. It may be empty or absent at first. */
  readonly dir: string;
  /** File names that differ from `tls.crt`, `tls.key`, `ca.crt`, `ca.crl`. */
  readonly files?: Partial<CertificateFiles>;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Interval of the look that does not depend on file notifications, milliseconds. Default 2,000. */
  readonly pollMs?: number;
}

/** New files are in use. `previous` is undefined at the first load. */
export type ChangeListener = (material: TlsMaterial, previous: TlsMaterial | undefined) => void;

/** New files were refused, once for each bad content; `current`, if there is one, stays in use. */
export type RefusalListener = (problem: string, current: TlsMaterial | undefined) => void;

/** Files that are written one by one look broken for a moment: a bad content counts when it is still there after this. */
const SETTLE_MS = 250;
/** A swap causes several notifications. */
const DEBOUNCE_MS = 50;

/**
 * The key, certificate and trust bundle of this process, always the newest usable ones of a directory. New files replace
 * the old only after they have been checked against each other; a bad set is reported and the old one stays.
 */
export class CertificateDirectory {
  readonly #dir: string;
  readonly #files: CertificateFiles;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #pollMs: number;
  readonly #changeListeners = new Set<ChangeListener>();
  readonly #refusalListeners = new Set<RefusalListener>();
  #current: { readonly digest: string; readonly material: TlsMaterial } | undefined;
  #bad: { readonly digest: string; readonly problem: string; readonly sinceMs: number; reported: boolean } | undefined;
  #watcher: FSWatcher | undefined;
  #cancelPoll: () => void = () => undefined;
  #polling: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: CertificateDirectoryOptions) {
    this.#dir = options.dir;
    this.#files = { ...DEFAULT_CERTIFICATE_FILES, ...options.files };
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#pollMs = options.pollMs ?? 2_000;
  }

  /** Reads the directory once and starts watching it. Never fails: what is wrong is in `problem()` and heals by itself. */
  static async open(options: CertificateDirectoryOptions): Promise<CertificateDirectory> {
    const directory = new CertificateDirectory(options);
    await directory.refresh();
    return directory;
  }

  /** What is in use now; undefined until the directory has held a usable set once. */
  current(): TlsMaterial | undefined {
    return this.#current?.material;
  }

  /** Why the files that are there now are not in use, or undefined when they are. */
  problem(): string | undefined {
    // Files that are being written one by one are no problem yet, unless there is nothing else to work with.
    return this.#current === undefined || this.#bad?.reported ? this.#bad?.problem : undefined;
  }

  /** Calls `listener` after each load of new files. Returns the function that ends this. */
  onChange(listener: ChangeListener): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** Calls `listener` when new files turn out not to be usable. Returns the function that ends this. */
  onRefused(listener: RefusalListener): () => void {
    this.#refusalListeners.add(listener);
    return () => this.#refusalListeners.delete(listener);
  }

  /** Looks at the files now instead of at the next notification. */
  refresh(): Promise<void> {
    // A look under way may have read the old files already, so it is waited for and followed by one more.
    this.#polling = this.#polling.then(() => this.#poll()).catch((error: unknown) => this.#pollFailed(error));
    return this.#polling;
  }

  /** Stops watching. */
  close(): void {
    this.#closed = true;
    this.#cancelPoll();
    this.#watcher?.close();
    this.#changeListeners.clear();
    this.#refusalListeners.clear();
  }

  /** Whatever the files hold or a listener throws, the next look comes. */
  #pollFailed(error: unknown): void {
    this.#logger.error({ dir: this.#dir, err: error }, `looking at the certificate files failed: ${errorText(error)}`);
    this.#schedulePoll(this.#pollMs);
  }

  async #poll(): Promise<void> {
    const content = await readDirectory(this.#dir, this.#files);
    if (this.#closed) return;
    if (content.kind === 'unreadable') this.#refuse(content.digest, content.problem, content.absent);
    else if (content.digest === this.#current?.digest) this.#bad = undefined;
    else {
      const checked = checkMaterial(content.files, this.#clock.now());
      if (checked.kind === 'usable') this.#accept(content.digest, checked.material);
      else this.#refuse(content.digest, checked.problem);
    }
    this.#watch();
    this.#schedulePoll(this.#bad?.reported === false ? SETTLE_MS : this.#pollMs);
  }

  #accept(digest: string, material: TlsMaterial): void {
    const previous = this.#current?.material;
    this.#current = { digest, material };
    this.#bad = undefined;
    this.#logger.info({ serial: material.serial, notAfter: material.notAfter.toISOString() }, 'certificate loaded');
    for (const listener of this.#changeListeners) listener(material, previous);
  }

  #refuse(digest: string, problem: string, absent = false): void {
    const nowMs = this.#clock.monotonic();
    if (this.#bad?.digest !== digest) this.#bad = { digest, problem, sinceMs: nowMs, reported: false };
    else if (!this.#bad.reported && nowMs - this.#bad.sinceMs >= SETTLE_MS) {
      this.#bad.reported = true;
      // At the first start of all the Secret is not there yet: whoever installs should not look for a fault.
      if (absent && !this.#current) this.#logger.info({ dir: this.#dir }, `waiting for a certificate: ${problem}`);
      else this.#logger.error({ dir: this.#dir }, `certificate files not usable: ${problem}`);
      for (const listener of this.#refusalListeners) listener(problem, this.#current?.material);
    }
  }

  /** Notifications only shorten the wait; where the system gives none, the poll remains. */
  #watch(): void {
    if (this.#watcher) return;
    try {
      const watcher = watch(this.#dir, { persistent: false }, () => this.#schedulePoll(DEBOUNCE_MS));
      watcher.on('error', () => {
        watcher.close();
        this.#watcher = undefined;
      });
      this.#watcher = watcher;
    } catch {
      this.#watcher = undefined;
    }
  }

  #schedulePoll(ms: number): void {
    this.#cancelPoll();
    if (this.#closed) return;
    this.#cancelPoll = this.#clock.schedule(ms, () => void this.refresh());
  }
}
