{{- /*
What an installation of External Secrets 2.x in this cluster says against it (docs/moving-over.md). Only who may see cluster-scoped objects asks. Takes
the scope of the chart.
*/ -}}
{{- define "external-secrets.movedOver" -}}
{{- if .Values.admissionPolicies.enabled -}}
{{- include "external-secrets.noWebhook" . -}}
{{- end -}}
{{- if and .Release.IsUpgrade (or .Values.installCRDs .Values.admissionPolicies.enabled) -}}
{{- include "external-secrets.nothingIsDeleted" . -}}
{{- end -}}
{{- end -}}

{{- /* Its webhook configurations, unless this upgrade takes them away: with its pods they are a second core, without them they refuse each change. */ -}}
{{- define "external-secrets.noWebhook" -}}
{{- range $name := list "externalsecret-validate" "secretstore-validate" -}}
{{- $found := lookup "admissionregistration.k8s.io/v1" "ValidatingWebhookConfiguration" "" $name -}}
{{- if $found -}}
{{- $owner := include "eso.owner" $found | fromYaml -}}
{{- if not (and (eq $owner.release $.Release.Name) (eq $owner.namespace $.Release.Namespace)) -}}
{{- $what := printf "the webhook configuration %s of External Secrets 2.x is in the cluster: while its pods run, two would write the same Secrets, and without them every change of a store or an ExternalSecret is refused" $name -}}
{{- if $owner.release -}}
{{- fail (printf "%s. It is of release %s in namespace %s. %s. docs/moving-over.md has the whole way" $what $owner.release $owner.namespace (include "eso.letGo" $owner)) -}}
{{- end -}}
{{- fail (printf "%s. It is of no release of Helm. Stop that installation, then: kubectl delete --ignore-not-found validatingwebhookconfiguration externalsecret-validate secretstore-validate" $what) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* CRDs that this release has and this chart has not: Helm would delete them, unless they are marked. Ours are, always. */ -}}
{{- define "external-secrets.nothingIsDeleted" -}}
{{- $root := . -}}
{{- $lost := list -}}
{{- range (lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "").items -}}
{{- $owner := include "eso.owner" . | fromYaml -}}
{{- $keep := eq (index (.metadata.annotations | default dict) "helm.sh/resource-policy" | default "") "keep" -}}
{{- if and (eq $owner.release $root.Release.Name) (eq $owner.namespace $root.Release.Namespace) (not $keep) -}}
{{- $file := printf "files/crds/%s_%s.yaml" .spec.group .spec.names.plural -}}
{{- if not (and $root.Values.installCRDs ($root.Files.Get $file)) }}{{ $lost = append $lost .metadata.name }}{{ end -}}
{{- end -}}
{{- end -}}
{{- with $lost -}}
{{- fail (printf "this release has CRDs that the chart does not bring: Helm would delete them, and with them every object of their kinds. Let them stay: kubectl annotate --overwrite crd %s helm.sh/resource-policy=keep" (join " " .)) -}}
{{- end -}}
{{- end -}}
