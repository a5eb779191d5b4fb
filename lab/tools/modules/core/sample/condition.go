package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// condition is how the server is, so that trials can have it fail in the ways in which servers do. It follows signals: SIGUSR1
// has it say that it is not ready, while it goes on answering; SIGUSR2 has it hang, which its probe does not see: it accepts,
// and answers nobody; SIGHUP puts both right.
type condition struct {
	mutex     sync.Mutex
	unready   bool
	resumed   chan struct{} // Closed while it does not hang.
	isHanging bool
}

func newCondition() *condition {
	resumed := make(chan struct{})
	close(resumed)
	return &condition{resumed: resumed}
}

// follow acts on signals from now on, until the context ends: then it puts all right, so that requests under way are answered.
func (condition *condition) follow(ctx context.Context) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGHUP)
	go func() {
		defer signal.Stop(signals)
		for {
			select {
			case <-ctx.Done():
				condition.set(syscall.SIGHUP)
				return
			case received := <-signals:
				condition.set(received)
			}
		}
	}()
}

func (condition *condition) set(received os.Signal) {
	condition.mutex.Lock()
	defer condition.mutex.Unlock()
	condition.unready = received == syscall.SIGUSR1
	hangs := received == syscall.SIGUSR2
	if hangs && !condition.isHanging {
		condition.resumed = make(chan struct{})
	}
	if !hangs && condition.isHanging {
		close(condition.resumed)
	}
	condition.isHanging = hangs
}

func (condition *condition) isReady() bool {
	condition.mutex.Lock()
	defer condition.mutex.Unlock()
	return !condition.unready
}

// await returns once the server does not hang, or the context's error when that ends before.
func (condition *condition) await(ctx context.Context) error {
	condition.mutex.Lock()
	resumed := condition.resumed
	condition.mutex.Unlock()
	select {
	case <-resumed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
