{{- /*
What users of a namespace may do with kinds that live there: a role to view and one to edit, which the cluster's own roles take in. Takes root,
name, component, prefix (of the names of the roles), kinds (group → plurals).
*/ -}}
{{- define "eso.aggregated" -}}
{{- $args := . -}}
{{- $rbac := .root.Values.rbac -}}
{{- range $name, $of := dict
  "view" (dict "verbs" (list "get" "list" "watch") "to" (dict "view" $rbac.aggregateToView "edit" $rbac.aggregateToEdit "admin" $rbac.aggregateToAdmin))
  "edit" (dict "verbs" (list "create" "delete" "deletecollection" "patch" "update") "to" (dict "edit" $rbac.aggregateToEdit "admin" $rbac.aggregateToAdmin)) }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $args.prefix }}-{{ $name }}
  labels:
    {{- include "eso.labels" $args | nindent 4 }}
    {{- range $role, $on := $of.to }}
    {{- if $on }}
    rbac.authorization.k8s.io/aggregate-to-{{ $role }}: "true"
    {{- end }}
    {{- end }}
rules:
  {{- range $group, $plurals := $args.kinds }}
  - apiGroups: [{{ $group }}]
    resources: {{ toJson $plurals }}
    verbs: {{ toJson $of.verbs }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* The kinds of a chart's CRDs that live in namespaces, as YAML: group → plurals. Takes the scope of the chart. */ -}}
{{- define "eso.namespacedKinds" -}}
{{- $kinds := dict -}}
{{- range $path, $_ := .Files.Glob "files/crds/*.yaml" -}}
{{- $spec := ($.Files.Get $path | fromYaml).spec -}}
{{- if eq $spec.scope "Namespaced" -}}
{{- $_ := set $kinds $spec.group (append (index $kinds $spec.group | default list) $spec.names.plural) -}}
{{- end -}}
{{- end -}}
{{- toYaml $kinds -}}
{{- end -}}
