/** Why a file could not be read, in the words of a problem's `found`. */
export function describeFileError(error: unknown): string {
  switch (errorCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return "no such file";
    case "EACCES":
    case "EPERM":
      return "a file that this user may not read";
    case "EISDIR":
      return "a directory";
    default:
      return `a file that cannot be read (${errorCode(error) ?? "unknown reason"})`;
  }
}

/** The code that Node gives an error of the system or of TLS, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
