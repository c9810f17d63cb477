import { TemplateError } from '../error.ts';

/** An error about where a rendered text goes; its message holds nothing that was rendered. */
export function targetError(template: string, message: string): TemplateError {
  return new TemplateError({ code: 'TARGET', template, publicMessage: message });
}

/** Puts the reference's words in front of an error: which template of the resource it is about. */
export function atKey(key: string, error: TemplateError): TemplateError {
  const executing = `unable to execute template at key ${key}: `;
  // The outer layer repeats the words for execution in front of those for parsing.
  const prefix = error.code === 'PARSE' ? `${executing}unable to parse template at key ${key}: ` : executing;
  return new TemplateError({
    code: error.code,
    template: error.template,
    line: error.line,
    column: error.column,
    limit: error.limit,
    goMessage: prefix + error.goMessage,
    publicMessage: prefix + error.publicMessage,
    cause: error,
  });
}
