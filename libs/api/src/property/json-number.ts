const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** A number of a JSON document with the spelling it has there: `1.0`, `12345678901234567890`. */
export class JsonNumber {
  readonly text: string;

  /** @throws TypeError when the text is no number of JSON (RFC 8259 §6). */
  constructor(text: string) {
    if (!NUMBER.test(text)) throw new TypeError('the text is no number of JSON');
    this.text = text;
  }
}
