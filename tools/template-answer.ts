// The answer of @eso/template to one case, in the format of tools/template-oracle.
import { isUtf8 } from 'node:buffer';
import { compile, TemplateError } from '@eso/template';

export type Text = string | { readonly base64: string };

/** One template with its data. The id is the template's name. */
export interface TemplateCase {
  readonly id: string;
  readonly template: Text;
  readonly data?: Readonly<Record<string, Text>>;
  readonly options?: { readonly missingKey?: 'default' | 'error' };
}

/** Exactly one of the three besides the id. */
export type Answer =
  | { readonly id: string; readonly output: string }
  | { readonly id: string; readonly outputBase64: string }
  | { readonly id: string; readonly error: string };

function bytes(text: Text): string | Uint8Array {
  return typeof text === 'string' ? text : new Uint8Array(Buffer.from(text.base64, 'base64'));
}

/** Renders one case on this thread. */
export function ourAnswer({ id, template, data = {}, options = {} }: TemplateCase): Answer {
  try {
    const compiled = compile(id, bytes(template), options);
    const root = new Map(Object.entries(data).map(([key, value]) => [key, bytes(value)]));
    const output = Buffer.from(compiled.execute(root));
    return isUtf8(output) ? { id, output: output.toString() } : { id, outputBase64: output.toString('base64') };
  } catch (error) {
    return { id, error: TemplateError.from(error, id).goMessage };
  }
}
