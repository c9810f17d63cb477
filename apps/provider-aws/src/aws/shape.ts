/** Whether a part of an answer is what AWS says that it is. */
export type Shape = (value: unknown) => boolean;

/** A text, which may be empty. */
export const isText: Shape = (value) => typeof value === 'string';
/** A number. */
export const isNumber: Shape = (value) => typeof value === 'number';
/** What the SDK has decoded from base64. */
export const isBytes: Shape = (value) => value instanceof Uint8Array;

/** What may be missing. */
export function optional(shape: Shape): Shape {
  return (value) => value === undefined || value === null || shape(value);
}

/** A list whose entries all have this shape. */
export function listOf(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape);
}

/** An object with these members, and whatever else. */
export function objectWith(members: Readonly<Record<string, Shape>>): Shape {
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(members).every(([name, shape]) => shape((value as Record<string, unknown>)[name]));
}
