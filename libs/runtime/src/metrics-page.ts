import type { Registry } from 'prom-client';
import { type Clock, systemClock } from './clock.ts';
import type { Page } from './http-listener.ts';
import type { Logger } from './logger.ts';
import { Rarely } from './rarely.ts';
import { errorText } from './text.ts';

export interface MetricsPageOptions {
  readonly registry: Registry;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** How long a scrape waits for the collection, in milliseconds. Default 8,000: less than Prometheus' own 10 s. */
  readonly patienceMs?: number;
}

/** The page of `/metrics`. Scrapes at the same time share one collection; one that fails or takes long is an answer, too. */
export class MetricsPage {
  readonly #options: Required<MetricsPageOptions>;
  readonly #rarely: Rarely;
  #collecting: Promise<Page> | undefined;

  constructor(options: MetricsPageOptions) {
    this.#options = { clock: systemClock, patienceMs: 8_000, ...options };
    this.#rarely = new Rarely({ clock: this.#options.clock });
  }

  async get(): Promise<Page> {
    this.#collecting ??= this.#collect().finally(() => (this.#collecting = undefined));
    return this.#unlessLate(this.#collecting);
  }

  async #collect(): Promise<Page> {
    const { registry } = this.#options;
    try {
      const body = Buffer.from(await registry.metrics());
      this.#rarely.over();
      return { status: 200, type: registry.contentType, body };
    } catch (error) {
      return this.#failed(500, `collecting metrics failed: ${errorText(error)}`);
    }
  }

  /** The collection goes on; whoever comes later still shares it. */
  #unlessLate(collecting: Promise<Page>): Promise<Page> {
    const { clock, patienceMs } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.schedule(patienceMs, () =>
        resolve(this.#failed(503, `collecting metrics takes longer than ${String(patienceMs)} ms`)),
      );
      void collecting.then((page) => {
        cancel();
        resolve(page);
      });
    });
  }

  #failed(status: number, text: string): Page {
    if (this.#rarely.due(text)) this.#options.logger.error(text);
    return { status, type: 'text/plain', body: `${text}\n` };
  }
}
