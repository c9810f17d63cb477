import type { Clock, Logger } from '@eso/runtime';
import type { CertificateDirectory } from '../../tls/certificate-directory.ts';
import { lifetimeProblem } from '../../tls/material.ts';
import type { KubeReader } from '../stores/kube-reader.ts';

/** What a process needs in order to serve. */
export interface ServingStateOptions {
  readonly certificates: CertificateDirectory;
  readonly kube: KubeReader;
  readonly clock: Clock;
  readonly logger: Logger;
}

const POLL_MS = 1_000;

/**
 * Whether this process can serve: the truth behind the gRPC health service and the readiness probe. It can while it has a
 * certificate with enough life left and reaches the API server, and cannot from the first moment of shutdown.
 */
export class ServingState {
  readonly #options: ServingStateOptions;
  readonly #listeners = new Set<() => void>();
  #stopping = false;
  #serving = false;
  #cancelPoll: () => void = () => undefined;

  constructor(options: ServingStateOptions) {
    this.#options = options;
  }

  /** Why this process cannot serve, or undefined when it can. */
  problem(): string | undefined {
    const { certificates, clock, kube } = this.#options;
    if (this.#stopping) return 'the provider is shutting down';
    const material = certificates.current();
    if (!material) return certificates.problem() ?? 'no certificate is loaded yet';
    return (
      lifetimeProblem(material, clock.now()) ?? (kube.isReachable() ? undefined : 'the Kubernetes API is not reachable')
    );
  }

  get serving(): boolean {
    return this.problem() === undefined;
  }

  /** Looks every second until `close`; asking is also what makes the client try a lost API server again. */
  start(): void {
    this.#poll();
  }

  /** Says NOT_SERVING from now on; the first thing a shutdown does. */
  stop(): void {
    this.#stopping = true;
    this.#publish();
  }

  close(): void {
    this.#cancelPoll();
    this.#listeners.clear();
  }

  /** Calls `listener` after each change between serving and not serving. Returns the function that ends this. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #poll(): void {
    this.#publish();
    this.#cancelPoll = this.#options.clock.schedule(POLL_MS, () => this.#poll());
  }

  #publish(): void {
    const problem = this.problem();
    if (this.#serving === (problem === undefined)) return;
    this.#serving = problem === undefined;
    if (problem === undefined) this.#options.logger.info('serving');
    else this.#options.logger.warn({ problem }, 'not serving');
    for (const listener of this.#listeners) listener();
  }
}
