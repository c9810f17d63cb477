/** Loaded with --import: what Node and its libraries take for the time is as many hours ahead as CLOCK_AHEAD_HOURS says. */
const AHEAD_MS = Number(process.env['CLOCK_AHEAD_HOURS'] ?? 0) * 3_600_000;
const now = Date.now.bind(Date);

Date.now = () => now() + AHEAD_MS;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [target.now()], newTarget) as Date,
  apply: (target) => new target(target.now()).toString(),
});
