import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { createInformer, type KubeClient } from '@eso/kube';
import { type Expectation, isAsExpected } from '@eso/testing';

/** Collects every Ready condition that the objects of a namespace ever have: with several of them, some only wait for their turn. */
export class GuiltyConditions {
  readonly #stop = new AbortController();
  readonly #messages = new Set<string>();
  #synced = false;

  static async watch(client: KubeClient, namespace: string): Promise<GuiltyConditions> {
    const conditions = new GuiltyConditions();
    const informer = createInformer(client, externalSecrets, { namespaces: [namespace] });
    informer.addHandler({ add: (es) => conditions.#see(es), update: (_before, after) => conditions.#see(after) });
    informer.start(conditions.#stop.signal);
    await informer.waitForSync(conditions.#stop.signal);
    return conditions;
  }

  /** Every different message so far. */
  get said(): readonly string[] {
    return [...this.#messages];
  }

  /** What became of the objects, in a word, and whether it is what was expected. */
  verdict(expected: Expectation, rejection: string | undefined): { guilty: string; asExpected: boolean } {
    if (expected.kind === 'rejected')
      return {
        guilty: rejection === undefined ? 'taken' : 'rejected',
        asExpected: expected.text.test(rejection ?? ''),
      };
    if (rejection !== undefined) return { guilty: 'rejected', asExpected: false };
    if (expected.kind === 'synced')
      return { guilty: this.#synced ? 'synced' : this.#codes(), asExpected: this.#synced };
    const message = this.said.find((text) => isAsExpected(text, expected));
    if (message !== undefined) return { guilty: expected.code.exec(message)?.[0] ?? '', asExpected: true };
    const asExpected = expected.orSynced === true && this.#synced;
    return { guilty: this.#synced ? 'synced' : this.#codes(), asExpected };
  }

  stop(): void {
    this.#stop.abort();
  }

  #codes(): string {
    const codes = new Set(this.said.flatMap((text) => text.match(/\[[A-Z_]+\]/g) ?? []));
    return codes.size === 0 ? 'nothing' : [...codes].join(' ');
  }

  #see(es: ExternalSecret): void {
    for (const { type, status, message = '' } of es.status?.conditions ?? []) {
      if (type !== 'Ready') continue;
      if (status === 'True') this.#synced = true;
      else this.#messages.add(message);
    }
  }
}
