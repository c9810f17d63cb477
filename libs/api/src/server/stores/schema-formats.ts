import { isIPv4, isIPv6 } from 'node:net';

/** Formats that Kubernetes checks, as far as a config has use for them. Each takes time linear in the text. */
export const TEXT_FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['byte', (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)],
  ['date', (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))],
  [
    'date-time',
    (text) =>
      /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(text) &&
      !Number.isNaN(Date.parse(text.toUpperCase())),
  ],
  ['uri', (text) => URL.canParse(text)],
  ['ipv4', isIPv4],
  ['ipv6', isIPv6],
  ['uuid', (text) => /^[\da-f]{8}-?([\da-f]{4}-?){3}[\da-f]{12}$/i.test(text)],
  ['password', () => true],
]);

/** Formats of numbers. A number that JSON has read is a double already. */
export const NUMBER_FORMATS: ReadonlyMap<string, (value: number) => boolean> = new Map<
  string,
  (value: number) => boolean
>([
  ['int32', (value) => value >= -(2 ** 31) && value < 2 ** 31],
  ['int64', (value) => value >= -(2 ** 63) && value < 2 ** 63],
  ['float', () => true],
  ['double', () => true],
]);
