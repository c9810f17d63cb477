import { formatFloat } from '../strconv/format-float.ts';

/** `strconv.FormatFloat(value, 'g', -1, 32)`: the shortest form that reads back as the same float32. */
export function formatFloat32(value: number): string {
  const single = Math.fround(value);
  if (!Number.isFinite(single) || single === 0) return formatFloat(single, 'g', -1);
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(single.toPrecision(digits));
    if (Math.fround(shorter) === single) return formatFloat(shorter, 'g', -1);
  }
  return formatFloat(Number(single.toPrecision(9)), 'g', -1);
}
