import { spawn } from "node:child_process";
import {
  credentials,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  type Client,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceError,
} from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CreateResponse,
  ReadResponse,
  UpdateResponse,
  type ConfigureRequest,
  type CreateRequest,
  type DeleteRequest,
  type ReadRequest,
  type UpdateRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { parse } from "yaml";
import { PaperFaults } from "./faults";
import { isRelease, metadataIn, objectOf, plain, stateOf, withUid } from "./properties";
import { PaperWorld, stallVariable, worldVariable } from "./world";

/**
 * The lab's kubernetes stand-in for clusters on paper: checks, differences and previews are the stand-in's own, and what
 * an update would ask of a cluster is taken for done, so that a mesh of any shape has a state without a cluster.
 *
 * Runs as a provider plugin, `provider.ts <stand-in> <engine's address>`: the engine reads the port from its output.
 */

const world = new PaperWorld(process.env[worldVariable] ?? "");
const faults = new PaperFaults(process.env[worldVariable] ?? "");
/** The API server of the cluster that this process works for: each provider of a program has a process of its own. */
let server = "";
/** By which it is reached. */
let token = "";

const maxMessage = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 } as const;

type Method = (request: unknown, done: (error: ServiceError | null, response: unknown) => void) => void;

/** Asks the stand-in itself. */
function forward(client: Client, method: string, request: unknown): Promise<unknown> {
  return new Promise((fulfil, reject) => {
    const call = (client as unknown as Record<string, Method>)[method];
    if (call === undefined) throw new RangeError(`no method ${method}`);
    call.call(client, request, (error, response) => {
      if (error) reject(error);
      else fulfil(response);
    });
  });
}

async function create(client: Client, request: CreateRequest): Promise<CreateResponse> {
  if (request.getPreview()) return (await forward(client, "create", request)) as CreateResponse;
  const reached = faults.begin();
  ensureWell();
  const asked = request.getProperties()?.toJavaScript() ?? {};
  request.setPreview(true);
  const planned = (await forward(client, "create", request)) as CreateResponse;
  const { id, state } = stateOf(request.getUrn(), asked, planned.getProperties()?.toJavaScript() ?? {});
  const type = typeIn(request);
  const isTaken = world.find(server, type, id) !== undefined && !type.endsWith("Patch");
  if (isTaken && isRelease(type)) throw new Error("cannot re-use a name that is still in use");
  if (isTaken) throw new Error(`resource ${request.getUrn()} was not successfully created: ${id} already exists`);
  // Helm's record is there before anything else of a release.
  if (isRelease(type)) world.add(server, type, id, objectOf(type, asked, "pending-install"));
  await reached("before");
  const added = world.add(server, type, id, objectOf(type, asked));
  const uid = world.uidOfPatched(server, type, id) ?? added;
  await reached("after");
  // Who kills the update now finds what was made and not recorded.
  if (request.getUrn().endsWith(`::${process.env[stallVariable] ?? ""}`)) await new Promise(() => undefined);
  const response = new CreateResponse();
  response.setId(id);
  response.setProperties(Struct.fromJavaScript(withUid(state, uid)));
  return response;
}

/** Whether the API server lets this process in. */
function isAdmitted(): boolean {
  return server === "" || token === world.tokenOf(server);
}

/** @throws where the cluster fails. */
function ensureWell(): void {
  if (!isAdmitted()) {
    throw new Error(
      "configured Kubernetes cluster is unreachable: unable to load schema information from the API server: the server has asked for the client to provide credentials",
    );
  }
  const fault = server === "" ? undefined : faults.of(server);
  if (fault === "silent") throw new Error("configured Kubernetes cluster is unreachable: connection refused");
  if (fault === "errors") throw new Error("Internal error occurred: etcdserver: request timed out");
}

/** What the configuration says of the cluster; the rest is the stand-in's. */
function configure(client: Client, request: ConfigureRequest): Promise<unknown> {
  const text = plain(request.getArgs()?.toJavaScript()["kubeconfig"]);
  const kubeconfig = (typeof text === "string" ? parse(text) : undefined) as
    { clusters?: { cluster: { server: string } }[]; users?: { user: { token?: string } }[] } | undefined;
  server = kubeconfig?.clusters?.[0]?.cluster.server ?? server;
  token = kubeconfig?.users?.[0]?.user.token ?? token;
  return forward(client, "configure", request);
}

/** What is there is as it was made; of what is not, the engine is given no id. */
function read(request: ReadRequest): ReadResponse {
  const response = new ReadResponse();
  // As the provider does with `skipUpdateUnreachable`: what cannot be asked is as it was.
  if (isAdmitted() && world.find(server, typeIn(request), request.getId()) === undefined) return response;
  response.setId(request.getId());
  response.setProperties(request.getProperties());
  response.setInputs(request.getInputs());
  return response;
}

async function remove(request: DeleteRequest): Promise<Empty> {
  const reached = faults.begin();
  ensureWell();
  const [type, id] = [typeIn(request), request.getId()];
  if (isRelease(type) && world.find(server, type, id) === undefined) {
    throw new Error(`uninstall: Release not loaded: ${id}: release: not found`);
  }
  await reached("before");
  world.remove(server, type, id);
  await reached("after");
  return new Empty();
}

function typeIn(request: { getUrn(): string }): string {
  return request.getUrn().split("::")[2]?.split("$").at(-1) ?? "";
}

async function update(client: Client, request: UpdateRequest): Promise<UpdateResponse> {
  if (request.getPreview()) return (await forward(client, "update", request)) as UpdateResponse;
  const reached = faults.begin();
  ensureWell();
  const asked = request.getNews()?.toJavaScript() ?? {};
  const type = typeIn(request);
  ensureChangeable(type, request.getId());
  request.setPreview(true);
  const planned = (await forward(client, "update", request)) as UpdateResponse;
  if (isRelease(type)) world.change(server, type, request.getId(), objectOf(type, asked, "pending-upgrade"));
  await reached("before");
  world.change(server, type, request.getId(), objectOf(type, asked));
  await reached("after");
  const response = new UpdateResponse();
  const { state } = stateOf(request.getUrn(), asked, planned.getProperties()?.toJavaScript() ?? {});
  const { uid } = metadataIn(request.getOlds()?.toJavaScript() ?? {});
  response.setProperties(Struct.fromJavaScript(uid === undefined ? state : withUid(state, uid)));
  return response;
}

/** @throws for what is not there, and for a release that Helm takes to be worked on. */
function ensureChangeable(type: string, id: string): void {
  const object = world.find(server, type, id);
  if (object === undefined) throw new Error(`${id} not found`);
  const { status } = (object.metadata["labels"] ?? {}) as { readonly status?: string };
  if (isRelease(type) && status?.startsWith("pending-") === true) {
    throw new Error("another operation (install/upgrade/rollback) is in progress");
  }
}

function answer(client: Client, method: string, request: unknown): Promise<unknown> {
  if (method === "create") return create(client, request as CreateRequest);
  if (method === "update") return update(client, request as UpdateRequest);
  if (method === "configure") return configure(client, request as ConfigureRequest);
  if (method === "read") return Promise.resolve(read(request as ReadRequest));
  if (method === "delete") return remove(request as DeleteRequest);
  return forward(client, method, request);
}

function serve(standInPort: string): void {
  const StandIn = makeGenericClientConstructor(ResourceProviderService, "ResourceProvider");
  const client = new StandIn(`127.0.0.1:${standInPort}`, credentials.createInsecure(), maxMessage);
  const server = new Server(maxMessage);
  server.addService(
    ResourceProviderService,
    Object.fromEntries(
      Object.keys(ResourceProviderService).map((method) => [
        method,
        (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
          answer(client, method, call.request).then(
            (response) => done(null, response),
            (error: unknown) => done(error as ServiceError),
          );
        },
      ]),
    ),
  );
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${String(port)}\n`);
  });
}

function main([standIn, ...args]: readonly string[]): void {
  if (standIn === undefined) throw new Error("usage: provider.ts <stand-in> <engine's address>");
  const child = spawn(standIn, args, { stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.setEncoding("utf8").once("data", (text: string) => serve(text.trim()));
  child.once("exit", (code) => process.exit(code ?? 1));
  process.once("exit", () => child.kill("SIGKILL"));
}

main(process.argv.slice(2));
