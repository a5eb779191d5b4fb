import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime";

/** A resource as the program registered it. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly provider: string | undefined;
  /** Name of the component that it belongs to; undefined where that is the stack. */
  readonly parent: string | undefined;
  /** Names of the resources that must be there before it, sorted. Of a component that is waited for: its children. */
  readonly waitsFor: readonly string[];
  /** Whether it stays in its cluster when the program leaves it out. */
  readonly isKept: boolean;
  /** Whether Pulumi refuses to delete it. */
  readonly isProtected: boolean;
  /** Whether it is deleted before another takes its place. */
  readonly goesFirst: boolean;
  /** Inputs whose changes are passed over. */
  readonly ignores: readonly string[];
  /** Names and URNs that it had in stacks of earlier releases. */
  readonly formerly: readonly string[];
}

/** Pulumi's marker of a secret on the wire (sdk/nodejs/runtime/rpc.ts, specialSigKey and specialSecretSig). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Whether a recorded input travels as a secret. */
export function isSecret(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && (value as Record<string, unknown>)[signatureKey] === secretSignature
  );
}

/** Whether nothing is known of a recorded input yet, as in a preview before it exists; it may be a secret all the same. */
export function isUnknown(value: unknown): boolean {
  return reveal(value) === pulumi.unknown;
}

/** The recorded input without its secret wrapping, at any depth. */
export function reveal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reveal);
  // What is unknown is one object of the SDK's.
  if (typeof value !== "object" || value === null || value === pulumi.unknown) return value;
  const record = value as Record<string, unknown>;
  if (isSecret(record)) return reveal(record["value"]);
  return Object.fromEntries(Object.entries(record).map(([key, inner]) => [key, reveal(inner)]));
}

/** Outputs that a provider would fill in, by the resource's type and inputs; `id` among them where it matters. */
export type MockOutputs = (args: pulumi.runtime.MockResourceArgs) => Record<string, unknown>;

/**
 * Runs a program under Pulumi's mocks and returns everything that it registered, in the order of the names.
 *
 * What this proves is what the program asks of the engine. It proves neither what becomes of aliases nor transforms, which
 * the mocks do not run, nor that a provider accepts it: the engine and lab rings do.
 */
export async function record(
  mode: "update" | "preview",
  outputs: MockOutputs,
  program: () => unknown,
): Promise<RecordedResource[]> {
  const resources: RecordedResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        const inputs = args.inputs as Record<string, unknown>;
        resources.push({ type: args.type, name: args.name, inputs, provider: args.provider, ...noOptions });
        const { id = args.id ? args.id : `${args.name}-id`, ...filled } = outputs(args);
        return { id: String(id), state: { ...inputs, ...filled } };
      },
      call: (args) => {
        throw new Error(`the program calls ${args.token}, which no component should`);
      },
    },
    "isthmus",
    "test",
    mode === "preview",
  );
  const options = listenForOptions();
  await pulumi.runtime.runInPulumiStack(async () => {
    await program();
    return {};
  });
  await pulumi.runtime.disconnect();
  return resources
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map((resource) => ({ ...resource, ...(options.get(keyOf(resource.type, resource.name)) ?? noOptions) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Options of a resource that the mocks are told but do not hand on. */
type Options = Omit<RecordedResource, "type" | "name" | "inputs" | "provider">;

const noOptions: Options = {
  parent: undefined,
  waitsFor: [],
  isKept: false,
  isProtected: false,
  goesFirst: false,
  ignores: [],
  formerly: [],
};

/** The options of all resources, by {@link keyOf}. */
function listenForOptions(): ReadonlyMap<string, Options> {
  const found = new Map<string, Options>();
  const monitor = getMonitor();
  if (monitor === undefined) throw new Error("there are no mocks");
  const registerResource = monitor.registerResource.bind(monitor) as (...args: unknown[]) => unknown;
  const listen = (request: Registration, ...rest: unknown[]): unknown => {
    found.set(keyOf(request.getType(), request.getName()), optionsIn(request));
    return registerResource(request, ...rest);
  };
  Object.assign(monitor, { registerResource: listen });
  return found;
}

function optionsIn(request: Registration): Options {
  const parent = request.getParent();
  return {
    parent: componentIn(parent),
    waitsFor: request.getDependenciesList().map(nameIn).sort(),
    isKept: request.getRetainondelete() === true,
    isProtected: request.getProtect() === true,
    goesFirst: request.getDeletebeforereplace() === true,
    ignores: request.getIgnorechangesList(),
    formerly: [...request.getAliasesList().map(formerNameIn), ...request.getAliasurnsList()],
  };
}

function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** The component of a URN; undefined for none, and for the stack. */
function componentIn(urn: string): string | undefined {
  return urn === "" || urn.includes("::pulumi:pulumi:Stack::") ? undefined : nameIn(urn);
}

function formerNameIn(alias: FormerName): string {
  const spec = alias.getSpec();
  if (spec === undefined) return alias.getUrn();
  const parent = componentIn(spec.getParenturn());
  return [spec.getType(), spec.getName(), parent === undefined ? "" : `in ${parent}`].filter(Boolean).join(" ");
}

/** A request to make a resource, as the SDK writes it. */
interface Registration {
  getType(): string;
  getName(): string;
  getParent(): string;
  getDependenciesList(): string[];
  getRetainondelete(): boolean | undefined;
  getProtect(): boolean | undefined;
  getDeletebeforereplace(): boolean | undefined;
  getIgnorechangesList(): string[];
  getAliasesList(): FormerName[];
  getAliasurnsList(): string[];
}

/** An alias in such a request. */
interface FormerName {
  getUrn(): string;
  getSpec(): { getType(): string; getName(): string; getParenturn(): string } | undefined;
}

function keyOf(type: string, name: string): string {
  return `${type} ${name}`;
}
