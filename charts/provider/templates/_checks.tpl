{{- /* What is refused before anything is installed, with what to do. Each takes a dict; root is the scope of the chart. */ -}}

{{- /* Takes the scope of the chart. Said here and not in Chart.yaml, where Helm would name the two versions and no next step. */ -}}
{{- define "eso.kubernetesVersion" -}}
{{- if not (semverCompare ">=1.34.0-0" .Capabilities.KubeVersion.Version) -}}
{{- fail (printf "chart %s requires kubeVersion: >=1.34.0-0, and Kubernetes is %s: CRDs and admission policies use what it lacks. Upgrade the cluster first. Where no cluster is asked (helm template), say what it has: --kube-version 1.34" .Chart.Name .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- end -}}

{{- /* Fails with what to do where a namespace of a list is not in the cluster. Takes value, namespace. */ -}}
{{- define "eso.namespaceIsThere" -}}
{{- if not (lookup "v1" "Namespace" "" .namespace) -}}
{{- fail (printf "%s: there is no namespace %s yet, and rights cannot be granted in it. Create it first (kubectl create namespace %s), or take it out of the list" .value .namespace .namespace) -}}
{{- end -}}
{{- end -}}

{{- /*
The CRDs are somebody else's: they have to be there, and to know every field that these know. Who may not see cluster-scoped objects
asks what the cluster serves, which everybody may. Takes root.
*/ -}}
{{- define "eso.crdsAreThere" -}}
{{- $root := .root -}}
{{- $administrates := or $root.Values.rbac.create $root.Values.admissionPolicies.enabled -}}
{{- if and (not $root.Values.installCRDs) (include "eso.clusterIsAsked" $root) -}}
{{- $apply := printf "kubectl apply --server-side -f charts/%s/files/crds" $root.Chart.Name -}}
{{- range $path, $_ := $root.Files.Glob "files/crds/*.yaml" -}}
{{- $crd := $root.Files.Get $path | fromYaml -}}
{{- if $administrates -}}
{{- include "eso.crdKnows" (dict "crd" $crd "next" (printf "Apply those of this release first (%s), or set installCRDs=true" $apply)) -}}
{{- else -}}
{{- range $crd.spec.versions -}}
{{- if and .served (not ($root.Capabilities.APIVersions.Has (printf "%s/%s/%s" $crd.spec.group .name $crd.spec.names.kind))) -}}
{{- fail (printf "installCRDs is false, and the cluster does not serve %s of %s/%s. Have an administrator apply the CRDs of this release first (%s)" $crd.spec.names.kind $crd.spec.group .name $apply) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Fails where the cluster has another CRD than this one, or none. Takes crd, next: the next step. */ -}}
{{- define "eso.crdKnows" -}}
{{- $name := .crd.metadata.name -}}
{{- $found := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name -}}
{{- if not $found -}}
{{- fail (printf "installCRDs is false, and the CRD %s is not in the cluster. %s" $name .next) -}}
{{- end -}}
{{- $versions := dict -}}
{{- range $found.spec.versions }}{{ $_ := set $versions .name . }}{{ end -}}
{{- $next := .next -}}
{{- range .crd.spec.versions -}}
{{- $have := index $versions .name -}}
{{- $missing := .name -}}
{{- if $have -}}
{{- $missing = include "eso.missingField" (dict "want" .schema.openAPIV3Schema "have" $have.schema.openAPIV3Schema "path" "") -}}
{{- end -}}
{{- if $missing -}}
{{- fail (printf "installCRDs is false, and the CRD %s in the cluster is of an older release: it does not know %s. %s" $name $missing $next) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Path of the first field of a schema that another one lacks, or nothing. Takes want, have, path. */ -}}
{{- define "eso.missingField" -}}
{{- $path := .path -}}
{{- $have := .have.properties | default dict -}}
{{- $missing := "" -}}
{{- range $name, $field := .want.properties -}}
{{- if $missing -}}
{{- else if not (hasKey $have $name) -}}
{{- $missing = printf "%s%s" $path $name -}}
{{- else -}}
{{- $missing = include "eso.missingField" (dict "want" $field "have" (index $have $name) "path" (printf "%s%s." $path $name)) -}}
{{- end -}}
{{- end -}}
{{- if and (not $missing) .want.items -}}
{{- $missing = include "eso.missingField" (dict "want" .want.items "have" (.have.items | default dict) "path" $path) -}}
{{- end -}}
{{- $missing -}}
{{- end -}}

{{- /* Fails where another release has installed this already. Takes root, role (a cluster role that every installation has), why. */ -}}
{{- define "eso.onlyInstallation" -}}
{{- /* Who installs in one namespace alone may not ask for it, and brings none. */ -}}
{{- $role := dict -}}
{{- if .root.Values.rbac.create }}{{ $role = lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" .role }}{{ end -}}
{{- if $role -}}
{{- $owner := include "eso.owner" $role | fromYaml -}}
{{- if and $owner.release (not (and (eq $owner.release .root.Release.Name) (eq $owner.namespace .root.Release.Namespace))) -}}
{{- fail (printf "%s is installed in this cluster already, as release %s in namespace %s; %s. Upgrade that one (helm upgrade %s --namespace %s …), or uninstall it first" .root.Chart.Name $owner.release $owner.namespace .why $owner.release $owner.namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Rights, ports and policies follow values, and not a flag that contradicts them. Takes root, name, args (flags of the chart), extraArgs, more (names of flags). */ -}}
{{- define "eso.flagsAreFree" -}}
{{- $taken := .more | default list -}}
{{- range .args }}{{ $taken = append $taken (first (splitList "=" .) | trimPrefix "--") }}{{ end -}}
{{- $name := .name -}}
{{- range $flag, $_ := .extraArgs -}}
{{- if has $flag $taken -}}
{{- fail (printf "extraArgs.%s of %s: the chart gives --%s by a value of its own, which rights, ports and policies follow. Set that value (README of the chart), and take extraArgs.%s out" $flag $name $flag $flag) -}}
{{- end -}}
{{- end -}}
{{- end -}}
