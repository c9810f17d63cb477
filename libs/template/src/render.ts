import { compile } from './compile.ts';
import type { TemplateRunOptions, Template } from './compile.ts';
import { TemplateError } from './error.ts';
import { readStringMap } from './targets/documents.ts';
import { atKey } from './targets/target-error.ts';
import type { CompileOptions, TemplateData } from './template.ts';

/** How the templates of a resource are compiled and run. */
export interface RenderOptions extends CompileOptions, TemplateRunOptions {}

/** Renders the text of one key of a resource; errors name the key in the reference's words. Throws `TemplateError`. */
export async function renderKey(
  key: string,
  text: string | Uint8Array,
  data: TemplateData,
  options: RenderOptions = {},
): Promise<Uint8Array> {
  try {
    const template: Template = compile(key, text, options);
    return await template.execute(data, options);
  } catch (error) {
    throw atKey(key, TemplateError.from(error, key));
  }
}

/** Scope `Values`: renders each entry under its key. Keys are taken as they are. Throws `TemplateError`. */
export async function renderValues(
  entries: ReadonlyMap<string, string | Uint8Array>,
  data: TemplateData,
  options: RenderOptions = {},
): Promise<Map<string, Uint8Array>> {
  const rendered = new Map<string, Uint8Array>();
  for (const [key, text] of entries) rendered.set(key, await renderKey(key, text, data, options));
  return rendered;
}

/**
 * Scope `KeysAndValues`: renders a text and reads it as a YAML mapping of scalars. The text is named by its key, unlike in the
 * reference, whose messages hold the whole text. Throws `TemplateError`.
 */
export async function renderKeysAndValues(
  key: string,
  text: string | Uint8Array,
  data: TemplateData,
  options: RenderOptions = {},
): Promise<Map<string, Uint8Array>> {
  return readStringMap(key, await renderKey(key, text, data, options));
}
