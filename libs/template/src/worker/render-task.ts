import type { WorkerTask } from '@eso/runtime';
import { TemplateError, type TemplateErrorDetails } from '../error.ts';
import type { CompileOptions, ExecuteOptions, TemplateData } from '../template.ts';
import { parseTemplate, runTemplate } from '../template.ts';

/** What a worker is asked to render. */
export interface RenderRequest {
  readonly name: string;
  readonly text: string | Uint8Array;
  readonly options: CompileOptions;
  readonly data: TemplateData;
}

/** As it is sent: with what one run gets from outside. */
export interface RenderMessage extends RenderRequest {
  readonly run: ExecuteOptions;
}

/** What a worker answers. */
export type RenderReply =
  | { readonly kind: 'output'; readonly output: Uint8Array }
  | { readonly kind: 'error'; readonly error: Omit<TemplateErrorDetails, 'cause'> };

/** Renders one text. It has no state but the compiled templates. */
export const renderTask: WorkerTask<RenderMessage, RenderReply> = {
  name: 'render',
  run: ({ name, text, options, data, run }) => {
    try {
      // The thread that waits counts the time.
      const unhurried = { ...options, limits: { ...options.limits, time: Infinity } };
      return { kind: 'output', output: runTemplate(parseTemplate(name, text, unhurried), data, run) };
    } catch (thrown) {
      const { code, template, line, column, goMessage, publicMessage } = TemplateError.from(thrown, name);
      return { kind: 'error', error: { code, template, line, column, goMessage, publicMessage } };
    }
  },
};
