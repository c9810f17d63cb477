/** Whether a part of an answer is what AWS says that it is. */
export type Shape = (value: unknown) => boolean;

export const text: Shape = (value) => typeof value === 'string';
export const number: Shape = (value) => typeof value === 'number';
export const bytes: Shape = (value) => value instanceof Uint8Array;

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
