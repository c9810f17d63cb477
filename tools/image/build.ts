/**
 * node --conditions=@eso/source tools/image/build.ts apps/<app> [--repository=NAME]
 *
 * Builds the image of one program from its bundle, into `apps/<app>/dist-image`:
 *   <app>.tar     the image for every platform, as an archive of the OCI image layout
 *   <app>.<architecture>.cdx.json  what is in it, CycloneDX 1.6
 *   image.json    its name, digests and sizes
 * No daemon, no network once the parts of the two lower layers are in the cache.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, step } from '../setup.mjs';
import { appLayer } from './app-layer.ts';
import { baseLayer } from './base-layer.ts';
import { baseLock } from './base-lock.ts';
import { nodeLayer } from './node-layer.ts';
import { archiveOf, type Described, imageOf, platformImage, type PlatformImage } from './oci-image.ts';
import { PLATFORMS } from './platforms.ts';
import { billOf } from './sbom/bill.ts';
import { contentsOf } from './sbom/contents.ts';
import { oversizes, SUMMARY, summaryOf } from './summary.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { repository: { type: 'string', default: 'localhost/external-secrets' } },
});
const [project] = positionals;
if (project === undefined || positionals.length > 1) {
  console.error('usage: node --conditions=@eso/source tools/image/build.ts apps/<app> [--repository=NAME]');
  process.exit(2);
}

function describe(folder: string): Described {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Omit<Described, 'app'>;
  return { ...manifest, app: basename(folder) };
}

const folder = join(root, project);
const described = describe(folder);
const out = join(folder, 'dist-image');
rmSync(out, { recursive: true, force: true });

const own = await appLayer(`${described.app} ${described.version}`, join(folder, 'dist'));
const platforms: PlatformImage[] = [];
for (const platform of PLATFORMS) {
  const layers = [await baseLayer(baseLock(), platform, step), await nodeLayer(platform, step), own];
  platforms.push(platformImage(platform, layers, described));
}
const image = imageOf(platforms, described);
const name = `${values.repository}/${described.app}:${described.version}`;
const summary = summaryOf(name, image);
const tooLarge = oversizes(summary);
if (tooLarge.length > 0) {
  console.error(tooLarge.join('\n'));
  process.exit(1);
}
mkdirSync(out, { recursive: true });
writeFileSync(join(out, `${described.app}.tar`), await archiveOf(image, name));
for (const platform of PLATFORMS) {
  const bill = await billOf(described, contentsOf(join(folder, 'dist'), baseLock(), platform));
  writeFileSync(join(out, `${described.app}.${platform.architecture}.cdx.json`), bill);
}
writeFileSync(join(out, SUMMARY), `${JSON.stringify(summary, undefined, 2)}\n`);
console.log(`${name} ${summary.digest}`);
