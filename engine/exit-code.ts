/**
 * How Pulumi's command line ends, whatever its words: a part of its contract (`cmd/pulumi/cmd/exit_codes.go` in
 * github.com/pulumi/pulumi/pkg, since 3.230 at the latest) that is the same on every backend.
 */
export const exitCode = {
  /** There is no stack of that name. */
  stackNotFound: 6,
} as const;
