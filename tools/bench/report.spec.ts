import { latency, reportOf, table } from './report.ts';

const system = { objects: 4, floorObjectsPerSecond: 8 };
const measured = {
  seconds: 2,
  requests: new Map([
    ['POST secrets', 4],
    ['PUT externalsecrets/status', 6],
  ]),
  processes: { core: { cpuSeconds: 0.5, peakRssMiB: 100 } },
};

test('requests are counted for each object, and all together', () => {
  expect(reportOf('first-sync', system, measured)).toEqual({
    scenario: 'first-sync',
    objects: 4,
    seconds: 2,
    objectsPerSecond: 2,
    floorObjectsPerSecond: 8,
    requestsPerObject: { total: 2.5, 'POST secrets': 1, 'PUT externalsecrets/status': 1.5 },
    processes: measured.processes,
  });
});

test('where fewer were waited for than there are, these count', () => {
  expect(reportOf('change', system, measured, 2)).toMatchObject({
    objects: 4,
    objectsPerSecond: 1,
    requestsPerObject: { total: 5 },
  });
});

test('a latency is its median and the value that one of a hundred is above', () => {
  const seconds = Array.from({ length: 200 }, (_, index) => (index + 1) / 100);
  expect(latency(seconds)).toEqual({ p50: 1, p99: 1.98, tries: 200 });
});

test('the table says how much of the floor it is, and shows nothing that was not measured', () => {
  const report = reportOf('lane', system, measured);
  expect(table(report)).toContain('8.0 (0.25 of it)');
  expect(table(report)).not.toMatch(/latency|idle|live|goal/);
  expect(table(report, [{ what: 'a demand', figure: '5', met: false }])).toMatch(/goal: a demand +\| not met: 5/);
  expect(table({ ...report, latencySeconds: { p50: 0.0125, p99: 0.25, tries: 50 } })).toMatch(
    /latency +\| p50 0\.013 s, p99 0\.250 s, of 50/,
  );
});
