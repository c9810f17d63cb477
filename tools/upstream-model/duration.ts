const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 };
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/gy;

/** A Go duration in milliseconds. @throws Error when it is none */
export function goDuration(text: string): number {
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/.exec(text) ?? [];
  if (body === '0') return 0;
  const parts = [...body.matchAll(PART)];
  if (body === '' || parts.map(([part]) => part).join('') !== body) throw new Error(`${text} is no Go duration`);
  const sum = parts.reduce((total, [, count = '', unit = '']) => total + Number(count) * (UNITS[unit] ?? 0), 0);
  return sign === '-' ? -sum : sum;
}
