// Loaded before a program (node --import): its wall clock is off by what a file says, in milliseconds. Monotonic time goes on as it
// does on a machine whose clock is set.
import { readFileSync } from 'node:fs';

const file = process.env['SOAK_CLOCK_FILE'] ?? '';
const LOOK_MS = 100;
let offset = 0;
const look = () => {
  try {
    offset = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    offset = 0;
  }
};
look();
setInterval(look, LOOK_MS).unref();

const now = Date.now.bind(Date);
const shifted = () => now() + offset;
/** @type {ProxyHandler<DateConstructor>} */
const handler = {
  construct(target, args, newTarget) {
    /** @type {unknown} */
    const date = Reflect.construct(target, args.length === 0 ? [shifted()] : args, newTarget);
    return /** @type {object} */ (date);
  },
  get: (target, key) => (key === 'now' ? shifted : /** @type {unknown} */ (Reflect.get(target, key))),
};
globalThis.Date = new Proxy(Date, handler);
