package main

import (
	pb "peers/provider"
)

// request is what all requests of the store service share.
type request interface {
	GetProviderRef() *pb.ProviderReference
	GetSourceNamespace() string
}

// service answers the store service.
type service struct {
	pb.UnimplementedSecretStoreProviderServer
	backend *backend
}

// resolve finds the config that a request names, if it may use it: whatever the caller has decided before.
func (b *backend) resolve(request request) (*config, error) {
	ref, source := request.GetProviderRef(), request.GetSourceNamespace()
	if err := b.served(ref); err != nil {
		return nil, err
	}
	kind, clusterScoped, err := storeKind(ref)
	if err != nil {
		return nil, err
	}
	namespace := ref.GetNamespace()
	if !clusterScoped {
		if namespace, err = ownNamespace(ref, source); err != nil {
			return nil, err
		}
	}
	if err := b.saidByStore(ref, kind, namespace, clusterScoped); err != nil {
		return nil, err
	}
	for _, config := range b.world.Configs {
		if config.Namespace == namespace && config.Name == ref.GetName() {
			return config, nil
		}
	}
	return nil, failed(configNotFound, "the config object does not exist")
}

// usable is resolve for a config that the backend has to accept.
func (b *backend) usable(request request) (*config, error) {
	config, err := b.resolve(request)
	if err == nil && config.Broken {
		return nil, failed(credentialsUnusable, "the credentials of the config are incomplete")
	}
	return config, err
}

func (b *backend) served(ref *pb.ProviderReference) error {
	if ref == nil {
		return failed(invalidRequest, "provider_ref is required")
	}
	if ref.GetApiVersion() != b.world.APIVersion || ref.GetKind() != b.world.Kind {
		return failed(unsupported, "the kind is not served")
	}
	return nil
}

// storeKind says which kind of store asks, and whether it is cluster-scoped; an older core does not say it.
func storeKind(ref *pb.ProviderReference) (string, bool, error) {
	switch kind := ref.GetStoreRefKind(); kind {
	case "":
		return "Provider", false, nil
	case "Provider", "SecretStore":
		return kind, false, nil
	case "ClusterProvider", "ClusterSecretStore":
		return kind, true, nil
	}
	return "", false, failed(invalidRequest, "provider_ref.store_ref_kind is unknown")
}

func ownNamespace(ref *pb.ProviderReference, source string) (string, error) {
	if source == "" {
		return "", failed(invalidRequest, "source_namespace is required")
	}
	for _, named := range []string{ref.GetNamespace(), ref.GetAuthNamespace()} {
		if named != "" && named != source {
			return "", failed(namespaceNotAllowed, "a namespaced store reaches its own namespace only")
		}
	}
	return source, nil
}

// saidByStore compares a request with the store that it names, if it names one.
func (b *backend) saidByStore(ref *pb.ProviderReference, kind, namespace string, clusterScoped bool) error {
	if ref.GetStoreName() == "" {
		return nil
	}
	if clusterScoped {
		namespace = ""
	}
	for _, store := range b.world.Stores {
		if store.Kind != kind || store.Namespace != namespace || store.Name != ref.GetStoreName() {
			continue
		}
		if store.Config != ref.GetName() {
			return failed(storeMismatch, "the store names another config")
		}
		return nil
	}
	return failed(storeNotFound, "the store does not exist")
}
