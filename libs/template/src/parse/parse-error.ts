/** Thrown when a text is no template. The message is Go's, as a byte string. */
export class ParseError extends Error {
  readonly template: string;
  readonly line: number;
  /** The message without the place. It holds nothing but parts of the template's source. */
  readonly reason: string;

  constructor(template: string, line: number, reason: string) {
    super(`template: ${template}:${line}: ${reason}`);
    this.name = 'ParseError';
    this.template = template;
    this.line = line;
    this.reason = reason;
  }
}
