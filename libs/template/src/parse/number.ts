import { quote } from '../strconv/quote.ts';
import { unquoteChar } from '../strconv/quote.ts';
import { parseFloat64 } from '../strconv/parse-float.ts';
import { parseInt64, parseUint } from '../strconv/parse-int.ts';
import { GoComplex } from '../value/values.ts';
import type { NumberNode } from './nodes.ts';

/** A constant's forms, or the message that says why it is none. */
type NumberResult = NumberNode | { readonly kind: 'problem'; readonly message: string };

/** The integer that equals a double, if it is one in the range. Go's conversion is defined only there. */
function integral(value: number, low: number, high: number): bigint | undefined {
  return Number.isInteger(value) && value >= low && value < high ? BigInt(value) : undefined;
}

function integralForms(value: number): { int: bigint | undefined; uint: bigint | undefined } {
  return { int: integral(value, -(2 ** 63), 2 ** 63), uint: integral(value, 0, 2 ** 64) };
}

function complexNumber(position: number, text: string, complex: GoComplex): NumberNode {
  const float = complex.imag === 0 ? complex.real : undefined;
  const forms = float === undefined ? { int: undefined, uint: undefined } : integralForms(float);
  return { kind: 'number', position, text, complex, float, ...forms };
}

function charConstant(position: number, text: string): NumberResult {
  const char = unquoteChar(text, 1, "'");
  if (char === undefined) return { kind: 'problem', message: 'invalid syntax' };
  if (text.slice(char.next) !== "'") return { kind: 'problem', message: `malformed character constant: ${text}` };
  const int = BigInt(char.rune);
  return { kind: 'number', position, text, int, uint: int, float: char.rune, complex: undefined };
}

/** Splits `1+2i` before the sign of the imaginary part; a sign after `e` or `p` belongs to an exponent. */
function complexConstant(position: number, text: string): NumberResult {
  const match = /^([+-]?[^+-]*(?:[eEpP][+-][^+-]*)?)([+-].*)i$/.exec(text);
  const real = parseFloat64(match?.[1] ?? '');
  const imag = parseFloat64(match?.[2] ?? '');
  if (!real.ok || !imag.ok) return { kind: 'problem', message: 'syntax error scanning complex number' };
  return complexNumber(position, text, new GoComplex(real.value, imag.value));
}

/** A real constant: an integer if it reads as one, promoted to float; else a float, demoted to integer if it is whole. */
function realConstant(position: number, text: string): NumberResult {
  const unsigned = parseUint(text);
  const signed = parseInt64(text);
  let uint = unsigned.ok ? unsigned.value : undefined;
  let int = signed.ok ? signed.value : undefined;
  // -0
  if (int === 0n) uint = 0n;
  const whole = int ?? uint;
  if (whole !== undefined) {
    return { kind: 'number', position, text, int, uint, float: Number(whole), complex: undefined };
  }
  const parsed = parseFloat64(text);
  if (!parsed.ok) return { kind: 'problem', message: `illegal number syntax: ${quote(text)}` };
  if (!/[.eEpP]/.test(text)) return { kind: 'problem', message: `integer overflow: ${quote(text)}` };
  ({ int, uint } = integralForms(parsed.value));
  return { kind: 'number', position, text, int, uint, float: parsed.value, complex: undefined };
}

/** Reads a constant as Go does: which kinds of number it can be is decided by its value, not by its spelling. */
export function parseNumberNode(
  position: number,
  text: string,
  token: 'charConstant' | 'complex' | 'number',
): NumberResult {
  if (token === 'charConstant') return charConstant(position, text);
  if (token === 'complex') return complexConstant(position, text);
  if (text.endsWith('i')) {
    const imag = parseFloat64(text.slice(0, -1));
    if (imag.ok) return complexNumber(position, text, new GoComplex(0, imag.value));
  }
  return realConstant(position, text);
}
