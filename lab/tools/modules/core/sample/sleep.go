package main

import (
	"fmt"
	"math"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// sleep waits for the sum of its arguments, as coreutils has it, and returns the exit code.
// As a container's first process it must end on a signal by itself.
func sleep(arguments []string) int {
	duration, err := sleepDuration(arguments)
	if err != nil {
		fmt.Fprintln(os.Stderr, "sleep:", err)
		return 2
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	select {
	case <-time.After(duration):
		return 0
	case received := <-signals:
		return 128 + int(received.(syscall.Signal))
	}
}

// sleepDuration adds up arguments such as 5, 0.5, 2m, 365d and infinity.
func sleepDuration(arguments []string) (time.Duration, error) {
	if len(arguments) == 0 {
		return 0, fmt.Errorf("how long?")
	}
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	var seconds float64
	for _, argument := range arguments {
		if argument == "infinity" {
			return math.MaxInt64, nil
		}
		unit := time.Second
		number := argument
		if last := argument[max(0, len(argument)-1):]; units[last] != 0 {
			unit = units[last]
			number = strings.TrimSuffix(argument, last)
		}
		value, err := strconv.ParseFloat(number, 64)
		if err != nil || value < 0 || math.IsNaN(value) {
			return 0, fmt.Errorf("%q is no duration", argument)
		}
		seconds += value * unit.Seconds()
	}
	if seconds >= time.Duration(math.MaxInt64).Seconds() {
		return math.MaxInt64, nil
	}
	return time.Duration(seconds * float64(time.Second)), nil
}
