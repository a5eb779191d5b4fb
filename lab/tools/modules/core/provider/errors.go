package provider

import (
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

// InitFailed is the error of a resource that was created or updated but is not ready. The engine keeps the resource,
// with outputs and inputs, in its state and tries an update the next time.
func InitFailed(id string, outputs, inputs Map, message string, reasons []string) error {
	properties, err := Marshal(outputs)
	if err != nil {
		return err
	}
	var marshalledInputs *structpb.Struct
	if inputs != nil { // after a failed create or update the engine knows the inputs itself
		if marshalledInputs, err = Marshal(inputs); err != nil {
			return err
		}
	}
	failed, err := status.New(codes.Unknown, message).WithDetails(&pulumirpc.ErrorResourceInitFailed{
		Id: id, Properties: properties, Inputs: marshalledInputs, Reasons: reasons,
	})
	if err != nil {
		return err
	}
	return failed.Err()
}

// CheckFailed is a Check's answer for inputs that cannot be accepted: property path and reason.
func CheckFailed(failures ...[2]string) *pulumirpc.CheckResponse {
	response := &pulumirpc.CheckResponse{}
	for _, failure := range failures {
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Property: failure[0], Reason: failure[1]})
	}
	return response
}
