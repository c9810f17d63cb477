import { createHash } from 'node:crypto';
import type { Fuel } from '@eso/runtime';
import type { CompiledTemplate, CompileOptions, ExecuteOptions, TemplateData, TemplateRoot } from './template.ts';
import { parseTemplate, runTemplate } from './template.ts';
import { LruCache } from './lru-cache.ts';

/** Measured: 170. A text of brackets alone has nearly one for each character. */
const BYTES_PER_NODE = 200;

/** A compiled text, to be run any number of times. */
export class Template {
  readonly name: string;
  /** The text calls functions that block a thread for long by their nature: it belongs into a worker. */
  readonly blocks: boolean;
  /** Bytes that it takes, roughly. */
  readonly size: number;
  readonly #compiled: CompiledTemplate;

  constructor(name: string, text: string | Uint8Array, options: CompileOptions) {
    this.#compiled = parseTemplate(name, text, options);
    this.name = name;
    this.blocks = this.#compiled.blocks;
    this.size = text.length + BYTES_PER_NODE * this.#compiled.nodes;
  }

  /** Renders the data on the calling thread. Throws `TemplateError`: `EXECUTE`, `LIMIT`, or `TIMEOUT`; `FuelSpent`. */
  execute(data: TemplateData | TemplateRoot, options: ExecuteOptions = {}): Uint8Array {
    return runTemplate(this.#compiled, data, options);
  }
}

/** Steps of fuel for one character that is compiled. Measured: 40 to 70 nanoseconds. */
const FUEL_PER_CHARACTER = 100;

/** What a process keeps, in bytes as the templates measure themselves. */
const cache = new LruCache<Template>({ entries: 10_000, size: 16 * 1024 * 1024 });
/** A larger one would put out too many others. */
const LARGEST_KEPT = 1024 * 1024;

function cacheKey(name: string, text: string | Uint8Array, options: CompileOptions): string {
  const { delimiters, limits, missingKey, timeZone } = options;
  const { left, right } = delimiters ?? {};
  const settings = JSON.stringify([name, left, right, missingKey, timeZone, limits]);
  return createHash('sha256').update(settings).update('\0').update(text).digest('base64');
}

/**
 * Compiles a text, or finds it compiled already; a confidential one is not kept. Throws `TemplateError` with code `PARSE` or
 * `LIMIT`; `FuelSpent`.
 * @param fuel pays for the compiling, before it is done
 */
export function compile(name: string, text: string | Uint8Array, options: CompileOptions = {}, fuel?: Fuel): Template {
  const key = options.confidential === true ? undefined : cacheKey(name, text, options);
  const known = key === undefined ? undefined : cache.get(key);
  if (known !== undefined) return known;
  fuel?.take(FUEL_PER_CHARACTER * text.length);
  const template = new Template(name, text, options);
  if (key !== undefined && template.size <= LARGEST_KEPT) cache.set(key, template, template.size);
  return template;
}
