import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeCa, privateKeyPem, type TestCa } from "../../../support/authorities";

/** PEM of certificates, one after the other. */
export function pem(...cas: readonly TestCa[]): string {
  return cas.map(({ certificate }) => certificate.toString()).join("");
}

/** An intermediate of a cluster, below a CA. */
export function intermediateOf(site: string, issuer: TestCa): Promise<TestCa> {
  return makeCa({ subject: `O=Istio, L=${site}, CN=Intermediate CA`, issuer, pathLength: 0 });
}

/** The files of an intermediate as Istio's makefiles write them. */
export function istioFiles(intermediate: TestCa, between: readonly TestCa[], root: TestCa): Record<string, string> {
  return {
    "ca-cert.pem": pem(intermediate),
    "ca-key.pem": privateKeyPem(intermediate, "older"),
    "cert-chain.pem": pem(intermediate, ...between, root),
    "root-cert.pem": pem(root),
  };
}

/** A project directory for each test of one `describe`. */
export class FilesBench {
  directory = "";

  /** Registers what must be done before and after each test. */
  constructor() {
    beforeEach(async () => {
      this.directory = await mkdtemp(join(tmpdir(), "isthmus-trust-"));
    });
    afterEach(() => rm(this.directory, { recursive: true }));
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  async writeAll(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) await this.write(`${directory}/${name}`, text);
  }
}
