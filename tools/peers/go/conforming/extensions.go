package main

import (
	"context"
	"encoding/json"

	"google.golang.org/grpc"

	"peers/ext"
	"peers/generator"
	pb "peers/provider"
)

const mostReferences = 1_000

// extension answers the service of what the contract lacks.
type extension struct {
	ext.UnimplementedStoreExtensionServiceServer
	store *service
}

func (e *extension) BatchGet(ctx context.Context, request *ext.BatchGetRequest) (*ext.BatchGetResponse, error) {
	config, err := e.store.backend.usable(request)
	if err != nil {
		return nil, err
	}
	references := request.GetRemoteRefs()
	if len(references) == 0 {
		return nil, failed(invalidRequest, "remote_refs is required")
	}
	if len(references) > mostReferences {
		return nil, failed(limitExceeded, "remote_refs has more than 1,000 references")
	}
	response := &ext.BatchGetResponse{}
	for _, ref := range references {
		response.Outcomes = append(response.Outcomes, e.outcome(ctx, config, ref))
	}
	return response, nil
}

func (e *extension) outcome(ctx context.Context, config *config, ref *pb.ExternalSecretDataRemoteRef) *ext.BatchGetOutcome {
	value, err := e.store.value(ctx, config, ref)
	if err != nil {
		return &ext.BatchGetOutcome{Outcome: &ext.BatchGetOutcome_Error{Error: detail(err)}}
	}
	return &ext.BatchGetOutcome{Outcome: &ext.BatchGetOutcome_Value{Value: value}}
}

func (e *extension) Watch(request *ext.WatchRequest, stream grpc.ServerStreamingServer[ext.WatchResponse]) error {
	config, err := e.store.backend.usable(request)
	if err != nil {
		return err
	}
	changed, end := e.store.backend.watch(config)
	defer end()
	if err := stream.Send(&ext.WatchResponse{}); err != nil {
		return err
	}
	for {
		select {
		case key := <-changed:
			if err := stream.Send(&ext.WatchResponse{Keys: []string{key}}); err != nil {
				return err
			}
		case <-stream.Context().Done():
			return failed(backendUnavailable, "the watch has ended")
		}
	}
}

// generators answers the service of generators.
type generators struct {
	generator.UnimplementedGeneratorProviderServer
	world *world
}

func (g *generators) Generate(_ context.Context, request *generator.GenerateRequest) (*generator.GenerateResponse, error) {
	if err := g.resolve(request.GetGeneratorRef(), request.GetSourceNamespace()); err != nil {
		return nil, err
	}
	state, err := json.Marshal(map[string]string{"made": request.GetGeneratorRef().GetName()})
	return &generator.GenerateResponse{Secrets: map[string][]byte{"password": []byte("made-up")}, State: state}, err
}

// Cleanup has nothing to remove: what is made is written down nowhere.
func (g *generators) Cleanup(_ context.Context, request *generator.CleanupRequest) (*generator.CleanupResponse, error) {
	return &generator.CleanupResponse{}, g.resolve(request.GetGeneratorRef(), request.GetSourceNamespace())
}

func (g *generators) resolve(ref *generator.GeneratorRef, source string) error {
	if ref == nil || source == "" {
		return failed(invalidRequest, "generator_ref and source_namespace are required")
	}
	if ref.GetNamespace() != "" && ref.GetNamespace() != source {
		return failed(namespaceNotAllowed, "a generator is used in its own namespace only")
	}
	for _, own := range g.world.Generators {
		if own.APIVersion == ref.GetApiVersion() && own.Kind == ref.GetKind() && own.Namespace == source && own.Name == ref.GetName() {
			return nil
		}
	}
	return failed(configNotFound, "the generator does not exist")
}
