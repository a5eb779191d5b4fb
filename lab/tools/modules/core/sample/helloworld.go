package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// A mesh takes one port for one protocol: here HTTP/1, HTTP/2, what it takes for plain TCP, and gRPC. The server speaks both
// versions of HTTP at each of the first three.
var helloAddresses = []string{":5000", ":5001", ":5002"}

const greeterAddress = ":5003"

// Requests under way get this long to finish when the pod is ended.
const helloDrain = 5 * time.Second

// helloHandler answers GET /hello, and GET /health for probes.
func helloHandler(answer string, condition *condition) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(writer http.ResponseWriter, request *http.Request) {
		if condition.await(request.Context()) == nil {
			fmt.Fprint(writer, answer)
		}
	})
	mux.HandleFunc("GET /health", func(writer http.ResponseWriter, _ *http.Request) {
		if !condition.isReady() {
			http.Error(writer, "Helloworld is not ready", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(writer, "Helloworld is healthy")
	})
	return mux
}

// serveHello serves until the pod is ended and returns the exit code.
func serveHello() int {
	if err := runHello(); err != nil {
		fmt.Fprintln(os.Stderr, "helloworld:", err)
		return 1
	}
	return 0
}

func runHello() error {
	instance, err := os.Hostname()
	if err != nil {
		return err
	}
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	condition := newCondition()
	condition.follow(ended)
	answer := fmt.Sprintf("Hello version: %s, instance: %s\n", os.Getenv("SERVICE_VERSION"), instance)
	server, greeter := newHelloServer(helloHandler(answer, condition)), newGreeter(answer, condition)
	failed := make(chan error, len(helloAddresses)+1)
	serve := func(address string, serve func(net.Listener) error) error {
		listener, err := net.Listen("tcp", address)
		if err == nil {
			go func() { failed <- serve(listener) }()
		}
		return err
	}
	for _, address := range helloAddresses {
		if err := serve(address, server.Serve); err != nil {
			return err
		}
	}
	if err := serve(greeterAddress, greeter.Serve); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return err
	case <-ended.Done():
	}
	limited, cancel := context.WithTimeout(context.Background(), helloDrain)
	defer cancel()
	stopGreeter := context.AfterFunc(limited, greeter.Stop)
	defer stopGreeter()
	greeter.GracefulStop()
	if err := server.Shutdown(limited); errors.Is(err, context.DeadlineExceeded) {
		fmt.Fprintln(os.Stderr, "helloworld: ended with requests under way:", err)
	} else if err != nil {
		return err
	}
	return nil
}

// newHelloServer speaks HTTP/1 and, without TLS, HTTP/2 to those who begin with it.
func newHelloServer(handler http.Handler) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, Protocols: protocols}
}
