export { hostileCorpus } from './corpus/index.ts';
export { type Expectation, type HostileBackend, type HostileEntry, isAsExpected } from './entry.ts';
export { HostileProvider } from './hostile-provider.ts';
export { HOSTILE_ADDRESS, runHostileProvider } from './hostile-service.ts';
export { applyHostile, type HostileObjects, hostileObjects, removeHostile } from './objects.ts';
