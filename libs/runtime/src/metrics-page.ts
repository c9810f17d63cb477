import type { Registry } from 'prom-client';
import { type Clock, systemClock } from './clock.ts';
import type { Page } from './listener-options.ts';
import type { Logger } from './logger.ts';
import { LogThrottle } from './log-throttle.ts';
import { renderPage } from './render-page.ts';
import { errorText } from './text.ts';

/** Which metrics a {@link MetricsPage} shows, and how long a scrape waits for them. */
export interface MetricsPageOptions {
  readonly registry: Registry;
  readonly logger: Logger;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** How long a scrape waits for the collection, in milliseconds. Default 8,000: less than Prometheus' own 10 s. */
  readonly timeoutMs?: number;
}

/** The page of `/metrics`. Scrapes at the same time share one collection; one that fails or takes long is an answer, too. */
export class MetricsPage {
  readonly #options: Required<MetricsPageOptions>;
  readonly #throttle: LogThrottle;
  #collecting: Promise<Page> | undefined;

  constructor(options: MetricsPageOptions) {
    this.#options = { clock: systemClock, timeoutMs: 8_000, ...options };
    this.#throttle = new LogThrottle({ clock: this.#options.clock });
  }

  async get(): Promise<Page> {
    this.#collecting ??= this.#collect().finally(() => (this.#collecting = undefined));
    return this.#orTimeout(this.#collecting);
  }

  async #collect(): Promise<Page> {
    const { registry } = this.#options;
    try {
      const body = await renderPage(registry);
      this.#throttle.reset();
      return { status: 200, type: registry.contentType, body };
    } catch (error) {
      return this.#failed(500, `collecting metrics failed: ${errorText(error)}`);
    }
  }

  /** The collection goes on; whoever comes later still shares it. */
  #orTimeout(collecting: Promise<Page>): Promise<Page> {
    const { clock, timeoutMs: patienceMs } = this.#options;
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
    if (this.#throttle.isDue(text)) this.#options.logger.error(text);
    return { status, type: 'text/plain', body: `${text}\n` };
  }
}
