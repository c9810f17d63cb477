/** Rules for `spec.target`: policies that contradict each other, and types and targets that a template may not have. */
import type { ExternalSecretSpec } from '@eso/api/resources';
import type { SpecRule } from './spec-rule.ts';

const SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const BOOTSTRAP_TOKEN = 'bootstrap.kubernetes.io/token';

const DELETE_NEEDS_OWNER =
  "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner";
const MERGE_NEEDS_SECRET =
  'deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with';
const TOKEN_BY_ANNOTATION = `template.type="${SERVICE_ACCOUNT_TOKEN}" with annotation "${SERVICE_ACCOUNT_NAME}" is not allowed`;
const TOKEN_BY_TEMPLATE = `template.type="${SERVICE_ACCOUNT_TOKEN}" with templateFrom target="Annotations" is not allowed`;
const BOOTSTRAP_REFUSED = `template.type="${BOOTSTRAP_TOKEN}" is not allowed`;
const ONE_OF_TARGETS = ' is not allowed when targeting a Secret, must be one of "Data", "Annotations" or "Labels"';

/** Orphan is let through, as upstream does it: it fails when the values are gone. */
export const deleteNeedsOwner: SpecRule = {
  id: 'delete-needs-owner',
  *problems({ target: { creationPolicy = 'Owner', deletionPolicy } = {} }) {
    if (deletionPolicy === 'Delete' && creationPolicy !== 'Owner' && creationPolicy !== 'Orphan')
      yield { field: 'spec.target.deletionPolicy', text: DELETE_NEEDS_OWNER };
  },
  admission: {
    place: 'crd',
    at: 'spec.target',
    rule: "self.deletionPolicy != 'Delete' || self.creationPolicy in ['Owner', 'Orphan']",
    message: DELETE_NEEDS_OWNER,
    fieldPath: '.deletionPolicy',
  },
};

/** There is nothing that values could be taken out of. */
export const mergeNeedsSecret: SpecRule = {
  id: 'merge-needs-secret',
  *problems({ target: { creationPolicy, deletionPolicy } = {} }) {
    if (deletionPolicy === 'Merge' && creationPolicy === 'None')
      yield { field: 'spec.target.deletionPolicy', text: MERGE_NEEDS_SECRET };
  },
  admission: {
    place: 'crd',
    at: 'spec.target',
    rule: "self.deletionPolicy != 'Merge' || self.creationPolicy != 'None'",
    message: MERGE_NEEDS_SECRET,
    fieldPath: '.deletionPolicy',
  },
};

/** A Secret of this type with this annotation is filled with the token of the ServiceAccount. */
export const tokenByAnnotation: SpecRule = {
  id: 'token-by-annotation',
  *problems({ target: { template } = {} }) {
    if (
      template?.type === SERVICE_ACCOUNT_TOKEN &&
      Object.hasOwn(template.metadata?.annotations ?? {}, SERVICE_ACCOUNT_NAME)
    )
      yield { field: 'spec.target.template.metadata.annotations', text: TOKEN_BY_ANNOTATION };
  },
  admission: {
    place: 'crd',
    at: 'spec.target.template',
    rule:
      `!has(self.type) || self.type != '${SERVICE_ACCOUNT_TOKEN}' || !has(self.metadata) || ` +
      `!has(self.metadata.annotations) || !('${SERVICE_ACCOUNT_NAME}' in self.metadata.annotations)`,
    message: TOKEN_BY_ANNOTATION,
    fieldPath: '.metadata.annotations',
  },
};

/** What a template makes of it can be that annotation. */
export const tokenByTemplate: SpecRule = {
  id: 'token-by-template',
  *problems({ target: { template } = {} }) {
    if (template?.type !== SERVICE_ACCOUNT_TOKEN) return;
    if (templateTargets({ target: { template } }).some((target) => target.toLowerCase() === 'annotations'))
      yield { field: 'spec.target.template.templateFrom', text: TOKEN_BY_TEMPLATE };
  },
  admission: {
    place: 'policy',
    messages:
      `variables.templateType == '${SERVICE_ACCOUNT_TOKEN}' && ` +
      `variables.templateTargets.exists(target, target.lowerAscii() == 'annotations') ? ['${TOKEN_BY_TEMPLATE}'] : []`,
  },
};

/** Such a Secret lets whoever knows it join the cluster as a node. */
export const bootstrapToken: SpecRule = {
  id: 'bootstrap-token',
  *problems({ target: { template } = {} }) {
    if (template?.type === BOOTSTRAP_TOKEN) yield { field: 'spec.target.template.type', text: BOOTSTRAP_REFUSED };
  },
  admission: {
    place: 'crd',
    at: 'spec.target.template',
    rule: `!has(self.type) || self.type != '${BOOTSTRAP_TOKEN}'`,
    message: BOOTSTRAP_REFUSED,
    fieldPath: '.type',
  },
};

/** Other objects have paths of any kind. */
export const secretTemplateTargets: SpecRule = {
  id: 'secret-template-targets',
  *problems(spec) {
    const manifest = spec.target?.manifest;
    if (manifest && (manifest.apiVersion !== 'v1' || manifest.kind !== 'Secret')) return;
    for (const [index, target] of templateTargets(spec).entries()) {
      if (SECRET_TARGETS.has(target.toLowerCase())) continue;
      yield {
        field: `spec.target.template.templateFrom[${index}].target`,
        text: `templateFrom target="${target}"${ONE_OF_TARGETS}`,
      };
    }
  },
  admission: {
    place: 'policy',
    messages:
      "object.spec.?target.?manifest.?apiVersion.orValue('v1') == 'v1' && " +
      "object.spec.?target.?manifest.?kind.orValue('Secret') == 'Secret' ? " +
      "variables.templateTargets.filter(target, !(target.lowerAscii() in ['', 'data', 'annotations', 'labels']))" +
      `.map(target, 'templateFrom target="' + target + '"${ONE_OF_TARGETS}') : []`,
  },
};

const SECRET_TARGETS: ReadonlySet<string> = new Set(['', 'data', 'annotations', 'labels']);

function templateTargets({ target }: ExternalSecretSpec): string[] {
  return (target?.template?.templateFrom ?? []).map((entry) => entry.target ?? '');
}
