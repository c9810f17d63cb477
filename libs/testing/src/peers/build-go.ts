import { cp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ensureEntry, platform } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { ensureGo, goEnvironment } from '@eso/control-plane/go-toolchain.mjs';
import { workspaceRoot } from '../workspace.ts';
import { peerSourceFolder, PROTO_FILES, sourcesDigest } from './sources.ts';

/** Programs in Go; absolute paths. */
export interface GoPeer {
  readonly server: string;
  readonly client: string;
  readonly conforming: string;
}

const PROGRAMS = ['server', 'client', 'conforming'] as const;
const MODULE = 'peers';
const PLUGINS = [
  'google.golang.org/protobuf/cmd/protoc-gen-go',
  'google.golang.org/grpc/cmd/protoc-gen-go-grpc',
] as const;

/**
 * Builds the programs in Go unless they are in the cache (one to three minutes).
 * @throws Error saying what is missing and how to get it, or with what the compiler said
 */
export async function ensureGoPeer(progress: (text: string) => void = () => undefined): Promise<GoPeer> {
  const dir = await ensureEntry({
    key: join('peers', `go-${await sourcesDigest('go')}-${platform}`),
    what: 'peers in Go',
    progress,
    produce: async (draft) => {
      await build(draft, progress);
      return PROGRAMS;
    },
  });
  return { server: join(dir, 'server'), client: join(dir, 'client'), conforming: join(dir, 'conforming') };
}

async function build(dir: string, progress: (text: string) => void): Promise<void> {
  const go = await ensureGo(progress);
  // The generated stubs stand among the sources; the checkout stays as it is.
  const module = join(dir, 'module');
  await cp(peerSourceFolder('go'), module, { recursive: true });
  const compile = (into: string, packages: readonly string[]): Promise<string> =>
    runCommand(go, ['build', '-mod=readonly', '-buildvcs=false', '-trimpath', '-o', `${into}/`, ...packages], {
      cwd: module,
      env: { ...goEnvironment(), CGO_ENABLED: '0' },
      what: 'peers in Go: build',
      progress,
    });
  progress('peers in Go: builds them from source, once (one to three minutes)');
  await compile(join(dir, 'plugins'), PLUGINS);
  const paths = PROTO_FILES.flatMap((file) => ['--path', join('proto', file)]);
  await runCommand(
    join(workspaceRoot, 'node_modules', '.bin', 'buf'),
    ['generate', ...paths, '--template', template(join(dir, 'plugins')), '--output', module],
    { cwd: workspaceRoot },
  );
  await compile(
    dir,
    PROGRAMS.map((name) => `./${name}`),
  );
  await rm(module, { recursive: true });
  await rm(join(dir, 'plugins'), { recursive: true });
}

/** How buf makes the stubs: the contract names no Go package, so that the options do, by the file's first name. */
function template(plugins: string): string {
  const packages = PROTO_FILES.map((file) => `M${file}=${MODULE}/${basename(file, '.proto')}`);
  const opt = [`module=${MODULE}`, ...packages];
  const plugin = (name: string): object => ({ local: [join(plugins, name)], out: '.', opt });
  return JSON.stringify({ version: 'v2', plugins: [plugin('protoc-gen-go'), plugin('protoc-gen-go-grpc')] });
}
