import {
  authorityRenewalInstant,
  checkAuthorityValidity,
  checkLeafLifetime,
  defaultRenewalWindow,
  renewalInstant,
  validitySpan,
} from './lifetimes.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

test.each([
  [90 * DAY, 35 * DAY],
  [30 * DAY, 12 * DAY],
  [5 * MINUTE, 2 * MINUTE],
  [87.5 * DAY, 35 * DAY],
])('a leaf of %d ms has a window of %d ms', (validity, window) => {
  expect(defaultRenewalWindow(validity)).toBe(window);
  expect(renewalInstant(new Date(0), new Date(validity))).toBe(validity - window);
});

test('an explicit window is taken as it is', () => {
  expect(renewalInstant(new Date(0), new Date(30 * DAY), 29 * DAY)).toBe(DAY);
});

test.each([
  [5 * MINUTE, undefined],
  [90 * DAY, undefined],
  [30 * DAY, 30 * DAY - 1],
])('validity %d with window %d is allowed', (validityMs, renewalWindowMs) => {
  expect(() => checkLeafLifetime({ validityMs, ...(renewalWindowMs && { renewalWindowMs }) })).not.toThrow();
});

test.each([
  [5 * MINUTE - 1, undefined, 'allowed are 5m0s to 2160h0m0s'],
  [90 * DAY + 1, undefined, 'allowed are 5m0s to 2160h0m0s'],
  [30 * DAY, 30 * DAY, 'less than the validity'],
  [30 * DAY, 35 * DAY, 'less than the validity'],
  [30 * DAY, 0, 'more than 0'],
  [Number.NaN, undefined, 'validity of a leaf'],
  [30 * DAY, Number.NaN, 'renewal window'],
])('validity %d with window %d is refused', (validityMs, renewalWindowMs, text) => {
  expect(() => checkLeafLifetime({ validityMs, ...(renewalWindowMs !== undefined && { renewalWindowMs }) })).toThrow(
    text,
  );
});

test('an authority lives longer than its leaves, and at most two years', () => {
  expect(() => checkAuthorityValidity(365 * DAY, 90 * DAY)).not.toThrow();
  expect(() => checkAuthorityValidity(30 * DAY, 30 * DAY)).toThrow('has to live longer than 720h0m0s');
  expect(() => checkAuthorityValidity(731 * DAY, 30 * DAY)).toThrow('allowed are');
  expect(() => checkAuthorityValidity(9 * MINUTE, 5 * MINUTE)).toThrow('allowed are');
});

test.each([
  [365 * DAY, 30 * DAY, 305 * DAY],
  // 90 days of leaf and 5 days are more than 60.
  [365 * DAY, 90 * DAY, 270 * DAY],
  // Too short-lived for either: 40 % of its validity.
  [50 * DAY, 30 * DAY, 30 * DAY],
])('an authority of %d ms over leaves of %d ms is due at %d', (validity, leaf, due) => {
  expect(authorityRenewalInstant(new Date(0), new Date(validity), leaf)).toBe(due);
});

test('a span is in whole seconds, backdated by 5 minutes or a tenth', () => {
  expect(validitySpan(10 * DAY + 999, DAY)).toEqual({
    notBefore: new Date(10 * DAY - 5 * MINUTE),
    notAfter: new Date(11 * DAY - 5 * MINUTE),
  });
  expect(validitySpan(10 * DAY, 5 * MINUTE).notBefore).toEqual(new Date(10 * DAY - 30_000));
});
