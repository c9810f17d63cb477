/** `npm run image -- push | sign | verify`. */
import { join } from 'node:path';
import { root, step } from '../../setup.mjs';
import { buildImages, imageFolder } from '../build-images.ts';
import { signingKey, verificationKey } from './keys.ts';
import { SigningPrograms } from './programs.ts';
import { defaultBuilder } from './provenance.ts';
import { push, registryOf } from './registry.ts';
import { signImage } from './sign.ts';
import { type Source, sourceOf } from './source.ts';
import { signableOf } from './subjects.ts';
import { problemsOfImage } from './verify.ts';

/** What these commands take, for `parseArgs`. */
export const SIGNING_OPTIONS = {
  registry: { type: 'string' },
  key: { type: 'string' },
  builder: { type: 'string' },
  'allow-uncommitted': { type: 'boolean', default: false },
} as const;

/** What `parseArgs` makes of them. */
export interface SigningValues {
  readonly registry?: string;
  readonly key?: string;
  readonly builder?: string;
  readonly 'allow-uncommitted': boolean;
}

const COMMANDS = ['push', 'sign', 'verify'] as const;
type SigningCommand = (typeof COMMANDS)[number];
/** Everything that can be done with images. */
export type ImageCommand = SigningCommand | 'build';

/** Whether a word is one of these commands. */
export const isSigningCommand = (word: string | undefined): word is SigningCommand =>
  COMMANDS.some((name) => name === word);

/**
 * Builds the images and carries out the command, app by app.
 * @returns the exit code
 * @throws Error when an option is wrong, before anything is built, or something fails
 */
export async function runSigning(
  command: SigningCommand,
  apps: readonly string[],
  values: SigningValues,
): Promise<number> {
  const registry = registryOf(values.registry);
  const key = keyFor(command, values.key);
  const source = await sourceOf(root);
  if (command === 'sign') refuseUncommitted(source, values);
  const built = await buildImages(apps);
  if (built !== 0) return built;
  const programs = await SigningPrograms.prepare(step);
  const allowUncommitted = values['allow-uncommitted'];
  let wrong = 0;
  try {
    for (const app of apps) {
      const image = signableOf(app, imageFolder(app), source, values.builder ?? defaultBuilder(source));
      const reference = `${registry}/${image.name}`;
      if (command === 'push') {
        console.log(`${reference} ${await push(programs, join(imageFolder(app), `${app}.tar`), reference)}`);
      } else if (command === 'sign') {
        console.log((await signImage(programs, image, { registry, key })).join('\n'));
      } else {
        const problems = await problemsOfImage(programs, image, { registry, key, allowUncommitted });
        for (const problem of problems) console.error(problem);
        if (problems.length === 0) console.log(`${reference} ${image.summary.digest}: signed, whole, as built here`);
        wrong += problems.length;
      }
    }
  } finally {
    programs.end();
  }
  return wrong === 0 ? 0 : 1;
}

function keyFor(command: SigningCommand, given: string | undefined): string {
  if (command === 'push') return '';
  return command === 'sign' ? signingKey(given, process.env) : verificationKey(given);
}

function refuseUncommitted({ uncommitted }: Source, values: SigningValues): void {
  if (!uncommitted || values['allow-uncommitted']) return;
  throw new Error(
    'there are changes that no commit has, and provenance names the commit that an image is built from: commit them, or take them ' +
      'away, or say --allow-uncommitted, and the provenance will say it too',
  );
}
