{{- /*
The documents of a file of rights, each as often as its annotation external-secrets.io/rights-scope asks for. Takes
  root, name, component   for labels
  text        the file
  places      scope → list of namespaces that it is applied in
  clusterWide whether what is for tenants alone holds in every namespace; credentials never do
  scopes      the scopes that are taken; all where it is left out
  homes       namespace as the file has it → namespace here
  accounts    ServiceAccount as the file has it → ServiceAccount here
  without     resources that no cluster role names
  names       namespace → the only Secrets and ConfigMaps that may be read there
  tokenNames  namespace → the only ServiceAccounts that tokens may be asked for there
ServiceAccounts are left to eso.serviceAccount.
*/ -}}
{{- define "eso.rights" -}}
{{- $args := . -}}
{{- range $text := splitList "\n---\n" .text }}
{{- $document := fromYaml $text }}
{{- $scopes := list }}
{{- range splitList "," (index $document.metadata.annotations "external-secrets.io/rights-scope") }}
{{- $scopes = append $scopes (trim .) }}
{{- end }}
{{- $wanted := or (not (hasKey $args "scopes")) (has (first $scopes) ($args.scopes | default list)) }}
{{- if and $wanted (ne $document.kind "ServiceAccount") }}
{{- if has "cluster" $scopes }}
{{- include "eso.right" (merge (dict "document" $document "where" "") $args) }}
{{- else if and $args.clusterWide (eq (join "," $scopes) "tenant-namespace") }}
{{- include "eso.right" (merge (dict "document" $document "where" "*") $args) }}
{{- else }}
{{- $namespaces := list }}
{{- range $scopes }}
{{- $namespaces = concat $namespaces (index $args.places . | default list) }}
{{- end }}
{{- range uniq $namespaces }}
{{- include "eso.right" (merge (dict "document" $document "where" .) $args) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* One of them. where: a namespace, "" where the document says it itself, "*" for a cluster role. */ -}}
{{- define "eso.right" -}}
{{- $args := . -}}
{{- $document := deepCopy .document -}}
{{- $metadata := $document.metadata -}}
{{- $_ := set $metadata "labels" (include "eso.labels" . | fromYaml) -}}
{{- if eq .where "*" -}}
{{- $_ := unset $metadata "namespace" -}}
{{- $_ := set $document "kind" (printf "Cluster%s" $document.kind) -}}
{{- with $document.roleRef }}{{ $_ := set . "kind" "ClusterRole" }}{{ end -}}
{{- else if .where -}}
{{- $_ := set $metadata "namespace" .where -}}
{{- end -}}
{{- range $document.subjects -}}
{{- $_ := set . "namespace" (index $args.homes .namespace | default .namespace) -}}
{{- $_ := set . "name" (index $args.accounts .name | default .name) -}}
{{- end -}}
{{- if $document.rules -}}
{{- $rules := list -}}
{{- range $document.rules -}}
{{- $rule := . -}}
{{- if not .resourceNames -}}
{{- if has "secrets" .resources -}}
{{- with index ($args.names | default dict) $args.where }}{{ $_ := set $rule "resourceNames" . }}{{ end -}}
{{- else if or (has "serviceaccounts" .resources) (has "serviceaccounts/token" .resources) -}}
{{- with index ($args.tokenNames | default dict) $args.where }}{{ $_ := set $rule "resourceNames" . }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $resources := list -}}
{{- range .resources -}}
{{- if not (has (first (splitList "/" .)) ($args.without | default list)) }}{{ $resources = append $resources . }}{{ end -}}
{{- end -}}
{{- if $resources -}}
{{- $rules = append $rules (set $rule "resources" $resources) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $document "rules" $rules -}}
{{- end }}
---
{{ toYaml $document }}
{{- end -}}

{{- /* Takes root, name, component, account (its values). The pod asks for its token itself. */ -}}
{{- define "eso.serviceAccount" -}}
{{- if .account.create }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .account.name | default .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "eso.labels" . | nindent 4 }}
    {{- with .account.extraLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .account.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
{{- end -}}
