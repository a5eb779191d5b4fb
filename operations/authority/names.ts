import { ConfigurationError, describeFound, type Problem } from "../../topology";

const dnsLabel = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const dnsName = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with names that must be DNS labels: they become directories and parts of subjects. */
export function labelProblems(path: string, what: string, names: readonly string[]): Problem[] {
  return names.filter((name) => !dnsLabel.test(name)).map((name) => refused(path, `${what}, a DNS label`, name));
}

/** What is wrong with a name that must be DNS labels with dots between them. */
export function dnsNameProblems(path: string, what: string, name: string): Problem[] {
  return dnsName.test(name) ? [] : [refused(path, `${what}, DNS labels with dots between them`, name)];
}

/** @throws ConfigurationError when there are any. */
export function ensureValid(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigurationError(problems);
}

function refused(path: string, expected: string, name: string): Problem {
  return { path, expected, found: describeFound(name), fix: "Use lower-case letters, digits and hyphens." };
}
