import { once } from "node:events";
import { credentials, Metadata, type ClientDuplexStream, Client } from "@grpc/grpc-js";
import { BinaryReader, BinaryWriter } from "google-protobuf";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A sidecar, as it introduces itself to istiod. */
export interface SidecarNode {
  readonly namespace: string;
  readonly cluster: string;
  readonly network: string;
  /** Address of its pod. */
  readonly address: string;
}

/** Bytes of what istiod tells a sidecar, by kind, without the envelope of the protocol. */
export interface ConfigurationSize {
  readonly clusters: number;
  readonly endpoints: number;
  readonly listeners: number;
  readonly routes: number;
  /** Names that the sidecar's DNS answers. */
  readonly names: number;
}

/** One kind of configuration: names of resources, and their bytes together. */
interface Told {
  readonly names: readonly string[];
  readonly bytes: number;
}

const types = {
  clusters: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  endpoints: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
  listeners: "type.googleapis.com/envoy.config.listener.v3.Listener",
  routes: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
  names: "type.googleapis.com/istio.networking.nds.v1.NameTable",
} as const;

const method = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";

/** Of a cluster whose endpoints istiod tells; others have their addresses in them. */
const toldEndpoints = "outbound|";

/**
 * Asks an istiod as the Envoy of a sidecar does (ADS, state of the world), and gives the size of what it is told.
 * @param address Of istiod's port without TLS.
 * @param port Of the calls: the name of the sidecar's routes for it.
 */
export async function configurationSize(address: string, node: SidecarNode, port: number): Promise<ConfigurationSize> {
  const client = new Client(address, credentials.createInsecure(), { "grpc.max_receive_message_length": -1 });
  const stream = client.makeBidiStreamRequest(method, (request: Buffer) => request, readResponse, new Metadata());
  try {
    const ask = (type: string, names: readonly string[] = []): Promise<Told> => told(stream, node, type, names);
    const clusters = await ask(types.clusters);
    const withEndpoints = clusters.names.filter((name) => name.startsWith(toldEndpoints));
    const endpoints = await ask(types.endpoints, withEndpoints);
    const listeners = await ask(types.listeners);
    const routes = await ask(types.routes, [String(port)]);
    const names = await ask(types.names);
    return {
      clusters: clusters.bytes,
      endpoints: endpoints.bytes,
      listeners: listeners.bytes,
      routes: routes.bytes,
      names: names.bytes,
    };
  } finally {
    stream.resume();
    stream.end();
    await once(stream, "end");
    client.close();
  }
}

interface Response extends Told {
  readonly type: string;
}

function told(
  stream: ClientDuplexStream<Buffer, Response>,
  node: SidecarNode,
  type: string,
  names: readonly string[],
): Promise<Told> {
  return new Promise((resolve, reject) => {
    const take = (response: Response): void => {
      // What is pushed meanwhile of another kind was asked for before.
      if (response.type !== type) return;
      stream.off("data", take);
      stream.off("error", reject);
      resolve(response);
    };
    stream.on("data", take);
    stream.once("error", reject);
    stream.write(requestFor(node, type, names));
  });
}

/** A DiscoveryRequest: `node` is its field 2, `resource_names` 3, `type_url` 4. */
function requestFor(node: SidecarNode, type: string, names: readonly string[]): Buffer {
  const writer = new BinaryWriter();
  writer.writeBytes(2, nodeBytes(node));
  for (const name of names) writer.writeString(3, name);
  writer.writeString(4, type);
  return Buffer.from(writer.getResultBuffer());
}

/** A Node: `id` is its field 1, `metadata` 3. */
function nodeBytes({ address, cluster, namespace, network }: SidecarNode): Uint8Array {
  const writer = new BinaryWriter();
  writer.writeString(1, `sidecar~${address}~caller.${namespace}~${namespace}.svc.cluster.local`);
  const metadata = {
    NAMESPACE: namespace,
    CLUSTER_ID: cluster,
    NETWORK: network,
    ISTIO_VERSION: "1.31.1",
    DNS_CAPTURE: "true",
    INSTANCE_IPS: address,
    LABELS: { app: "caller" },
    SERVICE_ACCOUNT: "default",
  };
  writer.writeBytes(3, Struct.fromJavaScript(metadata).serializeBinary());
  return writer.getResultBuffer();
}

/** A DiscoveryResponse: `resources` are its field 2, each an Any with the resource in field 2, `type_url` is 4. */
function readResponse(bytes: Buffer): Response {
  const reader = new BinaryReader(bytes);
  const names: string[] = [];
  let size = 0;
  let type = "";
  while (reader.nextField()) {
    if (reader.getFieldNumber() === 2) {
      const resource = fieldOf(reader.readBytes(), 2);
      size += resource.length;
      names.push(new TextDecoder().decode(fieldOf(resource, 1)));
    } else if (reader.getFieldNumber() === 4) type = reader.readString();
    else reader.skipField();
  }
  return { type, names, bytes: size };
}

/** A field of a message, one that is a text or a message itself; empty where it is not there. */
function fieldOf(message: Uint8Array, field: number): Uint8Array {
  const reader = new BinaryReader(message);
  while (reader.nextField()) {
    if (reader.getFieldNumber() === field) return reader.readBytes();
    reader.skipField();
  }
  return new Uint8Array();
}
