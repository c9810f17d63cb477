package main

import (
	"encoding/json"
	"os"
)

// world is what there is, as a test wrote it: Kubernetes objects and what the backend holds.
type world struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Stores     []store           `json:"stores"`
	Configs    []*config         `json:"configs"`
	Generators []generatorObject `json:"generators"`
}

// store is a SecretStore or one of its kin; without a namespace it is cluster-scoped.
type store struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Config    string `json:"config"`
}

// config is an object of the provider's kind, and the secrets that can be reached with it.
type config struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Whether the backend refuses its credentials.
	Broken  bool      `json:"broken"`
	Secrets []*secret `json:"secrets"`
	// Names that begin so are found only in part.
	PartialPrefix string `json:"partialPrefix"`
}

// secret is one entry of the backend.
type secret struct {
	Key string `json:"key"`
	// The last one is the newest.
	Versions []version         `json:"versions"`
	Tags     map[string]string `json:"tags"`
	// Whether this provider has made it.
	Managed bool `json:"managed"`
	// forbidden, throttled, unavailable or garbled: what the backend answers instead.
	Trouble string `json:"trouble"`
	// How long the backend takes, milliseconds.
	SlowMs int `json:"slowMs"`
}

type version struct {
	ID    string `json:"id"`
	Value []byte `json:"value"`
}

type generatorObject struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

func readWorld(file string) (*world, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	world := &world{}
	return world, json.Unmarshal(text, world)
}
