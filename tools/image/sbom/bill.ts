import { Contrib, Enums, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import parseExpression from 'spdx-expression-parse';
import type { Described } from '../oci-image.ts';
import type { Package } from './contents.ts';

const FORMAT = Spec.Spec1dot6;

/**
 * The bill of materials of an image, as JSON of CycloneDX 1.6. It has no time and no number of its own, so that equal images have equal
 * bills. It has passed the strict schema of the format.
 * @throws Error with what the schema refuses
 */
export async function billOf(described: Described, packages: readonly Package[]): Promise<string> {
  const licenses = new Contrib.License.Factories.LicenseFactory(parseExpression);
  const image = new Models.Component(Enums.ComponentType.Container, described.app, {
    version: described.version,
    description: described.description,
    bomRef: 'image',
  });
  const components = packages.map((one) => component(one, licenses));
  for (const { bomRef } of components) image.dependencies.add(bomRef);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: image }),
    components: new Models.ComponentRepository(components),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(FORMAT));
  const text = `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
  await validateBill(text);
  return text;
}

/** Checks a bill against the strict schema of CycloneDX 1.6. @throws Error with the first places that it refuses */
export async function validateBill(text: string): Promise<void> {
  const refused: unknown = await new Validation.JsonStrictValidator(FORMAT.version).validate(text);
  if (refused !== null)
    throw new Error(`the bill of materials is no CycloneDX ${FORMAT.version}: ${JSON.stringify(refused)}`);
}

function component(
  { ecosystem, name, version, purl, license, hash }: Package,
  licenses: InstanceType<typeof Contrib.License.Factories.LicenseFactory>,
): Models.Component {
  const [group, rest] = name.startsWith('@') ? name.split('/', 2) : [undefined, name];
  const type = ecosystem === 'node' ? Enums.ComponentType.Platform : Enums.ComponentType.Library;
  return new Models.Component(type, rest, {
    version,
    purl,
    bomRef: purl,
    ...(group === undefined ? {} : { group }),
    ...(hash ? { hashes: new Models.HashDictionary([[ALGORITHMS[hash.algorithm], hash.hex]]) } : {}),
    ...(license === undefined ? {} : { licenses: new Models.LicenseRepository([licenses.makeFromString(license)]) }),
  });
}

const ALGORITHMS = {
  'SHA-256': Enums.HashAlgorithm['SHA-256'],
  'SHA-512': Enums.HashAlgorithm['SHA-512'],
};
