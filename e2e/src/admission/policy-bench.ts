/** Policies at a real API server with nothing else behind it, and each rule of one taken out in turn. */
import { type KubeClient, KubeError } from '@eso/kube';
import { ESO_NAMESPACE, eventually, type Manifest, ownControlPlane, type TestCluster } from '@eso/testing';

/** A request that one rule refuses. */
export interface RefusedRequest {
  /** Name of the policy, as in the chart. */
  readonly policy: string;
  /** Which of its validations, from 0. */
  readonly rule: number;
  /** Sends it, as a dry run where it would change something. */
  readonly send: () => Promise<unknown>;
  /** How the message of the rule begins: the field. */
  readonly field: string;
}

const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const DENIED = 'denied request: ';
/** For requests that are to leave nothing behind. */
export const DRY_RUN: Readonly<Record<string, string>> = { dryRun: 'All' };

/** An API server with CRDs, rights and policies of all charts, a namespace of a tenant, and who acts there. */
export class PolicyBench implements AsyncDisposable {
  readonly cluster: TestCluster;
  readonly namespace: string;
  /** May do everything in the cluster. */
  readonly admin: KubeClient;
  /** Has the role `edit` in the namespace, and all rights there on the kinds of this project. */
  readonly tenant: KubeClient;

  private constructor(parts: Pick<PolicyBench, 'cluster' | 'namespace' | 'admin' | 'tenant'>) {
    this.cluster = parts.cluster;
    this.namespace = parts.namespace;
    this.admin = parts.admin;
    this.tenant = parts.tenant;
  }

  /**
   * @param esoNamespace namespace of core, to which rights and policies are renamed
   * @param beforePolicies makes what is there before them, in the namespace of the tenant
   */
  static async start(
    esoNamespace = ESO_NAMESPACE,
    beforePolicies: (admin: KubeClient, namespace: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<PolicyBench> {
    const { cluster } = await ownControlPlane();
    await cluster.installCrds();
    await cluster.ensureNamespace(esoNamespace);
    const namespace = await cluster.createNamespace('tenant');
    await beforePolicies(cluster.client(), namespace);
    await cluster.applyAdmission({ esoNamespace });
    await cluster.applyRights({
      chart: 'external-secrets',
      tenantNamespaces: [namespace, esoNamespace],
      providerNamespaces: [namespace, esoNamespace],
      rename: { [ESO_NAMESPACE]: esoNamespace },
    });
    // Of this project's own kinds: the verbs that policies ask for are not among it.
    const everything = { apiGroups: ['external-secrets.io'], resources: ['*'], verbs: ['*'] };
    await cluster.grant({ namespace, name: 'tenant' }, [everything]);
    await cluster.apply(EDIT.replaceAll('NAMESPACE', namespace));
    const tenant = await cluster.clientFor({ namespace, name: 'tenant' });
    return new PolicyBench({ cluster, namespace, admin: cluster.client(), tenant });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cluster.stop();
  }

  /** Holds the request against the rule: refused with it, in words that name the field and a next step, and taken without it. */
  async expectRuleAloneRefuses({ policy, rule, send, field }: RefusedRequest): Promise<void> {
    const said = await eventually(async () => {
      const text = await refusal(send);
      expect(text).toContain(`ValidatingAdmissionPolicy '${policy}' with binding '${policy}' ${DENIED}`);
      return text;
    });
    const message = said.slice(said.indexOf(DENIED) + DENIED.length);
    expect(message.slice(0, field.length + 2)).toBe(`${field}: `);
    expect(message).toMatch(/: (leave|give|delete|use|choose|write) |administrator/);
    const whole = await this.admin.request('GET', `${POLICIES}/${policy}`);
    await this.#putRules(policy, withoutRule(whole as Policy, rule));
    try {
      await eventually(async () => expect(await refusal(send)).toBe(''));
    } finally {
      await this.#putRules(policy, (whole as Policy).spec.validations);
    }
    await eventually(async () => expect(await refusal(send)).not.toBe(''));
  }

  async #putRules(policy: string, validations: readonly object[]): Promise<void> {
    await this.admin.request('PATCH', `${POLICIES}/${policy}`, {
      contentType: 'application/merge-patch+json',
      body: { spec: { validations } },
    });
  }
}

/** Who the request is told to be refused by, and why; empty where it is taken. */
export async function refusal(send: () => Promise<unknown>): Promise<string> {
  try {
    await send();
    return '';
  } catch (error) {
    const { code, said = '' } = KubeError.from(error);
    if (code !== 'ADMISSION_DENIED') throw error;
    return said;
  }
}

type Policy = Manifest & { spec: { validations: readonly object[] } };

const withoutRule = ({ spec: { validations } }: Policy, rule: number): object[] =>
  validations.map((each, at) => (at === rule ? { expression: 'true' } : each));

/** The rules of the role `edit`, which a controller that is not here would gather. */
const EDIT = `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: tenant-edit, namespace: NAMESPACE }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:aggregate-to-edit }
subjects: [{ kind: ServiceAccount, name: tenant, namespace: NAMESPACE }]
`;

/** The rights of a ServiceAccount `registrar`: the role `edit`, and the verbs by which Services become providers. NAMESPACE stands for its own. */
export const REGISTRAR_RIGHTS = `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: registrar-edit, namespace: NAMESPACE }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:aggregate-to-edit }
subjects: [{ kind: ServiceAccount, name: registrar, namespace: NAMESPACE }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: registrar, namespace: NAMESPACE }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: external-secrets-provider-registrar }
subjects: [{ kind: ServiceAccount, name: registrar, namespace: NAMESPACE }]
`;
