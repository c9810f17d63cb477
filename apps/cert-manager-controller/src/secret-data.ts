import type { Secret } from '@eso/kube';

/** An entry of a Secret as text; undefined when it is not there. */
export function secretEntry(secret: Secret, key: string): string | undefined {
  const value = secret.data?.[key];
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}

/** Texts as the data of a Secret. */
export function secretData(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')]),
  );
}
