export type { TemplateErrorCode, TemplateErrorDetails } from './error.ts';
export { TemplateError } from './error.ts';
export type { MissingKey } from './exec/executor.ts';
export type { Limits } from './exec/limits.ts';
export { defaultLimits } from './exec/limits.ts';
export type { Delimiters } from './lex/lexer.ts';
export type { RandomSeed } from './random.ts';
export type { CompiledTemplate, CompileOptions, ExecuteOptions, TemplateData } from './template.ts';
export { parseTemplate, runTemplate } from './template.ts';
