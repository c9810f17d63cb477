package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	pb "peers/provider"
)

// question is what every call asks, and what the right answer is.
type question struct {
	reference *pb.ProviderReference
	namespace string
	key, find string
	bytes     int
}

func (q *question) refer(json string) error {
	q.reference = &pb.ProviderReference{}
	return protojson.Unmarshal([]byte(json), q.reference)
}

// ask makes one call. What it returns is empty when the answer was right, and otherwise says what came instead.
func ask(o *options, dialler *dialler) (what string, took time.Duration) {
	client, done := dialler.borrow()
	defer done()
	ctx, cancel := context.WithTimeout(context.Background(), o.deadline)
	defer cancel()
	begin := time.Now()
	got, err := o.question.put(ctx, client)
	took = time.Since(begin)
	if err != nil {
		message := status.Convert(err).Message()
		return fmt.Sprintf("%s: %s", status.Code(err), message[:min(len(message), 160)]), took
	}
	if got != o.question.bytes {
		return fmt.Sprintf("wrong answer: %d bytes, not %d", got, o.question.bytes), took
	}
	return "", took
}

// push has the provider store the right answer, where it can.
func push(o *options, dialler *dialler) error {
	client, done := dialler.borrow()
	defer done()
	ctx, cancel := context.WithTimeout(context.Background(), o.deadline)
	defer cancel()
	q := o.question
	_, err := client.PushSecret(ctx, &pb.PushSecretRequest{
		ProviderRef:     q.reference,
		SourceNamespace: q.namespace,
		SecretData:      map[string][]byte{"value": bytes.Repeat([]byte{'x'}, q.bytes)},
		PushSecretData:  &pb.PushSecretData{SecretKey: "value", RemoteKey: q.key},
	})
	return err
}

// put returns the bytes of keys and values in the answer; -1 when a value is another than the right one.
func (q *question) put(ctx context.Context, client pb.SecretStoreProviderClient) (int, error) {
	if q.find == "" {
		answer, err := client.GetSecret(ctx, &pb.GetSecretRequest{
			RemoteRef:       &pb.ExternalSecretDataRemoteRef{Key: q.key},
			ProviderRef:     q.reference,
			SourceNamespace: q.namespace,
		})
		return count("", answer.GetValue()), err
	}
	answer, err := client.GetAllSecrets(ctx, &pb.GetAllSecretsRequest{
		Find:            &pb.ExternalSecretFind{Name: &pb.FindName{Regexp: q.find}, ConversionStrategy: "Unicode"},
		ProviderRef:     q.reference,
		SourceNamespace: q.namespace,
	})
	sum := 0
	for key, value := range answer.GetSecrets() {
		size := count(key, value)
		if size < 0 {
			return size, err
		}
		sum += size
	}
	return sum, err
}

func count(key string, value []byte) int {
	if bytes.Count(value, []byte{'x'}) != len(value) {
		return -1
	}
	return len(key) + len(value)
}
