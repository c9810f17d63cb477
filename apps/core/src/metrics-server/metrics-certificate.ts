import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { type Clock, errorText, type Logger, LogThrottle, RuntimeError, type ServerCertificate } from '@eso/runtime';

/** Which files hold the certificate of the metrics. */
export interface MetricsCertificateOptions {
  readonly dir: string;
  /** Names in that directory. */
  readonly cert: string;
  readonly key: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often the files are looked at, in milliseconds. Default 10,000, as controller-runtime does. */
  readonly pollMs?: number;
}

/** A certificate and its key in files that somebody renews. */
export class MetricsCertificate {
  readonly #options: Required<MetricsCertificateOptions>;
  readonly #throttle: LogThrottle;
  #digest = '';
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(options: MetricsCertificateOptions) {
    this.#options = { pollMs: 10_000, ...options };
    this.#throttle = new LogThrottle({ clock: options.clock });
  }

  /**
   * The certificate as it is now.
   * @throws RuntimeError INVALID_FLAG naming the file that cannot be read, or both where they do not go together
   */
  async read(): Promise<ServerCertificate> {
    const certificate = await this.#load();
    this.#digest = digestOf(certificate);
    return certificate;
  }

  /** Calls `use` with each new certificate until {@link close}. What cannot be used is a line in the log; the one before stays. */
  watch(use: (certificate: ServerCertificate) => void): void {
    const { clock, pollMs } = this.#options;
    if (this.#closed) return;
    this.#cancel = clock.schedule(pollMs, () => {
      void this.#look(use).finally(() => this.watch(use));
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  async #look(use: (certificate: ServerCertificate) => void): Promise<void> {
    const { logger, dir } = this.#options;
    try {
      const certificate = await this.#load();
      const digest = digestOf(certificate);
      if (digest === this.#digest) return;
      use(certificate);
      this.#digest = digest;
      this.#throttle.reset();
      logger.info({ dir }, 'new certificate of the metrics is in use');
    } catch (error) {
      const text = errorText(error);
      if (this.#throttle.isDue(text)) logger.error({ dir }, `the certificate of the metrics stays as it was: ${text}`);
    }
  }

  async #load(): Promise<ServerCertificate> {
    const cert = await this.#file(this.#options.cert);
    const key = await this.#file(this.#options.key);
    try {
      createSecureContext({ cert, key });
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      throw this.#problem(`${this.#options.cert} and ${this.#options.key} are no certificate and its key (${code})`);
    }
    return { cert, key };
  }

  async #file(name: string): Promise<string> {
    try {
      return await readFile(join(this.#options.dir, name), 'utf8');
    } catch (error) {
      throw this.#problem(`cannot read ${name} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
    }
  }

  #problem(what: string): RuntimeError {
    return new RuntimeError('INVALID_FLAG', `flag --metrics-cert-dir: ${this.#options.dir}: ${what}`);
  }
}

function digestOf({ cert, key }: ServerCertificate): string {
  return createHash('sha256')
    .update(`${String(cert.length)} ${cert}${key}`)
    .digest('hex');
}
