import { reportLines } from '@eso/conformance';
import { peerLanguages } from '@eso/testing';
import { PeerBench } from './peer-run.ts';

/** A first build of the programs takes this long on a loaded machine. */
const BUILD_MS = 600_000;
let bench: PeerBench;

beforeAll(async () => {
  bench = await PeerBench.create();
});
afterAll(() => bench.remove());

test.each(peerLanguages)(
  'the provider in %s keeps every rule',
  async (language) => {
    const report = await bench.judge({ language });
    console.log(reportLines(report).join('\n'));
    expect(report.rules.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  },
  BUILD_MS,
);
