/** Labels, annotations and finalizers that other programs may rely on. */

/** On a target Secret: this project wrote it; changes to it are watched. Value `true`. */
export const LABEL_MANAGED = 'reconcile.external-secrets.io/managed';
/** On a target Secret under creationPolicy Owner: hash of `<namespace>/<name>` of the ExternalSecret. */
export const LABEL_CREATED_BY = 'reconcile.external-secrets.io/created-by';
/** On a target Secret: hash of its data; another hash means that somebody changed it. */
export const ANNOTATION_DATA_HASH = 'reconcile.external-secrets.io/data-hash';

/** On a target that is no Secret, where the API server keeps values in another form than they are rendered: hash of what was rendered. */
export const ANNOTATION_RENDERED_HASH = 'reconcile.external-secrets.io/rendered-hash';

/** On an ExternalSecret: any new value makes it sync at once. */
export const ANNOTATION_FORCE_SYNC = 'external-secrets.io/force-sync';

/** On a Service: it leads to a provider and gets a certificate. Value `true`; an administrator's right. */
export const LABEL_PROVIDER = 'external-secrets.io/provider';
/** On a provider's Service: Providers of other namespaces may address it. Value `true`; an administrator's right. */
export const LABEL_PROVIDER_SHARED = 'external-secrets.io/provider-shared';
/** On a provider's Service: name of the Secret that its certificate goes to. */
export const ANNOTATION_PROVIDER_TLS_SECRET = 'external-secrets.io/provider-tls-secret';
/** Certificate Secret of a Service without that annotation. */
export const DEFAULT_PROVIDER_TLS_SECRET = 'external-secrets-provider-tls';
/** What a name given by that annotation has to start with. */
export const PROVIDER_TLS_SECRET_PREFIX = 'external-secrets-provider-tls-';
/** Secret with core's client certificate, in the namespace of core. */
export const CLIENT_TLS_SECRET = 'eso-provider-client-tls';
/** Secret with the certificate authority, in the namespace of core. */
export const CA_SECRET = 'eso-provider-ca-internal';

/** On a certificate Secret: who made it. */
export const LABEL_MANAGED_BY = 'app.kubernetes.io/managed-by';
/** Value of {@link LABEL_MANAGED_BY} on what the certificate controller made. */
export const MANAGED_BY_CERT_MANAGER = 'external-secrets-cert-manager';
/** On a certificate Secret: `<namespace>/<name>` of the Service that it belongs to. */
export const ANNOTATION_OWNER = 'external-secrets.io/owner';

/** On an ExternalSecret whose target needs a cleanup that garbage collection cannot do. */
export const FINALIZER_EXTERNAL_SECRET = 'externalsecrets.external-secrets.io/externalsecret-cleanup';

/** On a SecretStore or ClusterSecretStore: upstream keeps it while a PushSecret has to delete what it pushed there. */
export const FINALIZER_SECRET_STORE = 'secretstore.externalsecrets.io/finalizer';

/** kubectl's copy of the manifest; describes the object it stands on and makes no sense on another. */
export const ANNOTATION_LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Namespace of core unless the installation says otherwise. */
export const DEFAULT_ESO_NAMESPACE = 'external-secrets';
