package main

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "peers/provider"
)

// code is one of the contract's: with what status it goes, what to do, and whether it ends by itself.
type code struct {
	name      string
	status    codes.Code
	nextStep  string
	retryable bool
}

var (
	secretNotFound      = code{"SECRET_NOT_FOUND", codes.NotFound, "create the secret", false}
	versionNotFound     = code{"VERSION_NOT_FOUND", codes.FailedPrecondition, "correct remoteRef.version", false}
	propertyNotFound    = code{"PROPERTY_NOT_FOUND", codes.FailedPrecondition, "correct remoteRef.property", false}
	notAnObject         = code{"NOT_AN_OBJECT", codes.FailedPrecondition, "extract from a JSON object", false}
	configNotFound      = code{"CONFIG_NOT_FOUND", codes.FailedPrecondition, "create the config object", false}
	storeNotFound       = code{"STORE_NOT_FOUND", codes.FailedPrecondition, "create the store", false}
	storeMismatch       = code{"STORE_MISMATCH", codes.PermissionDenied, "ask for what the store says", false}
	credentialsUnusable = code{"CREDENTIALS_UNUSABLE", codes.FailedPrecondition, "correct the credentials", false}
	accessDenied        = code{"ACCESS_DENIED", codes.PermissionDenied, "grant the access", false}
	namespaceNotAllowed = code{"NAMESPACE_NOT_ALLOWED", codes.PermissionDenied, "use objects of the own namespace", false}
	invalidRequest      = code{"INVALID_REQUEST", codes.InvalidArgument, "correct the field that is named", false}
	invalidRegexp       = code{"INVALID_REGEXP", codes.InvalidArgument, "correct find.name.regexp", false}
	unsupported         = code{"UNSUPPORTED", codes.Unimplemented, "use what the provider serves", false}
	alreadyExists       = code{"ALREADY_EXISTS", codes.AlreadyExists, "choose another remote key", false}
	limitExceeded       = code{"LIMIT_EXCEEDED", codes.ResourceExhausted, "ask for less at once", false}
	backendThrottled    = code{"BACKEND_THROTTLED", codes.ResourceExhausted, "wait", true}
	backendUnavailable  = code{"BACKEND_UNAVAILABLE", codes.Unavailable, "check the backend", true}
	timeout             = code{"TIMEOUT", codes.DeadlineExceeded, "check the backend's response times", true}
	internal            = code{"INTERNAL", codes.Internal, "look into the provider's log", false}
)

// failed is an error as the contract has it.
func failed(code code, message string) error {
	return withDetail(code.status, detailOf(code, message))
}

func detailOf(code code, message string) *pb.Error {
	details := map[string]string{"next_step": code.nextStep}
	return &pb.Error{Code: code.name, Message: message, Retryable: code.retryable, Details: details}
}

func withDetail(number codes.Code, detail *pb.Error) error {
	with, err := status.New(number, detail.Message).WithDetails(detail)
	if err != nil {
		return err
	}
	return with.Err()
}

// detail is what stands in an error of ours; nil where it is none.
func detail(err error) *pb.Error {
	for _, one := range status.Convert(err).Details() {
		if own, ok := one.(*pb.Error); ok {
			return own
		}
	}
	return nil
}

// is says whether an error has this code.
func is(err error, code code) bool {
	own := detail(err)
	return own != nil && own.Code == code.name
}
