package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// The exit codes of the real curl that scripts look at.
const (
	curlUsage      = 2
	curlBadURL     = 3
	curlNoHost     = 6
	curlRefused    = 7
	curlWeird      = 8
	curlHTTP       = 22
	curlNoFile     = 23
	curlTimeout    = 28
	curlNotTLS     = 35
	curlUnreadable = 37
	curlNoAnswer   = 52
	curlCutOff     = 56
	curlUntrusted  = 60
	curlNoCAs      = 77
)

// curlRequest is what the command line asks for.
type curlRequest struct {
	urls       []string
	headers    http.Header
	maxTime    time.Duration
	caFile     string
	connectTo  []string
	outputFile string
	writeOut   string
	silent     bool
	showErrors bool
	fail       bool
}

// curl does a GET request for each URL, or waits for the greeting of a server by ftp://, with the few of the real curl's flags that the checks use, and returns the exit code of the last one.
func curl(arguments []string, output, messages io.Writer) int {
	request, err := parseCurl(arguments)
	if err != nil {
		fmt.Fprintf(messages, "curl: (%d) %v\n", curlUsage, err)
		return curlUsage
	}
	code := 0
	for _, target := range request.urls {
		var status int
		began := time.Now()
		status, code, err = request.run(target, output)
		fmt.Fprint(output, expandWriteOut(request.writeOut, status, time.Since(began), err))
		if err != nil && (!request.silent || request.showErrors) {
			fmt.Fprintf(messages, "curl: (%d) %v\n", code, err)
		}
	}
	return code
}

func parseCurl(arguments []string) (*curlRequest, error) {
	request := &curlRequest{headers: http.Header{"Accept": {"*/*"}, "User-Agent": {"curl"}}}
	for len(arguments) > 0 {
		flag := arguments[0]
		arguments = arguments[1:]
		if !strings.HasPrefix(flag, "-") || flag == "-" {
			request.urls = append(request.urls, flag)
			continue
		}
		if request.set(flag) {
			continue
		}
		if len(arguments) == 0 {
			return nil, fmt.Errorf("option %s: is unknown or requires a value", flag)
		}
		if err := request.setValue(flag, arguments[0]); err != nil {
			return nil, err
		}
		arguments = arguments[1:]
	}
	if len(request.urls) == 0 {
		return nil, errors.New("no URL specified")
	}
	return request, nil
}

// set applies a flag without a value, or several in one word, and reports whether it was one.
func (request *curlRequest) set(flag string) bool {
	switch flag {
	case "-s", "--silent":
		request.silent = true
	case "-S", "--show-error":
		request.showErrors = true
	case "-sS", "-Ss":
		request.silent, request.showErrors = true, true
	case "-f", "--fail":
		request.fail = true
	default:
		return false
	}
	return true
}

func (request *curlRequest) setValue(flag, value string) error {
	switch flag {
	case "-m", "--max-time":
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil || seconds < 0 {
			return fmt.Errorf("option %s: expected a number of seconds, found %q", flag, value)
		}
		request.maxTime = time.Duration(seconds * float64(time.Second))
	case "--cacert":
		request.caFile = value
	case "--connect-to":
		request.connectTo = append(request.connectTo, value)
	case "-o", "--output":
		request.outputFile = value
	case "-w", "--write-out":
		request.writeOut = value
	case "-H", "--header":
		name, content, found := strings.Cut(value, ":")
		if !found {
			return fmt.Errorf("option %s: expected `Name: value`, found %q", flag, value)
		}
		request.headers.Set(strings.TrimSpace(name), strings.TrimSpace(content))
	default:
		return fmt.Errorf("option %s: is unknown", flag)
	}
	return nil
}

// run sends the request and copies the answer's body. It returns the HTTP status, 0 without an answer, and the exit code.
func (request *curlRequest) run(address string, output io.Writer) (status, code int, err error) {
	if path, isFile := strings.CutPrefix(address, "file://"); isFile {
		code, err = copyFile(path, output)
		return 0, code, err
	}
	ctx := context.Background()
	if request.maxTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, request.maxTime)
		defer cancel()
	}
	target, err := curlURL(address)
	if err != nil {
		return 0, curlBadURL, err
	}
	if host, isFTP := strings.CutPrefix(target, "ftp://"); isFTP {
		code, err = awaitGreeting(ctx, strings.TrimSuffix(host, "/"))
		return 0, code, err
	}
	message, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return 0, curlBadURL, err
	}
	message.Header = request.headers
	message.Host = request.headers.Get("Host")

	transport, err := request.transport()
	if err != nil {
		return 0, curlNoCAs, err
	}
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(message)
	if err != nil {
		return 0, curlCode(err), err
	}
	defer answer.Body.Close()
	if request.fail && answer.StatusCode >= http.StatusBadRequest {
		return answer.StatusCode, curlHTTP, fmt.Errorf("the requested URL returned error: %d", answer.StatusCode)
	}
	if request.outputFile != "" && request.outputFile != "-" {
		file, err := os.Create(request.outputFile)
		if err != nil {
			return answer.StatusCode, curlNoFile, err
		}
		defer file.Close()
		output = file
	}
	if _, err := io.Copy(output, answer.Body); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return answer.StatusCode, curlTimeout, err
		}
		return answer.StatusCode, curlCutOff, err
	}
	return answer.StatusCode, 0, nil
}

// transport makes a new connection each time, as a new curl process would; no proxy.
func (request *curlRequest) transport() (*http.Transport, error) {
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	if request.caFile != "" {
		text, err := os.ReadFile(request.caFile)
		if err != nil {
			return nil, err
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("no certificate in %s", request.caFile)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		for _, instead := range request.connectTo {
			if target, found := strings.CutPrefix(instead, address+":"); found {
				address = target
				break
			}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return transport, nil
}

func copyFile(path string, output io.Writer) (code int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return curlUnreadable, err
	}
	defer file.Close()
	if _, err := io.Copy(output, file); err != nil {
		return curlUnreadable, err
	}
	return 0, nil
}

// awaitGreeting connects and waits for the server to speak, as FTP has it. A server that does is not one of FTP here.
func awaitGreeting(ctx context.Context, address string) (code int, err error) {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return curlCode(err), err
	}
	defer connection.Close()
	if deadline, ok := ctx.Deadline(); ok {
		connection.SetReadDeadline(deadline)
	}
	switch _, err = connection.Read(make([]byte, 1)); {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return curlTimeout, errors.New("Operation timed out")
	case err != nil:
		return curlCutOff, fmt.Errorf("response reading failed: %v", err)
	}
	return curlWeird, errors.New("Weird server reply")
}

// curlURL completes an address without a scheme, as curl does.
func curlURL(address string) (string, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	parsed, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	if parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https" && parsed.Scheme != "ftp") {
		return "", fmt.Errorf("URL %q is malformed", address)
	}
	return parsed.String(), nil
}

func curlCode(err error) int {
	var dns *net.DNSError
	var operation *net.OpError
	var untrusted *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return curlTimeout
	case errors.As(err, &dns):
		return curlNoHost
	case errors.As(err, &untrusted):
		return curlUntrusted
	case errors.As(err, &noTLS), errors.Is(err, http.ErrSchemeMismatch):
		return curlNotTLS
	case errors.As(err, &operation) && operation.Op == "dial":
		return curlRefused
	case errors.Is(err, io.EOF):
		return curlNoAnswer
	default:
		return curlCutOff
	}
}

// expandWriteOut fills in the status, the time, the error and the escapes of a -w format.
func expandWriteOut(format string, status int, took time.Duration, err error) string {
	message := ""
	if err != nil {
		message = err.Error()
	}
	return strings.NewReplacer(
		"%{http_code}", fmt.Sprintf("%03d", status),
		"%{response_code}", fmt.Sprintf("%03d", status),
		"%{time_total}", fmt.Sprintf("%.6f", took.Seconds()),
		"%{errormsg}", message,
		`\n`, "\n", `\t`, "\t", `\r`, "\r", "%%", "%",
	).Replace(format)
}
