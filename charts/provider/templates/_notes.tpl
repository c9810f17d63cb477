{{- /* What Helm says after an installation: where to look, since it does not wait for pods unless told to. Takes root, values (list of the values of pods). */ -}}
{{- define "eso.notes" -}}
{{- $namespace := .root.Release.Namespace -}}
Helm does not wait for pods, unless told to by --wait. They are ready when this says so:

    kubectl get pods --namespace {{ $namespace }}

A pod that is not says why, image that cannot be pulled included:

    kubectl describe pods --namespace {{ $namespace }}
{{- $local := false }}
{{- range .values }}{{ if not .image.repository }}{{ $local = true }}{{ end }}{{ end }}
{{- if $local }}

Images are localhost/external-secrets/…: each node has to have imported them, and they are fetched from nowhere. For images in a
registry, set image.repository.
{{- end }}
{{- end -}}
