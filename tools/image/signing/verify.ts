/** Whether what a registry has under a name is what this checkout builds, says so over a signature, and is whole. */
import { isDeepStrictEqual } from 'node:util';
import { reasonOf, type SigningPrograms } from './programs.ts';
import { type Provenance, SOURCE } from './provenance.ts';
import { byDigest, digestOf } from './registry.ts';
import type { Attestation, Signable, Subject } from './subjects.ts';

/** Where an image is, and who has to have signed it. */
export interface VerifyOptions {
  readonly registry: string;
  /** The public key: a file, or an address that cosign knows. */
  readonly key: string;
  /** Whether an image may be built of files that no commit has. */
  readonly allowUncommitted: boolean;
}

/**
 * Compares an image in a registry with what was built here, by content, signature and statements, and reads each of its layers.
 * @returns a sentence for each thing that is wrong; none where all is right
 * @throws Error when the registry does not answer
 */
export async function problemsOfImage(
  programs: SigningPrograms,
  { name, summary, subjects }: Signable,
  options: VerifyOptions,
): Promise<string[]> {
  const { registry } = options;
  const place = `${registry}/${name}`;
  const found = await digestOf(programs, place);
  if (found === undefined) return [`${place} is not there`];
  if (found !== summary.digest) return [`${place} is ${found}, and what is built here is ${summary.digest}`];
  const problems: string[] = [];
  for (const subject of subjects) {
    const reference = byDigest(registry, name, subject.digest);
    problems.push(...(await problemsOfSubject(programs, subject, reference, options)));
  }
  // Megabytes, which nobody needs of an image that is refused anyway.
  if (problems.length > 0) return problems;
  const whole = await programs.runCrane('validate', '--remote', byDigest(registry, name, summary.digest));
  return whole.code === 0 ? [] : [`${name} is damaged: ${reasonOf(whole)}`];
}

async function problemsOfSubject(
  programs: SigningPrograms,
  { what, attestations }: Subject,
  reference: string,
  options: VerifyOptions,
): Promise<string[]> {
  const signed = await programs.verify(options.key, reference);
  const problems = signed.code === 0 ? [] : [`${what} has no signature of this key: ${reasonOf(signed)}`];
  for (const attestation of attestations) {
    const { type } = attestation;
    const stated = await programs.verifyAttestation(options.key, reference, type);
    if (stated.code !== 0) {
      problems.push(`${what} has no ${type} of this key: ${reasonOf(stated)}`);
      continue;
    }
    const each = predicatesIn(stated.stdout).map((predicate) => differences(predicate, attestation, options));
    // cosign prints all that the key has stated; one that is right is enough.
    const best = each.sort((a, b) => a.length - b.length)[0] ?? ['cosign shows nothing'];
    problems.push(...best.map((problem) => `${what}, ${type}: ${problem}`));
  }
  return problems;
}

/** Predicates of the envelopes that cosign prints, one a line. */
export function predicatesIn(stdout: string): unknown[] {
  return stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const { payload } = JSON.parse(line) as { payload: string };
      return (JSON.parse(Buffer.from(payload, 'base64').toString()) as { predicate: unknown }).predicate;
    });
}

/** What a statement says that is not so here: a sentence each. */
function differences(stated: unknown, { type, predicate }: Attestation, options: VerifyOptions): string[] {
  const expected: unknown = JSON.parse(predicate);
  if (type === 'slsaprovenance1') return provenanceProblems(stated as Provenance, expected as Provenance, options);
  return isDeepStrictEqual(stated, expected) ? [] : ['other packages than this checkout builds it of'];
}

/**
 * What provenance says that is not so here. The commit may be another: the same image comes of each that changed nothing in it.
 * @param stated by the key
 * @param expected of this checkout
 */
export function provenanceProblems(
  stated: Provenance,
  expected: Provenance,
  { allowUncommitted }: Pick<VerifyOptions, 'allowUncommitted'>,
): string[] {
  const [is, due] = [stated.buildDefinition, expected.buildDefinition];
  const known = new Map(due.resolvedDependencies.map((one) => [one.uri + one.name, one]));
  const materials = is.resolvedDependencies.filter(({ name }) => name !== SOURCE);
  const other = materials.filter((one) => !isDeepStrictEqual(known.get(one.uri + one.name), one));
  const { id } = stated.runDetails.builder;
  const said: [boolean, string][] = [
    [is.buildType !== due.buildType, `it was built as ${is.buildType}, not as ${due.buildType}`],
    [!isDeepStrictEqual(is.externalParameters, due.externalParameters), 'it is of another app'],
    [
      !isDeepStrictEqual(is.internalParameters.platforms, due.internalParameters.platforms),
      'it is for other platforms',
    ],
    [
      materials.length !== due.resolvedDependencies.length - 1 || other.length > 0,
      `it was built of other materials than this checkout has${other.map(({ uri }) => `, ${uri}`).join('')}`,
    ],
    [is.internalParameters.uncommitted && !allowUncommitted, 'it was built of files that no commit has'],
    [id !== expected.runDetails.builder.id, `it was built by ${id}`],
  ];
  return said.flatMap(([wrong, sentence]) => (wrong ? [sentence] : []));
}
