import { LABEL_PROVIDER } from '@eso/api/resources';
import { refuse, type RefusedPlan } from '../refuse.ts';
import type { TargetSnapshot } from '../snapshot.ts';
import type { ManifestContent } from './content.ts';

/**
 * What makes a Service one of a provider, which gets a certificate and is trusted with secrets, is an administrator's right: no target gets
 * such a label or annotation, and none that has the label is written.
 * @param existing the target, where there is one
 */
export function refuseProvider(
  { labels, annotations }: Pick<ManifestContent, 'labels' | 'annotations'>,
  existing: Pick<TargetSnapshot, 'metadata'> | undefined,
): RefusedPlan | undefined {
  const common = { code: 'TARGET_KIND_NOT_ALLOWED', field: 'spec.target.manifest' } as const;
  if (Object.hasOwn(existing?.metadata.labels ?? {}, LABEL_PROVIDER))
    return refuse('updateFailed', {
      ...common,
      what: `the object has the label ${LABEL_PROVIDER}, which an administrator gave it`,
      nextStep: 'Choose another spec.target.name.',
    });
  if (![labels, annotations].some((map) => Object.keys(map).some(isProviderMark))) return undefined;
  return refuse('updateFailed', {
    ...common,
    // The rest of a key may have been rendered.
    what: `the target would get a label or annotation ${LABEL_PROVIDER}…, which an administrator alone gives`,
    nextStep: 'Leave that label or annotation out of the template, or of the ExternalSecret where it has none.',
  });
}

const isProviderMark = (key: string): boolean => key === LABEL_PROVIDER || key.startsWith(`${LABEL_PROVIDER}-`);
