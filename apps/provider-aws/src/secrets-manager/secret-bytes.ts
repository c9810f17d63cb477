import type { SecretValue } from './secret.ts';

/** A secret's content as bytes; of text and binary the text. */
export function secretBytes({ text, binary }: SecretValue): Uint8Array | undefined {
  return text === undefined ? binary : Buffer.from(text);
}

/** The document that properties are read from; of text and binary the binary. */
export function secretDocument({ text, binary }: SecretValue): Uint8Array | undefined {
  return binary ?? (text === undefined ? undefined : Buffer.from(text));
}
