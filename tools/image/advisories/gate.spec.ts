import { type Advisory, advisoryExtract, affects } from './advisory.ts';
import { type Exception, exceptionList, exceptionProblems, problemsOf } from './gate.ts';

const advisory: Advisory = {
  id: 'GHSA-test',
  summary: 'Something bad',
  affected: [
    {
      package: { ecosystem: 'npm', name: '@x/bad' },
      ranges: [{ events: [{ introduced: '0' }, { fixed: '1.2.0' }, { introduced: '2.0.0' }, { fixed: '2.0.5' }] }],
    },
    {
      package: { ecosystem: 'Debian:12', name: 'libc6' },
      ranges: [{ events: [{ introduced: '0' }, { fixed: '2.36-9+deb12u10' }] }],
    },
  ],
};
const bill = { components: [{ purl: 'pkg:npm/%40x/bad@1.1.9' }, { purl: 'pkg:npm/good@1.0.0' }] };
const exception: Exception = {
  advisory: 'GHSA-test',
  package: 'pkg:npm/%40x/bad',
  reason: 'The function in question is not in the bundle',
  until: '2026-12-31',
};

test.each([
  ['npm', '@x/bad', '0.0.1', true],
  ['npm', '@x/bad', '1.2.0', false],
  ['npm', '@x/bad', '1.10.0', false],
  ['npm', '@x/bad', '2.0.0', true],
  ['npm', '@x/bad', '2.0.5', false],
  ['npm', '@x/worse', '0.0.1', false],
  ['Debian:12', 'libc6', '2.36-9+deb12u9', true],
  ['Debian:12', 'libc6', '2.36-9+deb12u10', false],
  ['Debian:13', 'libc6', '2.36-9+deb12u9', false],
])('%s %s %s has the weakness: %s', (ecosystem, name, version, has) => {
  expect(affects(advisory, ecosystem, name, version)).toBe(has);
});

test('a package with a known weakness keeps the image back, and is named with it', () => {
  expect(problemsOf(bill, [advisory], [], '2026-11-29', 'core')).toEqual([
    'core has @x/bad 1.1.9: GHSA-test, Something bad',
  ]);
  const debian = { components: [{ purl: 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u9?arch=amd64&distro=debian-12' }] };
  expect(problemsOf(debian, [advisory], [], '2026-11-29', 'core')).toHaveLength(1);
});

test('an exception holds through its last day, for its package and advisory alone', () => {
  expect(problemsOf(bill, [advisory], [exception], '2026-12-31', 'core')).toEqual([]);
  expect(problemsOf(bill, [advisory], [exception], '2027-01-01', 'core')).toEqual([
    'core has @x/bad 1.1.9: GHSA-test, Something bad; its exception ended on 2026-12-31',
  ]);
  expect(problemsOf(bill, [{ ...advisory, id: 'GHSA-other' }], [exception], '2026-12-31', 'core')).toHaveLength(1);
  expect(problemsOf(bill, [advisory], [{ ...exception, package: 'pkg:npm/good' }], '2026-12-31', 'core')).toHaveLength(
    1,
  );
});

test('an exception without a reason, or without an end, is refused', () => {
  expect(exceptionProblems([exception])).toEqual([]);
  expect(exceptionProblems([{ ...exception, reason: 'later' }])).toEqual([
    'exceptions.json: GHSA-test for pkg:npm/%40x/bad needs a reason that says why it does no harm here',
  ]);
  expect(exceptionProblems([{ ...exception, until: 'never' }])).toEqual([
    'exceptions.json: GHSA-test for pkg:npm/%40x/bad needs a last day, until: YYYY-MM-DD',
  ]);
});

test('the committed extract has a date, and each advisory an end that the gate can find', () => {
  const { taken, advisories } = advisoryExtract();
  expect(new Date(taken).toISOString().slice(0, 10)).toBe(taken);
  for (const { id, affected } of advisories) {
    for (const { package: one, ranges } of affected) {
      const fixed = ranges.flatMap(({ events }) => events.flatMap((event) => ('fixed' in event ? [event.fixed] : [])));
      expect({ id, versions: fixed.length }).toMatchObject({ versions: ranges.length });
      for (const version of fixed)
        expect(affects({ id, summary: '', affected }, one.ecosystem, one.name, version)).toBe(false);
    }
  }
  expect(exceptionProblems(exceptionList())).toEqual([]);
});
