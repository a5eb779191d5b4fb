import { ConfigurationError, type Problem } from "../../topology";

/**
 * What stands against working on a mesh on this kind of machine. Pure.
 * @param platform As `process.platform`.
 */
export function hostProblem(platform: NodeJS.Platform): Problem | undefined {
  // Processes cannot be asked to end there: an update that is interrupted would be torn apart.
  if (platform !== "win32") return undefined;
  return {
    path: "MeshDeployment",
    expected: "Linux or macOS",
    found: "Windows",
    fix: "Run it in the Windows Subsystem for Linux. The components work on Windows, by Pulumi alone.",
  };
}

/** @throws ConfigurationError where no mesh can be worked on. */
export function ensureHost(): void {
  const problem = hostProblem(process.platform);
  if (problem !== undefined) throw new ConfigurationError([problem]);
}
