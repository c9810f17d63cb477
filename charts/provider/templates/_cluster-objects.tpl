{{- /*
The CRDs in files/crds. They are templates, so that an upgrade brings what they gained, and are never deleted: with a CRD go all its
objects. Takes root, name, component.
*/ -}}
{{- define "eso.crds" -}}
{{- $args := . -}}
{{- range $path, $_ := .root.Files.Glob "files/crds/*.yaml" }}
{{- $crd := $args.root.Files.Get $path | fromYaml }}
{{- include "eso.crdIsOurs" (dict "root" $args.root "name" $crd.metadata.name) }}
{{- $annotations := merge (dict "helm.sh/resource-policy" "keep") ($args.root.Values.crds.annotations | default dict) }}
{{- $_ := set $crd.metadata "annotations" $annotations }}
{{- $_ := set $crd.metadata "labels" (merge (include "eso.labels" $args | fromYaml) ($crd.metadata.labels | default dict)) }}
---
{{ toYaml $crd }}
{{ end }}
{{- end -}}

{{- /* Fails with what to do where a CRD of this name is not this release's. Takes root, name. */ -}}
{{- define "eso.crdIsOurs" -}}
{{- $found := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" .name -}}
{{- if $found -}}
{{- $annotations := $found.metadata.annotations | default dict -}}
{{- $release := index $annotations "meta.helm.sh/release-name" | default "" -}}
{{- $namespace := index $annotations "meta.helm.sh/release-namespace" | default "" -}}
{{- $helms := eq (index ($found.metadata.labels | default dict) "app.kubernetes.io/managed-by" | default "") "Helm" -}}
{{- if not (and $helms (eq $release .root.Release.Name) (eq $namespace .root.Release.Namespace)) -}}
{{- $owner := "no release of Helm" -}}
{{- if $release }}{{ $owner = printf "release %s in namespace %s" $release $namespace }}{{ end -}}
{{- fail (printf "installCRDs: the CRD %s is in the cluster already and belongs to %s. To let this release take it over, objects stay as they are: kubectl label --overwrite crd %s app.kubernetes.io/managed-by=Helm && kubectl annotate --overwrite crd %s meta.helm.sh/release-name=%s meta.helm.sh/release-namespace=%s. To go on managing the CRDs elsewhere: --set installCRDs=false" .name $owner .name .name .root.Release.Name .root.Release.Namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /*
The admission policies in files/admission*.yaml, with the namespaces and accounts of this release. Takes root, name, component, homes
(namespace as the files have it → namespace here), accounts likewise, adminNamespaces (list, may be empty).
*/ -}}
{{- define "eso.admission" -}}
{{- $args := . -}}
{{- range $path, $_ := .root.Files.Glob "files/admission*.yaml" }}
{{- $text := $args.root.Files.Get $path }}
{{- range $account, $name := $args.accounts }}
{{- range $from, $to := $args.homes }}
{{- $text = replace (printf "system:serviceaccount:%s:%s" $from $account) (printf "system:serviceaccount:%s:%s" $to $name) $text }}
{{- end }}
{{- end }}
{{- range $text := splitList "\n---\n" $text }}
{{- $policy := fromYaml $text }}
{{- range $policy.spec.variables }}
{{- if and (eq .name "adminNamespaces") $args.adminNamespaces }}
{{- $_ := set . "expression" (printf "['%s']" (join "', '" $args.adminNamespaces)) }}
{{- end }}
{{- end }}
{{- $_ := set $policy.metadata "labels" (include "eso.labels" $args | fromYaml) }}
---
{{ toYaml $policy }}
{{ end }}
{{- end }}
{{- end -}}
