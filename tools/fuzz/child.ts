// Runs one target: node tools/fuzz/child.ts <target> <seconds> <seed> <heartbeat file>; answers with an EngineReport over IPC.
import { SeededRandom } from '@eso/testing';
import { readCorpus } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { fuzz } from './engine.ts';
import { Heartbeat } from './heartbeat.ts';
import { loadTarget } from './targets/index.ts';

const [name = '', seconds = '', seed = '', file = ''] = process.argv.slice(2);
// Whoever watches was ended.
process.once('disconnect', () => process.exit(1));
const coverage = new Coverage();
const target = await loadTarget(name);
const heartbeat = new Heartbeat(file);
const end = performance.now() + Number(seconds) * 1_000;
const report = await fuzz({
  target,
  corpus: readCorpus(name).map(({ bytes }) => bytes),
  random: new SeededRandom(`${name} ${seed}`),
  coverage,
  isOver: () => performance.now() >= end,
  onInput: (input) => heartbeat.beat(input),
});
heartbeat.close();
process.send?.(report, () => process.exit(0));
