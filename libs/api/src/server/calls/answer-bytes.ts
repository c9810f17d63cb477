/** A message without fields of bytes is small. */
const SMALL = 1024;

/** About how many bytes an answer takes on the wire: those of its values, which is what makes answers large. */
export function answerBytes(answer: object): number {
  return SMALL + valueBytes(answer);
}

function valueBytes(part: object): number {
  let bytes = 0;
  for (const value of Object.values(part) as unknown[]) {
    if (value instanceof Uint8Array) bytes += value.length;
    else if (typeof value === 'object' && value !== null) bytes += valueBytes(value);
  }
  return bytes;
}
