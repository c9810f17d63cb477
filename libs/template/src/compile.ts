import { createHash } from 'node:crypto';
import type { CompiledTemplate, CompileOptions, ExecuteOptions, TemplateData } from './template.ts';
import { parseTemplate, runTemplate } from './template.ts';
import { LruCache } from './lru-cache.ts';
import { TemplateError } from './error.ts';
import { renderInThread } from './worker/pool.ts';

/** What one execution gets besides its data. */
export interface TemplateRunOptions extends ExecuteOptions {
  /** Ends the wait, and a worker that renders. */
  readonly signal?: AbortSignal;
  /** Milliseconds that a template which generates keys or hashes passwords may take in its worker. Default 15,000. */
  readonly threadTimeoutMs?: number;
  /** Whom it is for: tenants share the workers fairly. Default: all are one. */
  readonly tenant?: string;
}

/** A compiled text, to be run any number of times. */
export class Template {
  readonly name: string;
  /** The text calls functions that block a thread for long, and runs in a worker. All else runs at once. */
  readonly blocks: boolean;
  readonly #compiled: CompiledTemplate;
  readonly #source: { readonly text: string | Uint8Array; readonly options: CompileOptions };

  constructor(name: string, text: string | Uint8Array, options: CompileOptions) {
    this.#compiled = parseTemplate(name, text, options);
    this.#source = { text, options };
    this.name = name;
    this.blocks = this.#compiled.blocks;
  }

  /** Renders the data. Throws `TemplateError`: `EXECUTE`, `LIMIT`, or `TIMEOUT`. */
  async execute(data: TemplateData, options: TemplateRunOptions = {}): Promise<Uint8Array> {
    if (options.signal?.aborted === true) throw TemplateError.aborted(this.name);
    if (!this.blocks) return this.executeInline(data, options);
    return await renderInThread({ name: this.name, ...this.#source, data }, options);
  }

  /** Renders on the calling thread, whatever the template calls: for tools and tests. */
  executeInline(data: TemplateData, options: ExecuteOptions = {}): Uint8Array {
    return runTemplate(this.#compiled, data, options);
  }
}

const cache = new LruCache<Template>({ entries: 2000, size: 16 * 1024 * 1024 });

function cacheKey(name: string, text: string | Uint8Array, options: CompileOptions): string {
  const { delimiters, limits, missingKey, timeZone, confidential } = options;
  const { left, right } = delimiters ?? {};
  const settings = JSON.stringify([name, left, right, missingKey, timeZone, confidential, limits]);
  return createHash('sha256').update(settings).update('\0').update(text).digest('base64');
}

/** Compiles a text, or finds it compiled already. Throws `TemplateError` with code `PARSE` or `LIMIT`. */
export function compile(name: string, text: string | Uint8Array, options: CompileOptions = {}): Template {
  const key = cacheKey(name, text, options);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const template = new Template(name, text, options);
  cache.set(key, template, text.length);
  return template;
}
