package main

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestCurlAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if request.URL.Path == "/missing" {
			writer.WriteHeader(http.StatusNotFound)
		}
		io.WriteString(writer, request.Host+" "+request.Header.Get("X-Test"))
	}))
	defer server.Close()
	host := server.Listener.Addr().String()
	file := filepath.Join(t.TempDir(), "body")

	for name, test := range map[string]struct {
		arguments []string
		code      int
		output    string
	}{
		"plain":           {[]string{server.URL}, 0, host + " "},
		"without scheme":  {[]string{host}, 0, host + " "},
		"headers":         {[]string{"-H", "X-Test: yes", "-H", "Host: other", server.URL}, 0, "other yes"},
		"status":          {[]string{"-sS", "-o", file, "-w", `%{http_code}\n`, server.URL + "/missing"}, 0, "404\n"},
		"fail":            {[]string{"-s", "-f", "-w", "%{http_code}", server.URL + "/missing"}, curlHTTP, "404"},
		"within max time": {[]string{"--max-time", "5", server.URL}, 0, host + " "},
	} {
		var output, messages bytes.Buffer
		if code := curl(test.arguments, &output, &messages); code != test.code || output.String() != test.output {
			t.Errorf("%s: code %d, output %q, messages %q", name, code, output.String(), messages.String())
		}
	}
	if body, err := os.ReadFile(file); err != nil || string(body) != host+" " {
		t.Errorf("the file holds %q, %v", body, err)
	}
}

func TestCurlTrusts(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		io.WriteString(writer, request.Host)
	}))
	defer server.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	address := server.Listener.Addr().String()
	authority := filepath.Join(t.TempDir(), "ca.pem")
	pemText := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authority, pemText, 0o600); err != nil {
		t.Fatal(err)
	}

	for name, test := range map[string]struct {
		arguments []string
		code      int
		output    string
	}{
		"by its authority":     {[]string{"--cacert", authority, server.URL}, 0, address},
		"by nobody":            {[]string{server.URL}, curlUntrusted, ""},
		"under another name":   {[]string{"--cacert", authority, "--connect-to", "example.com:443:" + address, "https://example.com/"}, 0, "example.com"},
		"under a foreign name": {[]string{"--cacert", authority, "--connect-to", "other.test:443:" + address, "https://other.test/"}, curlUntrusted, ""},
		"not TLS":              {[]string{"--cacert", authority, "https://" + plain.Listener.Addr().String()}, curlNotTLS, ""},
		"no file":              {[]string{"--cacert", authority + "x", server.URL}, curlNoCAs, ""},
	} {
		var output, messages bytes.Buffer
		if code := curl(append([]string{"-sS"}, test.arguments...), &output, &messages); code != test.code || output.String() != test.output {
			t.Errorf("%s: code %d, output %q, messages %q", name, code, output.String(), messages.String())
		}
	}
}

func TestCurlAwaitsGreeting(t *testing.T) {
	for name, test := range map[string]struct {
		serve func(net.Conn)
		code  int
	}{
		"silent": {func(net.Conn) {}, curlTimeout},
		"speaks": {func(connection net.Conn) { io.WriteString(connection, "SSH-2.0-x\r\n") }, curlWeird},
		"closes": {func(connection net.Conn) { connection.Close() }, curlCutOff},
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		go func() {
			connection, err := listener.Accept()
			if err == nil {
				test.serve(connection)
			}
		}()
		var output, messages bytes.Buffer
		arguments := []string{"-sS", "--max-time", "0.3", "ftp://" + listener.Addr().String()}
		if code := curl(arguments, &output, &messages); code != test.code || output.Len() > 0 {
			t.Errorf("%s: code %d, output %q, messages %q", name, code, output.String(), messages.String())
		}
	}
}

func TestCurlFailures(t *testing.T) {
	released := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-released }))
	defer slow.Close()
	defer close(released)

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refusing := closed.Addr().String()
	closed.Close()

	for name, test := range map[string]struct {
		arguments []string
		code      int
		output    string
		message   bool
	}{
		"refused":                   {[]string{"-w", "%{http_code}", refusing}, curlRefused, "000", true},
		"refused, silent":           {[]string{"-s", refusing}, curlRefused, "", false},
		"refused, silent but shown": {[]string{"-s", "-S", refusing}, curlRefused, "", true},
		"timeout":                   {[]string{"--max-time", "0.05", slow.URL}, curlTimeout, "", true},
		"other scheme":              {[]string{"gopher://127.0.0.1/"}, curlBadURL, "", true},
		"unknown flag":              {[]string{"--frobnicate", refusing}, curlUsage, "", true},
		"flag without value":        {[]string{refusing, "-o"}, curlUsage, "", true},
		"no URL":                    {nil, curlUsage, "", true},
		"several, the last counts":  {[]string{"-w", "%{http_code} ", refusing, "file:///dev/null"}, 0, "000 000 ", true},
		"no such file":              {[]string{"file:///nowhere"}, curlUnreadable, "", true},
	} {
		var output, messages bytes.Buffer
		code := curl(test.arguments, &output, &messages)
		if code != test.code || output.String() != test.output || (messages.Len() > 0) != test.message {
			t.Errorf("%s: code %d, output %q, messages %q", name, code, output.String(), messages.String())
		}
	}
}

// A name is not looked up for a test: that would send a packet.
func TestCurlTellsAnUnknownHost(t *testing.T) {
	err := fmt.Errorf("get: %w", &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}})
	if code := curlCode(err); code != curlNoHost {
		t.Errorf("code %d", code)
	}
}

func TestSleepDurations(t *testing.T) {
	for argument, expected := range map[string]time.Duration{
		"5":        5 * time.Second,
		"0.5":      500 * time.Millisecond,
		"2m":       2 * time.Minute,
		"365d":     365 * 24 * time.Hour,
		"infinity": math.MaxInt64,
		"1e12":     math.MaxInt64,
	} {
		if duration, err := sleepDuration([]string{argument}); err != nil || duration != expected {
			t.Errorf("%s: %v, %v", argument, duration, err)
		}
	}
	if duration, err := sleepDuration([]string{"1m", "30s"}); err != nil || duration != 90*time.Second {
		t.Errorf("1m 30s: %v, %v", duration, err)
	}
	for _, argument := range []string{"", "x", "5x", "-1", "NaN"} {
		if _, err := sleepDuration([]string{argument}); err == nil {
			t.Errorf("%q is taken for a duration", argument)
		}
	}
	if _, err := sleepDuration(nil); err == nil {
		t.Error("no argument is taken for a duration")
	}
}
