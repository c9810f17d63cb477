import fc from 'fast-check';
import { ProviderError } from '../../contract/provider-error.ts';
import { testCall } from '../../testing/test-call.ts';
import type { BackendLease } from './backend-pool.ts';
import { poolLab } from './testing/pool-lab.ts';

const ANY = { key: 'index', version: '', property: '', metadataPolicy: 'None' } as const;
const LIMITS = { backends: 3, backendsPerConfig: 2 };

type OpenBehaviour = 'at once' | 'slow' | 'late' | 'never' | 'throws' | 'rejects';
type CloseBehaviour = 'at once' | 'slow' | 'never' | 'throws' | 'rejects';

interface Plan {
  readonly open: OpenBehaviour;
  readonly close: CloseBehaviour;
}

type Step =
  | { readonly do: 'lease'; readonly config: number; readonly namespace: string }
  | { readonly do: 'edit'; readonly config: number }
  | { readonly do: 'release' | 'discard' | 'fail' | 'leave'; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number };

const plan: fc.Arbitrary<Plan> = fc.record({
  open: fc.constantFrom('at once', 'at once', 'at once', 'slow', 'late', 'never', 'throws', 'rejects'),
  close: fc.constantFrom('at once', 'at once', 'slow', 'never', 'throws', 'rejects'),
});
const config = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('lease'), config, namespace: fc.constantFrom('a', 'a', 'b', 'c') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('edit'), config }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('release', 'release', 'discard', 'fail', 'fail', 'leave'),
      which: fc.nat(9),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(0, 1, 1_000, 5_000, 31_000, 600_000) }),
  },
);

/** One backend as the author sees it. */
interface Opened {
  readonly id: string;
  readonly lifetime: AbortSignal;
  isOpen: boolean;
  closes: number;
}

/** One call as the caller sees it. */
interface Use {
  readonly caller: AbortController;
  readonly lease: BackendLease;
  readonly backend: Opened;
}

/** Runs the steps against a pool whose backends behave as planned, and checks after each. */
class Model {
  readonly opened: Opened[] = [];
  readonly uses: Use[] = [];
  readonly lab;
  #plans: readonly Plan[];
  #generations = [1, 1];
  #closedInUse = 0;
  readonly #callers = new Set<AbortController>();

  constructor(plans: readonly Plan[]) {
    this.#plans = plans;
    this.lab = poolLab({
      limits: LIMITS,
      open: (context) => {
        const [next = { open: 'at once', close: 'at once' }, ...rest] = this.#plans;
        this.#plans = rest;
        const id = `${context.source.uid}/${context.credentials.namespace}`;
        const opened: Opened = { id, lifetime: context.lifetime, isOpen: false, closes: 0 };
        this.opened.push(opened);
        return this.#open(opened, next);
      },
    });
  }

  async run(action: Step): Promise<void> {
    switch (action.do) {
      case 'lease':
        this.#lease(action.config, action.namespace);
        break;
      case 'edit':
        this.#generations[action.config]! += 1;
        break;
      case 'wait':
        await this.lab.clock.advance(action.ms);
        break;
      default:
        this.#end(action.do, action.which);
    }
    await this.lab.clock.advance(0);
    await this.check();
  }

  /** What holds at every moment. */
  async check(): Promise<void> {
    expect(this.#closedInUse).toBe(0);
    expect(await this.lab.metric('eso_provider_backends{state="open"}')).toBeLessThanOrEqual(LIMITS.backends);
    for (const { closes } of this.opened) expect(closes).toBeLessThanOrEqual(1);
    for (const { backend, caller } of this.uses) if (!caller.signal.aborted) expect(backend.closes).toBe(0);
    for (const id of new Set(this.opened.map((opened) => opened.id))) {
      const unused = this.opened.filter(
        (opened) =>
          opened.id === id &&
          opened.isOpen &&
          opened.closes === 0 &&
          !opened.lifetime.aborted &&
          !this.uses.some(({ backend }) => backend === opened),
      );
      // The one that the next call gets; every other one is there for its calls alone.
      expect(unused.length).toBeLessThanOrEqual(1);
    }
  }

  /** Ends all calls and the pool, lets all that is late come, and checks what is left. */
  async finish(): Promise<void> {
    const { clock, pool, metric } = this.lab;
    for (const caller of this.#callers) caller.abort();
    // Some calls have ended by then, some end while the pool is closed, some never do.
    for (const [index, { lease }] of this.uses.splice(0).entries()) {
      if (index % 3 === 0) lease.release();
      if (index % 3 === 1) clock.schedule(3_000 * index, () => lease.release());
    }
    const closed = pool.close(4_000);
    await clock.advance(4_000);
    await closed;
    await clock.advance(700_000);
    for (const { isOpen, closes, lifetime } of this.opened) {
      expect(closes).toBe(isOpen ? 1 : 0);
      expect(lifetime.aborted).toBe(true);
    }
    for (const state of ['open', 'closing', 'hung'])
      expect(await metric(`eso_provider_backends{state="${state}"}`)).toBe(0);
  }

  #lease(which: number, namespace: string): void {
    const caller = new AbortController();
    this.#callers.add(caller);
    const source = { namespace: 'a', name: 'p', uid: `u${which}`, generation: this.#generations[which]! };
    const key = this.lab.key(1, namespace, { config: { source, spec: { region: 'eu' } } });
    this.lab.pool.lease(key, caller.signal).then(
      async (lease) => {
        const index = await lease.backend.getSecret?.(ANY, testCall());
        this.uses.push({ caller, lease, backend: this.opened[Number(Buffer.from(index ?? []).toString())]! });
      },
      (error: unknown) => {
        if (!caller.signal.aborted) expect(error).toBeInstanceOf(ProviderError);
      },
    );
  }

  #end(how: 'release' | 'discard' | 'fail' | 'leave', which: number): void {
    const use = this.uses[which % Math.max(this.uses.length, 1)];
    if (!use) return;
    if (how === 'discard') use.lease.discard();
    else if (how === 'fail') use.lease.failed(new ProviderError('CREDENTIALS_REJECTED', 'no'));
    else if (how === 'leave') use.caller.abort();
    else {
      use.lease.release();
      // Twice is once.
      use.lease.release();
      this.uses.splice(this.uses.indexOf(use), 1);
    }
  }

  async #open(opened: Opened, { open, close }: Plan): Promise<object> {
    const { clock } = this.lab;
    if (open === 'throws') throw new TypeError('no');
    if (open === 'rejects') throw new ProviderError('CREDENTIALS_REJECTED', 'no');
    if (open === 'never') return new Promise(() => undefined);
    await clock.sleep({ 'at once': 0, slow: 3_000, late: 41_000 }[open]);
    opened.isOpen = true;
    const index = this.opened.indexOf(opened);
    return { getSecret: () => Buffer.from(String(index)), close: () => this.#close(opened, close) };
  }

  async #close(opened: Opened, how: CloseBehaviour): Promise<void> {
    opened.closes += 1;
    // An expectation in here would be taken for a close that throws.
    if (this.uses.some(({ backend, caller }) => backend === opened && !caller.signal.aborted)) this.#closedInUse += 1;
    if (how === 'throws') throw new TypeError('no');
    if (how === 'rejects') throw new ProviderError('BACKEND_UNAVAILABLE', 'no');
    if (how === 'never') await new Promise(() => undefined);
    if (how === 'slow') await this.lab.clock.sleep(3_000);
  }
}

test('whatever is done in whatever order: each backend is closed once, none in use, and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { maxLength: 30 }),
      fc.array(step, { minLength: 1, maxLength: 60 }),
      async (plans, steps) => {
        const model = new Model(plans);
        for (const action of steps) await model.run(action);
        await model.finish();
      },
    ),
    { numRuns: 200 },
  );
});
