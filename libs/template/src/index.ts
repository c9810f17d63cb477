/** Go's text/template with the functions of External Secrets, bounded in steps and bytes, with no access to the process. */
export { compile, Template } from './compile.ts';
export type { TemplateErrorCode, TemplateErrorDetails } from './error.ts';
export { TemplateError } from './error.ts';
export type { MissingKey } from './exec/executor.ts';
export type { Limits } from './exec/limits.ts';
export { defaultLimits } from './exec/limits.ts';
export { functionTable } from './funcs/index.ts';
export type { Delimiters } from './lex/lexer.ts';
export type { RandomSeed } from './random.ts';
export type { RenderOptions } from './render.ts';
export { renderKey, renderKeysAndValues, renderValues } from './render.ts';
export type { RenderedText, TemplateTarget, TemplateScope } from './targets/apply.ts';
export { applyDocument, applyValue, parseScope, parseTarget } from './targets/apply.ts';
export { readDocument, readStringMap } from './targets/documents.ts';
export { isManifestObject } from './targets/json-value.ts';
export type { ManifestObject, ManifestValue } from './targets/json-value.ts';
export type { CompileOptions, ExecuteOptions, TemplateData } from './template.ts';
export { TemplateRoot } from './template.ts';
