import { type Fuel, FuelSpent } from '@eso/runtime';
import type { MissingKey } from './exec/executor.ts';
import { execute } from './exec/executor.ts';
import type { FunctionContext } from './exec/functions.ts';
import type { Limits } from './exec/limits.ts';
import { ExecutionBudget, defaultLimits } from './exec/limits.ts';
import { TemplateError } from './error.ts';
import { functionTable } from './funcs/index.ts';
import type { Delimiters } from './lex/lexer.ts';
import type { TreeSet } from './parse/parser.ts';
import { parse } from './parse/parser.ts';
import { surveyTrees } from './parse/survey.ts';
import type { RandomSeed } from './random.ts';
import { randomSource } from './random.ts';
import { encodeText, fromBytes, toBytes } from './value/utf8.ts';
import { goStringMap } from './value/make.ts';
import type { GoMap } from './value/values.ts';

/** How a text is read and what it may use. */
export interface CompileOptions {
  /** Delimiters of actions; an empty one is the default. Default `{{` and `}}`. */
  readonly delimiters?: Partial<Delimiters>;
  /** What a missing key of a map gives: an error, or `<no value>`. Default `error`. */
  readonly missingKey?: MissingKey;
  /** IANA name of the zone that dates are shown in where a template names none. Default `UTC`. */
  readonly timeZone?: string;
  /**
   * The text itself comes out of a Secret, so that what is shown of a failure names the place and quotes nothing of the text.
   * Default false: the text stands in a manifest.
   */
  readonly confidential?: boolean;
  readonly limits?: Partial<Limits>;
}

/** What one rendering gets from outside. */
export interface ExecuteOptions {
  /** Milliseconds since 1970 that `now` gives. Default: the time of the call. */
  readonly now?: number;
  /** Random bytes of the system, or reproducible ones. Default: of the system. */
  readonly random?: RandomSeed;
  /** Work that the rendering is a part of: each step takes about a hundred of it. Default: only the limits count. */
  readonly fuel?: Fuel | undefined;
  /** Milliseconds on the clock, instead of the limit that the text was compiled with. */
  readonly timeMs?: number;
}

/** The root of a template: text, or bytes as they came from a provider. */
export type TemplateData = Readonly<Record<string, string | Uint8Array>> | ReadonlyMap<string, string | Uint8Array>;

/** A root that was made once, for all templates that read it. Templates cannot change it. */
export class TemplateRoot {
  readonly #map: GoMap;

  /** @param data text, or bytes as they came from a provider */
  constructor(data: TemplateData) {
    this.#map = rootOf(data);
  }

  /** The map that templates see. */
  static mapOf(data: TemplateData | TemplateRoot): GoMap {
    return data instanceof TemplateRoot ? data.#map : rootOf(data);
  }
}

/** A compiled text. It holds no state of a run: any number of runs may follow each other. */
export interface CompiledTemplate {
  readonly name: string;
  readonly trees: TreeSet;
  readonly options: Required<Omit<CompileOptions, 'delimiters' | 'limits'>> & {
    readonly delimiters: Delimiters;
    readonly limits: Limits;
  };
  /** Names a function that can block its thread for long. */
  readonly blocks: boolean;
  /** Nodes of all its trees. */
  readonly nodes: number;
}

/** Parses a text. Throws `TemplateError` with code `PARSE` or `LIMIT`. */
export function parseTemplate(name: string, text: string | Uint8Array, options: CompileOptions = {}): CompiledTemplate {
  const limits = { ...defaultLimits, ...options.limits };
  const delimiters = {
    left: encodeText(options.delimiters?.left || '{{'),
    right: encodeText(options.delimiters?.right || '}}'),
  };
  try {
    const trees = parse(encodeText(name), typeof text === 'string' ? encodeText(text) : fromBytes(text), {
      delimiters,
      limits,
      hasFunction: (fn) => functionTable.has(fn),
    });
    const { functions, nodes } = surveyTrees(trees);
    const blocks = [...functions].some((fn) => functionTable.get(fn)?.runs === 'thread');
    const { missingKey = 'error', timeZone = 'UTC', confidential = false } = options;
    return { name, trees, blocks, nodes, options: { delimiters, limits, missingKey, timeZone, confidential } };
  } catch (error) {
    throw TemplateError.from(error, name, options);
  }
}

function rootOf(data: TemplateData): GoMap {
  const pairs: [string, string][] = [];
  const entries = data instanceof Map ? data.entries() : Object.entries(data);
  for (const [key, value] of entries as Iterable<[string, string | Uint8Array]>) {
    pairs.push([encodeText(key), typeof value === 'string' ? encodeText(value) : fromBytes(value)]);
  }
  return goStringMap(pairs);
}

/** Runs a compiled text. Throws `TemplateError`; `FuelSpent` when the fuel ends. */
export function runTemplate(
  template: CompiledTemplate,
  data: TemplateData | TemplateRoot,
  options: ExecuteOptions = {},
): Uint8Array {
  const { name, trees } = template;
  const tree = trees.get(encodeText(name));
  const start = BigInt(Math.trunc((options.now ?? Date.now()) * 1000)) * 1000n;
  const { limits } = template.options;
  const { fuel, timeMs = limits.time } = options;
  const budget = new ExecutionBudget(timeMs === limits.time ? limits : { ...limits, time: timeMs }, fuel);
  const context: FunctionContext = {
    budget,
    now: () => start,
    random: randomSource(options.random ?? { kind: 'system' }),
    timeZone: template.options.timeZone,
  };
  try {
    if (tree === undefined) throw new Error('the text has no template of its own name');
    const output = execute(tree, TemplateRoot.mapOf(data), {
      trees,
      functions: functionTable,
      missingKey: template.options.missingKey,
      context,
    });
    budget.close();
    return toBytes(output);
  } catch (error) {
    throw asTemplateError(budget, error, template);
  }
}

function asTemplateError(budget: ExecutionBudget, thrown: unknown, { name, options }: CompiledTemplate): Error {
  // What ended the budget is why, whatever was made of it on the way.
  const error = budget.ended ?? thrown;
  return error instanceof FuelSpent ? error : TemplateError.from(error, name, options);
}
