import { chmod, lstat, mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describeFileError, errorCode } from "../../access/file-problem";
import { ConfigurationError, type Problem } from "../../topology";

/** Names of the files, which are those of Istio's tools/certs and of the Secret `cacerts`. */
export const fileNames = {
  rootCertificates: "root-cert.pem",
  rootKey: "root-key.pem",
  intermediateCertificate: "ca-cert.pem",
  intermediateKey: "ca-key.pem",
  chain: "cert-chain.pem",
  workloadKey: "key.pem",
} as const;

/** A file that was made. */
export interface MadeFile {
  readonly path: string;
  /** What it holds: `key of the root CA`. */
  readonly holds: string;
  /** Whether nobody else may see it: it is readable to its owner alone. */
  readonly isSecret: boolean;
  /** Of a certificate, and of a chain of its first one: SHA-256. */
  readonly fingerprint?: string;
  /** End of its validity, RFC 3339. */
  readonly notAfter?: string;
}

/** A file that is to be made. */
export interface NewFile {
  readonly file: MadeFile;
  readonly text: string;
}

/** A private key that is to be written. */
export function keyFile(path: string, holds: string, pem: string): NewFile {
  return { file: { path, holds, isSecret: true }, text: pem };
}

/**
 * Makes files that are not there yet, with the directories that they need, these for their owner alone: all or none.
 * @throws ConfigurationError when any of them is there: no key is ever overwritten.
 */
export async function writeNewFiles(files: readonly NewFile[]): Promise<MadeFile[]> {
  await ensureNew(files.map(({ file }) => file.path));
  const written: string[] = [];
  try {
    for (const { file: made, text } of files) {
      const { path, isSecret } = made;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(path, "wx", isSecret ? 0o600 : 0o644);
      written.push(path);
      await file.writeFile(text);
      await file.sync();
      await file.close();
      // Whatever the umask left of it: what is public is given to others as it is.
      if (!isSecret) await chmod(path, 0o644);
    }
  } catch (error) {
    // A half of a key and its certificate is worse than nothing.
    for (const path of written) await rm(path, { force: true });
    throw new ConfigurationError([
      {
        path: dirname(files[written.length]?.file.path ?? files[0]?.file.path ?? "."),
        expected: "a directory that can be written to",
        found: errorCode(error) ?? "one that cannot",
        fix: "Make room or give yourself the right to write there; nothing was left behind.",
      },
    ]);
  }
  return files.map(({ file }) => file);
}

/**
 * Makes sure, before keys are made, that no file is there yet, and none is meant twice.
 * @throws ConfigurationError with every one that is.
 */
export async function ensureNew(paths: readonly string[]): Promise<void> {
  const problems: Problem[] = [];
  for (const [index, path] of paths.entries()) {
    const isTwice = paths.indexOf(path) < index;
    if (!isTwice && !(await exists(path))) continue;
    problems.push({
      path,
      expected: "no such file yet",
      found: isTwice ? "two that are to be made there" : "one that is there",
      fix: isTwice
        ? "Make them one after the other, with another --out each."
        : "Nothing is overwritten: move it away (`mv`), or name another directory with --out.",
    });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/**
 * Reads files, and tells of all that cannot be.
 * @throws ConfigurationError
 */
export async function readTexts<Name extends string>(
  paths: Readonly<Record<Name, string>>,
): Promise<Record<Name, string>> {
  const problems: Problem[] = [];
  const texts: [string, string][] = [];
  for (const [name, path] of Object.entries<string>(paths)) {
    try {
      texts.push([name, await readFile(path, "utf8")]);
    } catch (error) {
      problems.push({
        path,
        expected: "a file in PEM",
        found: describeFileError(error),
        fix: "Name the file, or the directory that has it.",
      });
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.fromEntries(texts) as Record<Name, string>;
}

/** Paths of files in a directory. */
export function pathsIn<Name extends keyof typeof fileNames>(
  directory: string,
  ...names: readonly Name[]
): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, join(directory, fileNames[name])])) as Record<Name, string>;
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return false;
    throw new ConfigurationError([
      {
        path,
        expected: "a place to look at",
        found: describeFileError(error),
        fix: "Name another directory with --out.",
      },
    ]);
  }
}
