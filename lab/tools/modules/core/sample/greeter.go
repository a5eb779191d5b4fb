package main

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const (
	greeterService = "helloworld.Greeter"
	greeterMethod  = "SayHello"
	greeterPath    = "/" + greeterService + "/" + greeterMethod
)

// greeterServer is what gRPC's own example, helloworld.proto, has: its request and its reply have one text, the first field,
// and are on the wire what a StringValue is.
type greeterServer interface {
	sayHello(context.Context, *wrapperspb.StringValue) (*wrapperspb.StringValue, error)
}

type answeringGreeter struct {
	answer    string
	condition *condition
}

func (greeter answeringGreeter) sayHello(ctx context.Context, _ *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
	if err := greeter.condition.await(ctx); err != nil {
		return nil, err
	}
	return wrapperspb.String(greeter.answer), nil
}

// newGreeter answers SayHello of gRPC.
func newGreeter(answer string, condition *condition) *grpc.Server {
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: greeterService,
		HandlerType: (*greeterServer)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: greeterMethod, Handler: handleSayHello}},
	}, answeringGreeter{answer, condition})
	return server
}

func handleSayHello(server any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	request := new(wrapperspb.StringValue)
	if err := decode(request); err != nil {
		return nil, err
	}
	return server.(greeterServer).sayHello(ctx, request)
}
