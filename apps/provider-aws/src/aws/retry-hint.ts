/** Headers in which a service says how long it wants to be left alone, with the milliseconds of one of their units. */
const HEADERS = { 'retry-after': 1_000, 'x-amz-retry-after': 1 } as const;

/**
 * How long AWS asks to be left alone after a failure, milliseconds; undefined where it does not say.
 * @param error of the SDK, with the response that it was made of
 */
export function retryHintMs({ $response }: { readonly $response?: unknown }): number | undefined {
  const { headers } = ($response ?? {}) as { readonly headers?: unknown };
  if (typeof headers !== 'object' || headers === null) return undefined;
  for (const [name, value] of Object.entries(headers)) {
    const unitMs = unitOf(name.toLowerCase());
    if (unitMs !== undefined && typeof value === 'string' && /^\d+(\.\d+)?$/.test(value))
      return Math.round(Number(value) * unitMs);
  }
  return undefined;
}

function unitOf(header: string): number | undefined {
  return Object.hasOwn(HEADERS, header) ? HEADERS[header as keyof typeof HEADERS] : undefined;
}
