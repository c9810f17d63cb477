/** A message without fields of bytes is small. */
const SMALL = 1024;

/** About how many bytes an answer takes on the wire: those of its values, which is what makes answers large. */
export function answerBytes(answer: object): number {
  let bytes = SMALL;
  for (const value of Object.values(answer) as unknown[]) {
    if (value instanceof Uint8Array) bytes += value.length;
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) bytes += answerBytes(value);
  }
  return bytes;
}
