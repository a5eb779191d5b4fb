package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const helloAnswer = "Hello version: v1, instance: pod-1\n"

type started struct{ http, grpc string }

// startHello serves at ports of its own.
func startHello(t *testing.T) (started, *condition) {
	t.Helper()
	condition := newCondition()
	server, greeter := newHelloServer(helloHandler(helloAnswer, condition)), newGreeter(helloAnswer, condition)
	t.Cleanup(func() { server.Close() })
	t.Cleanup(greeter.Stop)
	return started{serve(t, server.Serve), serve(t, greeter.Serve)}, condition
}

func serve(t *testing.T, serve func(net.Listener) error) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go serve(listener)
	return listener.Addr().String()
}

// helloClient speaks one protocol, HTTP/2 without TLS where it is that.
func helloClient(t *testing.T, isHTTP2 bool) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!isHTTP2)
	protocols.SetUnencryptedHTTP2(isHTTP2)
	transport := &http.Transport{Protocols: protocols}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func sayHello(ctx context.Context, t *testing.T, address string) (string, error) {
	t.Helper()
	connection, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	reply := new(wrapperspb.StringValue)
	err = connection.Invoke(ctx, greeterPath, wrapperspb.String("you"), reply)
	return reply.GetValue(), err
}

func TestHelloSaysVersionAndInstance(t *testing.T) {
	address, _ := startHello(t)
	for major, client := range map[int]*http.Client{1: helloClient(t, false), 2: helloClient(t, true)} {
		for path, expected := range map[string]string{"/hello": helloAnswer, "/health": "Helloworld is healthy\n"} {
			answer, err := client.Get("http://" + address.http + path)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != http.StatusOK || answer.ProtoMajor != major || string(body) != expected {
				t.Errorf("%s: %s %d %q", path, answer.Proto, answer.StatusCode, body)
			}
		}
	}
	if said, err := sayHello(t.Context(), t, address.grpc); err != nil || said != helloAnswer {
		t.Errorf("gRPC: %q, %v", said, err)
	}
}

func TestHelloIsUnreadyAndAnswers(t *testing.T) {
	address, condition := startHello(t)
	condition.set(syscall.SIGUSR1)
	expectStatus(t, "http://"+address.http+"/health", http.StatusServiceUnavailable)
	expectStatus(t, "http://"+address.http+"/hello", http.StatusOK)
	condition.set(syscall.SIGHUP)
	expectStatus(t, "http://"+address.http+"/health", http.StatusOK)
}

func TestHelloHangsUnseenByItsProbeAndGoesOn(t *testing.T) {
	address, condition := startHello(t)
	condition.set(syscall.SIGUSR2)
	expectStatus(t, "http://"+address.http+"/health", http.StatusOK)

	limited, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := sayHello(limited, t, address.grpc); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("gRPC: %v", err)
	}
	impatient := &http.Client{Timeout: 100 * time.Millisecond}
	var timeout net.Error
	if _, err := impatient.Get("http://" + address.http + "/hello"); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("HTTP: %v", err)
	}

	answered := make(chan error, 1)
	go func() {
		_, err := sayHello(t.Context(), t, address.grpc)
		answered <- err
	}()
	condition.set(syscall.SIGHUP)
	if err := <-answered; err != nil {
		t.Errorf("gRPC, when it goes on: %v", err)
	}
}

func TestHelloFollowsSignals(t *testing.T) {
	condition := newCondition()
	condition.follow(t.Context())
	for _, test := range []struct {
		signal  syscall.Signal
		isReady bool
	}{{syscall.SIGUSR1, false}, {syscall.SIGUSR2, true}, {syscall.SIGUSR1, false}, {syscall.SIGHUP, true}} {
		if err := syscall.Kill(syscall.Getpid(), test.signal); err != nil {
			t.Fatal(err)
		}
		deadline := time.Now().Add(5 * time.Second)
		for condition.isReady() != test.isReady {
			if time.Now().After(deadline) {
				t.Fatalf("%v is not followed", test.signal)
			}
			time.Sleep(time.Millisecond)
		}
	}
}

func expectStatus(t *testing.T, url string, expected int) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != expected {
		t.Errorf("%s: %d", url, answer.StatusCode)
	}
}
