import type { TemplateErrorDetails } from '../error.ts';
import type { CompileOptions, ExecuteOptions, TemplateData } from '../template.ts';

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
