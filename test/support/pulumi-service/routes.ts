import { done, ok, ServiceError, type Answer } from "./answer";
import {
  deltaCheckpoint,
  resourceCount,
  verbatimCheckpoint,
  wholeCheckpoint,
  type UntypedDeployment,
} from "./deployment";
import type { Environments } from "./environments";
import type { Stacks } from "./stacks";
import type { StoredStack } from "./stored-stack";
import type { Update, UpdateKind, UpdateProgram } from "./update";

/** A request, as far as its answer depends on it. */
export interface Call {
  readonly stacks: Stacks;
  readonly environments: Environments;
  /** Who asks. */
  readonly user: string;
  /** The organizations that the user belongs to; the user's own is the first. */
  readonly organizations: readonly string[];
  /** The lease of an update; empty where the request bears an access token. */
  readonly updateToken: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly nowMs: number;
  readonly leaseMs: number;
  readonly capabilities: readonly object[];
}

/** What answers one kind of request. */
export interface Route {
  readonly method: string;
  readonly path: RegExp;
  /** What the request is to bear: a user's access token, or the lease of an update. */
  readonly bears: "token" | "lease";
  readonly answer: (call: Call) => Answer;
}

/** A path whose `:names` stand for one part each. */
function route(method: string, path: string, answer: Route["answer"], bears: Route["bears"] = "token"): Route {
  return { method, path: new RegExp(`^${path.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}$`), bears, answer };
}

const stackPath = "/api/stacks/:organization/:project/:stack";
const updatePath = `${stackPath}/update/:id`;

function json(call: Call): Record<string, unknown> {
  return JSON.parse(call.body) as Record<string, unknown>;
}

/** A route of a stack that is there. */
function stackRoute(method: string, path: string, answer: (call: Call, stack: StoredStack) => Answer): Route {
  return route(method, `${stackPath}${path}`, (call) => answer(call, call.stacks.of(call.parameters)));
}

/** A route by which an update that is under way writes, under its lease. */
function leaseRoute(
  method: string,
  path: string,
  answer: (call: Call, stack: StoredStack, update: Update) => Answer,
): Route {
  const checked = (call: Call): Answer => {
    const stack = call.stacks.of(call.parameters);
    const update = stack.update(call.parameters["id"] ?? "");
    update.check(call.updateToken, call.nowMs);
    return answer(call, stack, update);
  };
  return route(method, `${updatePath}${path}`, checked, "lease");
}

const kinds: readonly UpdateKind[] = ["update", "preview", "refresh", "destroy"];

const account: readonly Route[] = [
  route("GET", "/api/capabilities", ({ capabilities }) => ok({ capabilities })),
  route("GET", "/api/user", ({ user, organizations }) =>
    ok({
      id: user,
      githubLogin: user,
      name: user,
      organizations: organizations.map((name) => ({ githubLogin: name, name })),
    }),
  ),
  route("GET", "/api/user/organizations/default", ({ organizations }) => ok({ GitHubLogin: organizations[0] })),
  route("GET", "/api/user/stacks", ({ stacks, query }) => ok({ stacks: stacks.list(query) })),
];

const stackRoutes: readonly Route[] = [
  route("HEAD", "/api/stacks/:organization/:project", ({ stacks, parameters }) => {
    if (!stacks.hasProject(parameters)) throw new ServiceError(404, "Not Found: Project not found");
    return ok();
  }),
  route("POST", "/api/stacks/:organization/:project", (call) => {
    const { stackName, tags, state } = json(call) as {
      stackName: string;
      tags?: Record<string, string>;
      state?: UntypedDeployment;
    };
    if (!call.organizations.includes(call.parameters["organization"] ?? "")) {
      throw new ServiceError(404, "Not Found: Organization not found");
    }
    call.stacks.create({ ...call.parameters, stack: stackName }, tags ?? {}, state);
    return ok({});
  }),
  stackRoute("GET", "", ({ nowMs }, stack) => ok(stack.describe(nowMs))),
  stackRoute("DELETE", "", ({ stacks, query, nowMs }, stack) => {
    stack.refuseWhileUpdating(nowMs);
    if (resourceCount(stack.checkpoint.state) > 0 && query.get("force") !== "true") {
      throw new ServiceError(400, "Bad Request: Stack still contains resources.");
    }
    stacks.remove(stack);
    return done;
  }),
  stackRoute("POST", "/rename", (call, stack) => {
    const { newName, newProject } = json(call) as { newName: string; newProject: string };
    stack.refuseWhileUpdating(call.nowMs);
    call.stacks.rename(stack, newProject, newName);
    return done;
  }),
  stackRoute("PATCH", "/tags", (call, stack) => {
    stack.tags = JSON.parse(call.body) as Record<string, string>;
    return done;
  }),
  stackRoute("GET", "/export", (_call, stack) => ok(stack.checkpoint.state)),
  stackRoute("GET", "/export/:version", ({ parameters }, stack) => {
    const state = stack.versions.get(Number(parameters["version"]));
    if (state === undefined) throw new ServiceError(404, "Not Found: Stack version not found");
    return ok(state);
  }),
  stackRoute("POST", "/import", (call, stack) => {
    stack.refuseWhileUpdating(call.nowMs);
    const update = stack.create("import", call.user, {});
    stack.start(update, call.nowMs, call.leaseMs);
    stack.checkpoint = wholeCheckpoint(call.body);
    stack.complete(update, "succeeded", call.nowMs);
    return ok({ updateId: update.id });
  }),
  stackRoute("GET", "/updates", ({ query }, stack) => {
    const size = Number(query.get("pageSize") ?? Infinity);
    const first = (Number(query.get("page") ?? 1) - 1) * size;
    const infos = stack.history.map(({ info }) => info).reverse();
    return ok({ updates: Number.isFinite(size) ? infos.slice(first, first + size) : infos });
  }),
  stackRoute("GET", "/updates/latest", (_call, stack) => {
    const last = stack.history.at(-1);
    if (last === undefined) throw new ServiceError(404, "Not Found: Stack has no updates");
    return ok({ info: last.info });
  }),
];

const secretRoutes: readonly Route[] = [
  stackRoute("POST", "/encrypt", (call, { key }) => ok({ ciphertext: key.encrypt(String(json(call)["plaintext"])) })),
  stackRoute("POST", "/decrypt", (call, { key }) => ok({ plaintext: key.decrypt(String(json(call)["ciphertext"])) })),
  stackRoute("POST", "/batch-encrypt", (call, { key }) => {
    const { plaintexts } = json(call) as { plaintexts: string[] };
    return ok({ ciphertexts: plaintexts.map((plaintext) => key.encrypt(plaintext)) });
  }),
  stackRoute("POST", "/batch-decrypt", (call, { key }) => {
    const { ciphertexts } = json(call) as { ciphertexts: string[] };
    return ok({ plaintexts: Object.fromEntries(ciphertexts.map((one) => [one, key.decrypt(one)])) });
  }),
  // The CLI tells when it decrypted something by itself, with a passphrase or a key of a cloud's.
  stackRoute("POST", "/decrypt/log-decryption", () => done),
  stackRoute("POST", "/decrypt/log-batch-decryption", () => done),
];

const updateRoutes: readonly Route[] = [
  ...kinds.map((kind) =>
    stackRoute("POST", `/${kind}`, (call, stack) => {
      const update = stack.create(kind, call.user, JSON.parse(call.body) as UpdateProgram);
      return ok({ updateID: update.id });
    }),
  ),
  route("POST", updatePath, (call) => {
    const stack = call.stacks.of(call.parameters);
    const { tags } = json(call) as { tags?: Record<string, string> };
    const started = stack.start(stack.update(call.parameters["id"] ?? ""), call.nowMs, call.leaseMs);
    if (tags !== undefined) stack.tags = tags;
    return ok(started);
  }),
  route("GET", updatePath, (call) => {
    const { status } = call.stacks.of(call.parameters).update(call.parameters["id"] ?? "");
    return ok({ status, events: [] });
  }),
  route("POST", `${updatePath}/cancel`, (call) => {
    const stack = call.stacks.of(call.parameters);
    const update = stack.update(call.parameters["id"] ?? "");
    if (update.status !== "running") throw new ServiceError(409, "Conflict: The Update has already completed");
    stack.complete(update, "cancelled", call.nowMs);
    return done;
  }),
  leaseRoute("POST", "/renew_lease", (call, _stack, update) => ok(update.renew(call.nowMs, call.leaseMs))),
  leaseRoute("POST", "/events/batch", (call, _stack, update) => {
    update.events.push(...(json(call)["events"] as object[]));
    return done;
  }),
  leaseRoute("PATCH", "/checkpoint", (call, stack) => {
    stack.checkpoint = wholeCheckpoint(call.body);
    return done;
  }),
  leaseRoute("PATCH", "/checkpointverbatim", (call, stack) => {
    stack.checkpoint = verbatimCheckpoint(call.body);
    return done;
  }),
  leaseRoute("PATCH", "/checkpointdelta", (call, stack) => {
    stack.checkpoint = deltaCheckpoint(stack.checkpoint, call.body);
    return done;
  }),
  leaseRoute("POST", "/complete", (call, stack, update) => {
    stack.complete(update, json(call)["status"] === "succeeded" ? "succeeded" : "failed", call.nowMs);
    return done;
  }),
];

const environmentPath = "/api/esc/environments/:organization/yaml";

/** Of an environment (ESC) a stack's file names those that it imports: all that the CLI sends are such lists. */
const environmentRoutes: readonly Route[] = [
  route("POST", `${environmentPath}/open`, (call) => ok({ id: call.environments.open(importsIn(call.body)) })),
  route("GET", `${environmentPath}/open/:id`, ({ environments, parameters }) =>
    ok(environments.opened(parameters["id"] ?? "")),
  ),
  route("POST", `${environmentPath}/check`, (call) => ok(call.environments.check(importsIn(call.body)))),
];

function importsIn(body: string): string[] {
  return (JSON.parse(body) as { imports: string[] }).imports;
}

/** All that the service knows to answer. */
export const routes: readonly Route[] = [
  ...account,
  ...stackRoutes,
  ...secretRoutes,
  ...updateRoutes,
  ...environmentRoutes,
];
