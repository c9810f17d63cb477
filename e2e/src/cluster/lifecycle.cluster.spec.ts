import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@eso/testing';
import { layoutOf } from '../../../tools/cluster/layout.ts';
import { type Cluster, down, running, up } from '../../../tools/cluster/up.ts';

const NAME = 'lifecycle';
const layout = layoutOf(NAME);

/** What the kubelet would set, and what belongs to no namespace. */
const TUNABLES = [
  'kernel/panic',
  'kernel/panic_on_oops',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/keys/root_maxkeys',
];
const tunables = (): readonly string[] => TUNABLES.map((name) => readFileSync(join('/proc/sys', name), 'utf8'));

/** Folder, cgroups and processes of the cluster. */
function leftovers(): readonly string[] {
  const groups = readdirSync('/sys/fs/cgroup').map((hierarchy) => join('/sys/fs/cgroup', hierarchy, layout.cgroup));
  const processes = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => commandOf(pid))
    .filter((command) => command.includes(layout.dir) || command.includes(`keeper.ts ${NAME}`));
  return [layout.dir, ...groups].filter((path) => existsSync(path)).concat(processes);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it ended meanwhile
  }
}

const before = tunables();

describe('a cluster', () => {
  test.each<[string, (cluster: Cluster) => unknown]>([
    ['it is told to end', () => down(NAME)],
    ['its keeper is killed', ({ state }) => process.kill(state.keeper, 'SIGKILL')],
    ['its namespaces are killed', ({ state }) => process.kill(state.sandbox, 'SIGKILL')],
  ])('leaves nothing when %s', async (_, end) => {
    const cluster = await up({ name: NAME, owned: true });
    expect(leftovers().length).toBeGreaterThan(10);
    expect(tunables()).toEqual(before);
    await end(cluster);
    await eventually(() => expect(leftovers()).toEqual([]), { timeoutMs: 60_000 });
    expect(tunables()).toEqual(before);
    expect(running(NAME)).toBeUndefined();
    expect(await down(NAME)).toBe(false);
  });
});
