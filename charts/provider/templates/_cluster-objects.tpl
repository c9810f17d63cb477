{{- /*
The CRDs in files/crds. They are templates, so that an upgrade brings what they gained, and are never deleted: with a CRD go all its
objects. Takes root, name, component.
*/ -}}
{{- define "eso.crds" -}}
{{- $args := . -}}
{{- include "eso.crdsAreOurs" $args -}}
{{- range $path, $_ := .root.Files.Glob "files/crds/*.yaml" }}
{{- $crd := $args.root.Files.Get $path | fromYaml }}
{{- $annotations := merge (dict "helm.sh/resource-policy" "keep") ($args.root.Values.crds.annotations | default dict) }}
{{- $_ := set $crd.metadata "annotations" $annotations }}
{{- $_ := set $crd.metadata "labels" (merge (include "eso.labels" $args | fromYaml) ($crd.metadata.labels | default dict)) }}
---
{{ toYaml $crd }}
{{ end }}
{{- end -}}

{{- /* Whose an object is, as YAML: release and namespace, empty where it is no release's. Takes the object. */ -}}
{{- define "eso.owner" -}}
{{- $helms := eq (index (.metadata.labels | default dict) "app.kubernetes.io/managed-by" | default "") "Helm" -}}
{{- $annotations := ternary .metadata.annotations dict $helms | default dict -}}
release: {{ index $annotations "meta.helm.sh/release-name" | default "" | quote }}
namespace: {{ index $annotations "meta.helm.sh/release-namespace" | default "" | quote }}
{{- end -}}

{{- /* How a release of External Secrets 2.x is let go without its CRDs, which Helm would delete with everything of their kinds. Takes release, namespace. */ -}}
{{- define "eso.letGo" -}}
Let its CRDs stay, which it would take along with every object of theirs: helm upgrade {{ .release }} CHART --version VERSION --namespace {{ .namespace }} --reuse-values --set-string 'crds.annotations.helm\.sh/resource-policy=keep' (CHART and VERSION are those that it was installed from). Then: helm uninstall {{ .release }} --namespace {{ .namespace }}
{{- end -}}

{{- /* Fails with what to do where CRDs of the chart are there and not this release's: all that one owner has at once. Takes root. */ -}}
{{- define "eso.crdsAreOurs" -}}
{{- $release := .root.Release -}}
{{- $foreign := dict -}}
{{- $kept := dict -}}
{{- range $path, $_ := .root.Files.Glob "files/crds/*.yaml" -}}
{{- $name := trimSuffix ".yaml" (base $path) -}}
{{- $name = printf "%s.%s" (last (splitList "_" $name)) (first (splitList "_" $name)) -}}
{{- $found := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name -}}
{{- if $found -}}
{{- $owner := include "eso.owner" $found | fromYaml -}}
{{- if not (and (eq $owner.release $release.Name) (eq $owner.namespace $release.Namespace)) -}}
{{- $key := printf "%s/%s" $owner.namespace $owner.release -}}
{{- $_ := set $foreign $key (append (index $foreign $key | default list) $name) -}}
{{- $keep := eq (index ($found.metadata.annotations | default dict) "helm.sh/resource-policy" | default "") "keep" -}}
{{- $_ := set $kept $key (and $keep (index (merge $kept (dict $key true)) $key)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key, $names := $foreign -}}
{{- $list := join " " $names -}}
{{- $owner := "no release of Helm" -}}
{{- $first := "" -}}
{{- if ne $key "/" -}}
{{- $of := dict "namespace" (first (splitList "/" $key)) "release" (last (splitList "/" $key)) -}}
{{- $owner = printf "release %s in namespace %s" $of.release $of.namespace -}}
{{- if not (index $kept $key) }}{{ $first = printf " %s. Then:" (include "eso.letGo" $of) }}{{ end -}}
{{- end -}}
{{- $what := ternary (printf "the CRD %s is in the cluster already and belongs" $list) (printf "the CRDs %s are in the cluster already and belong" (join ", " $names)) (eq (len $names) 1) -}}
{{- fail (printf "installCRDs: %s to %s. To let this release take over, objects stay as they are:%s kubectl label --overwrite crd %s app.kubernetes.io/managed-by=Helm && kubectl annotate --overwrite crd %s meta.helm.sh/release-name=%s meta.helm.sh/release-namespace=%s. To go on managing the CRDs elsewhere: --set installCRDs=false" $what $owner $first $list $list $release.Name $release.Namespace) -}}
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
