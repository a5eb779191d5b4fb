import { readFile } from "node:fs/promises";
import { errorCode } from "../file-problem";
import { readJson } from "../json";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { asMapping, asText, below, type Mapping } from "../mapping";
import { CredentialError, execCredential } from "./exec-credential";
import type { Headers } from "./http";
import type { ConnectionSettings } from "./settings";

/** What a request shows of who asks. **Secret**. */
export interface Credentials {
  readonly headers: Headers;
  readonly certificate?: string;
  readonly key?: string;
}

interface Fetched extends Credentials {
  /** When others are to be had, in milliseconds since 1970. */
  readonly until: number;
}

/** client-go reads a token file again every minute. */
const tokenFileCountsMs = 60_000;

/** What is about to end is fetched anew. */
const leewayMs = 10_000;

/** A plugin that failed is not run again for every request of many. */
const failureCountsMs = 30_000;

/** The credentials of a kubeconfig user, fetched anew when they end or are not accepted: as client-go does it. */
export class CredentialSource {
  #held: Promise<Fetched> | undefined;
  #failed = 0;

  constructor(
    private readonly settings: Pick<ConnectionSettings, "user" | "cluster">,
    private readonly tokenFile: string | undefined,
    private readonly environment: Environment,
  ) {}

  /** @throws CredentialError when there are none to be had. */
  async current(): Promise<Credentials> {
    const held = this.#held;
    if (held === undefined) return this.#fetched();
    const isOver = await held.then(
      ({ until }) => Date.now() >= until - leewayMs,
      () => Date.now() >= this.#failed + failureCountsMs,
    );
    return isOver && held === this.#held ? this.#fetched() : (this.#held ?? held);
  }

  /**
   * Those that come after some that the API server did not accept; undefined where there are no others.
   * @throws CredentialError when there should be others, and none are to be had.
   */
  async after(refused: Credentials): Promise<Credentials | undefined> {
    const held = await this.current();
    // Another request has renewed them.
    if (held !== refused) return held;
    const isRenewable = asMapping(this.settings.user["exec"]) !== undefined || this.tokenFile !== undefined;
    return isRenewable ? this.#fetched() : undefined;
  }

  #fetched(): Promise<Fetched> {
    const held = this.#fetch();
    this.#held = held;
    held.catch(() => (this.#failed = Date.now()));
    return held;
  }

  async #fetch(): Promise<Fetched> {
    const { user, cluster } = this.settings;
    const exec = asMapping(user["exec"]);
    const given = exec === undefined ? undefined : await execCredential(exec, cluster, this.environment);
    const token = (await this.#tokenInFile()) ?? asText(user["token"]) ?? oidcToken(user) ?? given?.token;
    const authorization = authorizationOf(user, token);
    // As in client-go, what the kubeconfig itself has comes before what its plugin gives.
    const certificate = decoded(user["client-certificate-data"]) ?? given?.certificate;
    const key = decoded(user["client-key-data"]) ?? given?.key;
    return {
      headers: { ...(authorization === undefined ? {} : { authorization }), ...impersonation(user) },
      ...(certificate === undefined ? {} : { certificate }),
      ...(key === undefined ? {} : { key }),
      until: given?.until ?? (this.tokenFile === undefined ? Infinity : Date.now() + tokenFileCountsMs + leewayMs),
    };
  }

  /** A file that cannot be read at the moment is one that is being written: the token before it counts. */
  async #tokenInFile(): Promise<string | undefined> {
    if (this.tokenFile === undefined) return undefined;
    try {
      return asText((await readFile(this.tokenFile, "utf8")).trim());
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return undefined;
    }
  }
}

/**
 * The token of an OIDC login that kubectl renews. We do not: a provider may take back the renewal token with its first
 * use, and only kubectl writes the next one into the file.
 */
function oidcToken(user: Mapping): string | undefined {
  const token = asText(below(user["auth-provider"], "config", "id-token"));
  if (token === undefined) return undefined;
  const claims = readJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  const end = below(claims, "exp");
  if (typeof end !== "number" || end * 1_000 > Date.now()) return token;
  throw new CredentialError(
    `an OIDC login that ended at ${new Date(end * 1_000).toISOString()}`,
    "Run kubectl once with this context, which renews it; or take the credential plugin kubelogin (`kubectl oidc-login`).",
  );
}

function authorizationOf(user: Mapping, token: string | undefined): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  const name = asText(user["username"]);
  if (name === undefined) return undefined;
  return `Basic ${Buffer.from(`${name}:${asText(user["password"]) ?? ""}`).toString("base64")}`;
}

/** Impersonation as kubectl sends it. */
function impersonation(user: Mapping): Headers {
  const headers: Record<string, string | readonly string[]> = {};
  const name = asText(user["as"]);
  const uid = asText(user["as-uid"]);
  if (name !== undefined) headers["impersonate-user"] = name;
  if (uid !== undefined) headers["impersonate-uid"] = uid;
  if (Array.isArray(user["as-groups"])) headers["impersonate-group"] = user["as-groups"].map(String);
  for (const [key, values] of Object.entries(asMapping(user["as-user-extra"]) ?? {})) {
    if (Array.isArray(values)) headers[`impersonate-extra-${encodeURIComponent(key)}`] = values.map(String);
  }
  return headers;
}

function decoded(value: unknown): string | undefined {
  const text = asText(value);
  return text === undefined ? undefined : Buffer.from(text, "base64").toString("utf8");
}
