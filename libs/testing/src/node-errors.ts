/**
 * Makes `instanceof Error` of a test true for what Node's own modules throw, as it is in a program. Jest gives tests an `Error` of
 * their own, and libraries that ask so (the SDK of AWS does) take a refused connection for something unknown.
 */
export function nodeErrorsAreErrors(): void {
  Object.defineProperty(Error, Symbol.hasInstance, {
    configurable: true,
    value(this: unknown, thrown: unknown): boolean {
      return (
        isInstance(this, thrown) || (this === Error && Object.prototype.toString.call(thrown) === '[object Error]')
      );
    },
  });
}

/** What `instanceof` does of itself; classes below Error come here, too. */
function isInstance(of: unknown, thrown: unknown): boolean {
  return Function.prototype[Symbol.hasInstance].call(of as () => unknown, thrown);
}
