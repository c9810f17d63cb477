import type { ExecutionBudget } from '../exec/limits.ts';
import type { Value } from '../value/values.ts';
import { Printer } from './printer.ts';

/** `fmt.Sprint`: a space between two operands neither of which is a string. */
export function sprint(budget: ExecutionBudget, operands: readonly Value[]): string {
  const only = operands[0];
  if (operands.length === 1 && typeof only === 'string') return only;
  const printer = new Printer(budget);
  let afterString = false;
  operands.forEach((operand, at) => {
    const isString = typeof operand === 'string';
    if (at > 0 && !isString && !afterString) printer.write(' ');
    printer.printArgument(operand, 'v');
    afterString = isString;
  });
  return printer.out;
}

/** `fmt.Sprintln`. */
export function sprintln(budget: ExecutionBudget, operands: readonly Value[]): string {
  const printer = new Printer(budget);
  operands.forEach((operand, at) => {
    if (at > 0) printer.write(' ');
    printer.printArgument(operand, 'v');
  });
  printer.write('\n');
  return printer.out;
}
