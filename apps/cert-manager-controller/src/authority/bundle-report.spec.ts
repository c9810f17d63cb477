import type { BundleProblem } from '@eso/pki';
import { bundleReport } from './bundle-report.ts';

const unknown = (position: number): BundleProblem => ({ kind: 'unknown', position, fingerprint: `AB:${position}` });

test('a good bundle gives nothing to tell', () => {
  expect(bundleReport([], 'eso')).toBeUndefined();
});

test('every kind is told, with what to do', () => {
  const text = bundleReport(
    [
      { kind: 'unreadable', position: 2 },
      { kind: 'missing', fingerprint: 'CD:EF' },
      { kind: 'outdated', generation: 1, known: 2 },
    ],
    'eso',
  );
  expect(text).toContain('Secret eso/eso-provider-ca-internal was changed');
  expect(text).toContain('certificate 2 of ca.crt does not parse; ca.crt lacks a certificate (SHA-256 cdef)');
  expect(text).toContain(
    'ca.sig is of generation 1, and 2 was there before: put that bundle back. Nothing of that is published',
  );
  expect(text).toContain('restore it: take out what does not belong there');
});

test('a seal that is gone is told as such', () => {
  const text = bundleReport([{ kind: 'outdated', generation: 0, known: 3 }], 'eso');
  expect(text).toContain('ca.sig is none of the key, and one of generation 3 was there before: put that bundle back');
});

test('of many only some are named', () => {
  const text = bundleReport([1, 2, 3, 4, 5].map(unknown), 'eso');
  expect(text).toContain('certificate 3 of ca.crt is unknown (SHA-256 ab3); and 2 more. ');
  expect(text).not.toContain('certificate 4');
});
