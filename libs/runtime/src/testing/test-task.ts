import { type Fuel, fuelFor } from '../fuel.ts';
import type { WorkerTask } from '../worker/task.ts';

/** What the test worker is to do. */
export type TestInput =
  | { readonly kind: 'echo'; readonly value: unknown }
  | { readonly kind: 'spin' }
  | { readonly kind: 'fill' }
  | { readonly kind: 'throw' }
  | { readonly kind: 'exit' }
  | { readonly kind: 'environment' }
  /** Takes steps, and tells whether they were bounded. */
  | { readonly kind: 'steps'; readonly steps: number; readonly field?: string };

/** A task that does as it is told, for the tests of the pool. */
export const testTask: WorkerTask<TestInput, unknown> = { name: 'test', run: obey };

function obey(input: TestInput, fuel: Fuel): unknown {
  switch (input.kind) {
    case 'echo':
      return input.value;
    case 'spin':
      for (;;) if (Math.random() > 1) return undefined;
    case 'fill': {
      const kept: string[][] = [];
      for (let i = 0; ; i++) kept.push(Array.from({ length: 1_000 }, (_, k) => `${i}/${k}`));
    }
    case 'throw':
      throw new RangeError('the value is hunter2');
    case 'exit':
      return process.exit(3);
    case 'environment':
      return { env: { ...process.env }, argv: process.argv.slice(2) };
    case 'steps':
      fuelFor(input.field ?? 'spec', () => fuel.take(input.steps));
      return fuel.limit;
  }
}
