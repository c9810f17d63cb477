/** For the tests of a provider that is built on `@eso/api/server`: the provider in the test's own process, and every rule checked. */
export { conformanceOf, type ConformanceOfOptions } from './conformance-of.ts';
