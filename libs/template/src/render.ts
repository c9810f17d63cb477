import { compile } from './compile.ts';
import { TemplateError } from './error.ts';
import { readStringMap } from './targets/documents.ts';
import { atKey } from './targets/target-error.ts';
import type { CompileOptions, ExecuteOptions, TemplateData, TemplateRoot } from './template.ts';

/** How the templates of a resource are compiled and run. */
export interface RenderOptions extends CompileOptions, ExecuteOptions {
  /** Told of a text that blocks its thread for long, before it is run. May throw, to have it run elsewhere. */
  readonly onBlocking?: () => void;
}

/**
 * Renders the text of one key of a resource; errors name the key in the reference's words. Throws `TemplateError`; `FuelSpent`;
 * what `onBlocking` throws.
 */
export function renderKey(
  key: string,
  text: string | Uint8Array,
  data: TemplateData | TemplateRoot,
  options: RenderOptions = {},
): Uint8Array {
  try {
    const template = compile(key, text, options, options.fuel);
    if (template.blocks) options.onBlocking?.();
    return template.execute(data, options);
  } catch (error) {
    if (error instanceof TemplateError) throw atKey(key, error);
    throw error;
  }
}

/** Scope `Values`: renders each entry under its key. Keys are taken as they are. Throws like `renderKey`. */
export function renderValues(
  entries: ReadonlyMap<string, string | Uint8Array>,
  data: TemplateData | TemplateRoot,
  options: RenderOptions = {},
): Map<string, Uint8Array> {
  return new Map([...entries].map(([key, text]) => [key, renderKey(key, text, data, options)]));
}

/**
 * Scope `KeysAndValues`: renders a text and reads it as a YAML mapping of scalars. The text is named by its key, unlike in the
 * reference, whose messages hold the whole text. Throws like `renderKey`.
 */
export function renderKeysAndValues(
  key: string,
  text: string | Uint8Array,
  data: TemplateData | TemplateRoot,
  options: RenderOptions = {},
): Map<string, Uint8Array> {
  return readStringMap(key, renderKey(key, text, data, options), options.fuel);
}
