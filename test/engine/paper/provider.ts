import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
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
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

import { parse } from "yaml";
import { PaperWorld, stallVariable, worldVariable } from "./world";

/**
 * The lab's kubernetes stand-in for clusters on paper: checks, differences and previews are the stand-in's own, and what
 * an update would ask of a cluster is taken for done, so that a mesh of any shape has a state without a cluster.
 *
 * Runs as a provider plugin, `provider.ts <stand-in> <engine's address>`: the engine reads the port from its output.
 */

/** What marks a secret in a property (sdk/go/common/resource, SigKey and SecretSig). */
const secretKey = "4dabf18193072939515e22adb298388d";
const secretMark = { [secretKey]: "1b47061264138c4ac30d75fd1eb44270" };

const world = new PaperWorld(process.env[worldVariable] ?? "");
/** The API server of the cluster that this process works for: each provider of a program has a process of its own. */
let server = "";

type Properties = Record<string, JavaScriptValue>;

const maxMessage = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 } as const;

function secret(value: JavaScriptValue): JavaScriptValue {
  return { ...secretMark, value };
}

/** The value without its mark. */
function plain(value: JavaScriptValue | undefined): JavaScriptValue | undefined {
  const isMarked = typeof value === "object" && value !== null && secretKey in value;
  return isMarked ? (value as Properties)["value"] : value;
}

/** The state of what was asked for, as if a cluster had it. */
function stateOf(urn: string, asked: Properties, planned: Properties): { id: string; state: Properties } {
  const [, , types = "", called = ""] = urn.split("::");
  if (types.endsWith("kubernetes:helm.sh/v3:Release")) {
    const { name = "", namespace = "", version = "", chart = "" } = asked as Record<string, string>;
    const status = { appVersion: version, chart, name, namespace, revision: 1, status: "deployed", version };
    return { id: `${namespace}/${name}`, state: { ...planned, resourceNames: {}, status } };
  }
  const metadata = plain(asked["metadata"]) as { readonly name: string; readonly namespace?: string };
  const isToken = asked["type"] === "kubernetes.io/service-account-token";
  const paper = (words: string): string => Buffer.from(`${words} of ${called}`).toString("base64");
  return {
    id: metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`,
    state: {
      ...asked,
      ...(isToken ? { data: secret({ token: paper("token"), "ca.crt": paper("authority") }) } : {}),
      __inputs: asked,
      __initialApiVersion: asked["apiVersion"] ?? "",
      __fieldManager: `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`,
    },
  };
}

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
  const asked = request.getProperties()?.toJavaScript() ?? {};
  request.setPreview(true);
  const planned = (await forward(client, "create", request)) as CreateResponse;
  const { id, state } = stateOf(request.getUrn(), asked, planned.getProperties()?.toJavaScript() ?? {});
  const uid = world.add(server, typeIn(request), id, metadataIn(state));
  // Who kills the update now finds what was made and not recorded.
  if (request.getUrn().endsWith(`::${process.env[stallVariable] ?? ""}`)) await new Promise(() => undefined);
  const response = new CreateResponse();
  response.setId(id);
  response.setProperties(Struct.fromJavaScript(withUid(state, uid)));
  return response;
}

/** What the configuration says of the cluster; the rest is the stand-in's. */
function configure(client: Client, request: ConfigureRequest): Promise<unknown> {
  const text = plain(request.getArgs()?.toJavaScript()["kubeconfig"]);
  const kubeconfig = (typeof text === "string" ? parse(text) : undefined) as
    { clusters?: { cluster: { server: string } }[] } | undefined;
  server = kubeconfig?.clusters?.[0]?.cluster.server ?? server;
  return forward(client, "configure", request);
}

/** What is there is as it was made; of what is not, the engine is given no id. */
function read(request: ReadRequest): ReadResponse {
  const response = new ReadResponse();
  if (world.find(server, typeIn(request), request.getId()) === undefined) return response;
  response.setId(request.getId());
  response.setProperties(request.getProperties());
  response.setInputs(request.getInputs());
  return response;
}

function remove(request: DeleteRequest): Empty {
  world.remove(server, typeIn(request), request.getId());
  return new Empty();
}

function typeIn(request: { getUrn(): string }): string {
  return request.getUrn().split("::")[2]?.split("$").at(-1) ?? "";
}

function metadataIn(state: Properties): Properties {
  const metadata = plain(state["metadata"]);
  return typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? (metadata as Properties) : {};
}

/** As an API server gives one to every object; a Helm release has none. */
function withUid(state: Properties, uid: JavaScriptValue): Properties {
  return "metadata" in state ? { ...state, metadata: { ...metadataIn(state), uid } } : state;
}

async function update(client: Client, request: UpdateRequest): Promise<UpdateResponse> {
  if (request.getPreview()) return (await forward(client, "update", request)) as UpdateResponse;
  const asked = request.getNews()?.toJavaScript() ?? {};
  request.setPreview(true);
  const planned = (await forward(client, "update", request)) as UpdateResponse;
  const response = new UpdateResponse();
  const { state } = stateOf(request.getUrn(), asked, planned.getProperties()?.toJavaScript() ?? {});
  const { uid } = metadataIn(request.getOlds()?.toJavaScript() ?? {});
  response.setProperties(Struct.fromJavaScript(uid === undefined ? state : withUid(state, uid)));
  return response;
}

function answer(client: Client, method: string, request: unknown): Promise<unknown> {
  if (method === "create") return create(client, request as CreateRequest);
  if (method === "update") return update(client, request as UpdateRequest);
  if (method === "configure") return configure(client, request as ConfigureRequest);
  if (method === "read") return Promise.resolve(read(request as ReadRequest));
  if (method === "delete") return Promise.resolve(remove(request as DeleteRequest));
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
