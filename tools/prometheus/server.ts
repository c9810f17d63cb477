/** A running Prometheus that scrapes what it is given, and answers queries. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '@eso/control-plane/child.mjs';
import { freePort } from '@eso/control-plane/ports.mjs';
import { stringify } from 'yaml';

/** Who is scraped. */
export interface ScrapeTarget {
  /** Label `job`: with the Prometheus operator the name of the Service. */
  readonly job: string;
  /** `host:port`; its path is /metrics. */
  readonly address: string;
}

/** How a {@link Prometheus} is started. */
export interface PrometheusOptions {
  /** Path of the program. */
  readonly program: string;
  readonly targets: readonly ScrapeTarget[];
  /** Files of rules. */
  readonly rules?: readonly string[];
}

/** One series of an answer, at one moment. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  /** Unix seconds, and the value as text: `NaN` where there is none. */
  readonly value: readonly [number, string];
}

/** An alert as the server runs it. */
export interface RunningRule {
  readonly name: string;
  /** `ok` when its expression was evaluated without an error. */
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
}

/** A loaded machine takes this long to start it, milliseconds. */
const READY_MS = 60_000;

/** The real server. It scrapes and evaluates each second, listens on the loopback alone, and keeps nothing. */
export class Prometheus {
  readonly #url: string;
  readonly #child: Child;
  readonly #dir: string;

  private constructor(url: string, child: Child, dir: string) {
    this.#url = url;
    this.#child = child;
    this.#dir = dir;
  }

  /** Starts it and waits until it answers. @throws Error with the end of its log when it does not */
  static async start({ program, targets, rules = [] }: PrometheusOptions): Promise<Prometheus> {
    const dir = mkdtempSync(join(tmpdir(), 'prometheus-'));
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: rules,
      scrape_configs: targets.map(({ job, address }) => ({
        job_name: job,
        static_configs: [{ targets: [address] }],
      })),
    };
    writeFileSync(join(dir, 'prometheus.yaml'), stringify(config));
    const address = `127.0.0.1:${await freePort()}`;
    const args = [
      `--config.file=${join(dir, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=${address}`,
    ];
    const logFile = join(dir, 'log');
    const child = await Child.start({ name: 'prometheus', command: program, args, logFile, cwd: dir });
    const prometheus = new Prometheus(`http://${address}`, child, dir);
    await prometheus.#ready();
    return prometheus;
  }

  /** Every series that a query answers now. @throws Error with what the server says of a query that it cannot answer */
  async query(expression: string): Promise<Sample[]> {
    const { result } = await this.#get<{ result: Sample[] }>(`query?query=${encodeURIComponent(expression)}`);
    return result;
  }

  /** The rules that it runs. */
  async rules(): Promise<RunningRule[]> {
    const { groups } = await this.#get<{ groups: { rules: RunningRule[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  /** Ends it and removes what it kept. */
  async stop(): Promise<void> {
    await this.#child.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    const end = Date.now() + READY_MS;
    while (Date.now() < end && !this.#child.exit) {
      const answer = await fetch(`${this.#url}/-/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(100);
    }
    const text = this.#child.exit ? this.#child.describeExit() : `prometheus is not ready: ${this.#child.lastLines()}`;
    await this.stop();
    throw new Error(text);
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.#url}/api/v1/${path}`);
    const body = (await answer.json()) as { status: string; error?: string; data: T };
    if (body.status !== 'success') throw new Error(`${decodeURIComponent(path)}: ${body.error ?? answer.statusText}`);
    return body.data;
  }
}
