import type { SeededRandom } from '@eso/testing';
import type { Coverage } from './coverage.ts';
import { minimised } from './minimise.ts';
import { mutate } from './mutate.ts';
import { Broken, type Target } from './target.ts';

export interface EngineOptions {
  readonly target: Target;
  /** Inputs to begin with. */
  readonly corpus: readonly Buffer[];
  readonly random: SeededRandom;
  readonly coverage: Pick<Coverage, 'take'>;
  /** Asked between batches. */
  readonly isOver: () => boolean;
  /** Told of each input before it runs: whoever watches can tell which one did not end. */
  readonly onInput: (input: Buffer) => void;
  /** Processor time of one input that is a finding, milliseconds. Default 2,000. */
  readonly slowMs?: number;
}

/** An input that something does not hold for. */
export interface Finding {
  readonly input: Buffer;
  /** The error with its stack. */
  readonly problem: string;
}

/** What a run came to. */
export interface EngineReport {
  /** Inputs that ran. */
  readonly inputs: number;
  /** Distinct words that the target ended in. */
  readonly behaviours: number;
  /** Blocks of our sources that ran. */
  readonly blocks: number;
  /** Inputs that reached code, or ended in a word, that none before them did; those of the corpus are left out. */
  readonly kept: readonly Buffer[];
  readonly findings: readonly Finding[];
}

/** Inputs between two looks at the coverage. Fixed, so that the same seed draws the same inputs. */
const BATCH = 64;
/** Inputs that were kept last, and are the likeliest to lead on. */
const LATEST = 16;
/** Different findings after which a run ends: the rest is more of the same. */
const MAX_FINDINGS = 10;
const DEFAULT_SLOW_MS = 2_000;

/** Runs the corpus, then mutations of whatever reached something new, until it is over. */
export async function fuzz(options: EngineOptions): Promise<EngineReport> {
  const run = new Run(options);
  await run.begin();
  while (!options.isOver() && run.findings.size < MAX_FINDINGS) await run.sift(run.drawn());
  const { inputs, words, blocks, kept, findings } = run;
  return { inputs, behaviours: words.size, blocks: blocks.size, kept, findings: [...findings.values()] };
}

class Run {
  inputs = 0;
  readonly words = new Set<string>();
  readonly blocks = new Set<string>();
  readonly findings = new Map<string, Finding>();
  readonly kept: Buffer[] = [];
  readonly #options: EngineOptions;
  readonly #pool: Buffer[];

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#pool = options.corpus.length > 0 ? [...options.corpus] : [Buffer.alloc(0)];
  }

  /** Runs the inputs to begin with. */
  async begin(): Promise<void> {
    for (const input of this.#options.corpus) this.words.add((await this.#try(input)) ?? '');
    for (const block of this.#options.coverage.take()) this.blocks.add(block);
  }

  /** A batch of mutations. What was kept last is tried as often as all the rest. */
  drawn(): Buffer[] {
    const { random, target } = this.#options;
    const { dictionary, maxBytes } = target;
    return Array.from({ length: BATCH }, () => {
      const from = random.chance(0.5) ? Math.max(0, this.#pool.length - LATEST) : 0;
      const input = this.#pool[random.between(from, this.#pool.length)] ?? Buffer.alloc(0);
      return mutate(input, { random, dictionary, others: this.#pool, maxBytes });
    });
  }

  /** Runs inputs, and finds by halves those that reach something new. */
  async sift(inputs: readonly Buffer[]): Promise<void> {
    for (const input of inputs) {
      const word = await this.#try(input);
      if (word === undefined || this.words.has(word)) continue;
      this.words.add(word);
      this.#keep(input);
    }
    const fresh = this.#options.coverage.take().filter((block) => !this.blocks.has(block));
    const [only, ...more] = inputs;
    if (fresh.length === 0 || only === undefined) return;
    if (more.length === 0) this.#keep(only);
    else {
      await this.sift(inputs.slice(0, inputs.length / 2));
      await this.sift(inputs.slice(inputs.length / 2));
    }
    // What ran once in the process, such as the filling of a cache, is nobody's.
    for (const block of fresh) this.blocks.add(block);
  }

  #keep(input: Buffer): void {
    if (this.#pool.includes(input)) return;
    this.#pool.push(input);
    this.kept.push(input);
  }

  /** The word that an input ends in; undefined for a finding. */
  async #try(input: Buffer): Promise<string | undefined> {
    const { target, onInput, slowMs = DEFAULT_SLOW_MS } = this.#options;
    onInput(input);
    this.inputs += 1;
    const before = process.cpuUsage();
    try {
      const word = await target.run(input);
      const { user, system } = process.cpuUsage(before);
      const ms = Math.round((user + system) / 1_000);
      if (ms > slowMs) throw new Broken(`it takes more than ${slowMs} ms of processor time`);
      return word;
    } catch (error) {
      await this.#found(input, error);
      return undefined;
    }
  }

  async #found(input: Buffer, error: unknown): Promise<void> {
    const kind = kindOf(error);
    if (this.findings.has(kind)) return;
    // Slow ones are left as they are: each try to make one shorter would be as slow.
    const isSlow = error instanceof Broken && error.message.startsWith('it takes');
    const shortest = isSlow ? input : await minimised(input, (shorter) => this.#fails(shorter, kind));
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.findings.set(kind, { input: shortest, problem });
  }

  async #fails(input: Buffer, kind: string): Promise<boolean> {
    this.#options.onInput(input);
    try {
      await this.#options.target.run(input);
      return false;
    } catch (error) {
      return kindOf(error) === kind;
    }
  }
}

/** Findings with the same class, text (but for what it quotes) and place are one. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message.replace(/["'`][^]*["'`]|\d+|: [^]*/g, '');
  const place = /\n {4}at (.*)/.exec(error.stack?.slice(error.message.length) ?? '')?.[1] ?? '';
  return `${error.name} ${text} ${place}`;
}
