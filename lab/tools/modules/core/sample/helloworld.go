package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	helloAddress = ":5000"
	// Requests under way get this long to finish when the pod is ended.
	helloDrain = 5 * time.Second
)

// helloHandler answers GET /hello with the service's version and the pod's name, and GET /health for probes.
func helloHandler(version, instance string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(writer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(writer, "Hello version: %s, instance: %s\n", version, instance)
	})
	mux.HandleFunc("GET /health", func(writer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(writer, "Helloworld is healthy")
	})
	return mux
}

// serveHello serves until the pod is ended and returns the exit code.
func serveHello() int {
	instance, err := os.Hostname()
	if err != nil {
		fmt.Fprintln(os.Stderr, "helloworld:", err)
		return 1
	}
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	server := &http.Server{
		Addr:              helloAddress,
		Handler:           helloHandler(os.Getenv("SERVICE_VERSION"), instance),
		ReadHeaderTimeout: 10 * time.Second,
	}
	drained := make(chan error, 1)
	go func() {
		<-ended.Done()
		limited, cancel := context.WithTimeout(context.Background(), helloDrain)
		defer cancel()
		drained <- server.Shutdown(limited)
	}()

	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintln(os.Stderr, "helloworld:", err)
		return 1
	}
	if err := <-drained; err != nil {
		fmt.Fprintln(os.Stderr, "helloworld: ended with requests under way:", err)
	}
	return 0
}
