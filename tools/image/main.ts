/** npm run image -- [push | sign | verify] [APP…]: see USAGE. */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { manifestsOf } from '../lint/arrows.ts';
import { root, step } from '../setup.mjs';
import { buildImages } from './build-images.ts';
import { type ImageCommand, isSigningCommand, runSigning, SIGNING_OPTIONS } from './signing/command.ts';
import { SigningPrograms } from './signing/programs.ts';
import { updateBase } from './update-base.ts';

const USAGE = `usage: npm run image -- [command] [APP...]

  [APP...]                              build the images of these apps, or of all, as far as they changed; print what each takes, and fail
                                        where a package in one has a known weakness. The other commands build first, too
  push --registry=R [APP...]            put them into a registry, HOST[:PORT][/PATH], with the login of "docker login"
  sign --registry=R --key=FILE [APP...] sign them there, and state what each was built from (SLSA provenance) and of (CycloneDX);
                                        COSIGN_PASSWORD has the password of the key
    --builder=URI                       who builds; default: whoever has the key
    --allow-uncommitted                 of files that no commit has, too; the provenance says so
  verify --registry=R --key=FILE [APP...]
                                        whether what is there is what this checkout builds, and signed; takes the two options of "sign"
  cosign ARGUMENTS                      cosign itself, such as "cosign generate-key-pair"
  --update-base                         write Debian's newest packages into base.lock.json`;

/** Every app, whoever added it. */
const apps = manifestsOf(root)
  .filter(({ tags }) => tags.includes('layer:app'))
  .map(({ folder }) => basename(folder));

async function cosign(args: readonly string[]): Promise<number> {
  const programs = await SigningPrograms.prepare(step);
  try {
    return programs.interactive(args);
  } finally {
    programs.end();
  }
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === 'cosign') return await cosign(args.slice(1));
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { 'update-base': { type: 'boolean', default: false }, ...SIGNING_OPTIONS },
  });
  const command: ImageCommand = isSigningCommand(positionals[0]) ? positionals[0] : 'build';
  const names = command === 'build' ? positionals : positionals.slice(1);
  const unknown = names.find((name) => !apps.includes(name));
  if (unknown !== undefined) throw new Error(`there is no app ${unknown}; there are ${apps.join(', ')}`);
  if (values['update-base']) {
    const changed = await updateBase(step);
    console.log(changed ? 'tools/image/base.lock.json has changed: build, test, commit it' : 'nothing newer');
    return 0;
  }
  const wanted = names.length > 0 ? names : apps;
  return command === 'build' ? await buildImages(wanted) : await runSigning(command, wanted, values);
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) console.error(`\n${USAGE}`);
  process.exit(2);
}
