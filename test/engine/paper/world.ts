import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isReachedBy } from "./api-path";

/** Variable that names the directory of the clusters on paper to the provider plugin. */
export const worldVariable = "ISTHMUS_PAPER_WORLD";

/** Variable that names a resource which is made, and of which its provider says nothing for ever. */
export const stallVariable = "ISTHMUS_PAPER_STALL";

/** The token that an API server on paper accepts at first. */
const firstToken = "token-on-paper";

/** What a namespace is called among the types of Pulumi's. */
const namespaceType = "kubernetes:core/v1:Namespace";

/** What there is of an object on paper: what was asked for, its secrets in plain. */
export interface PaperObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** An object, and where it is. */
export interface PlacedObject {
  /** `host:port` of the API server. */
  readonly server: string;
  /** Pulumi's type. */
  readonly type: string;
  /** Pulumi's id: `namespace/name`, or the name. */
  readonly id: string;
  readonly object: PaperObject;
}

/**
 * What clusters on paper have: a directory for each API server, a file for each object. The provider plugin writes it, and
 * the API servers tell of it.
 */
export class PaperWorld {
  constructor(private readonly directory: string) {}

  /** Notes an object that is made. @returns Its UID. */
  add(server: string, type: string, id: string, object: PaperObject): string {
    const uid = randomUUID();
    mkdirSync(this.of(server), { recursive: true });
    const creationTimestamp = new Date().toISOString();
    this.write(server, type, id, { ...object, metadata: { ...object.metadata, uid, creationTimestamp } });
    return uid;
  }

  /** Notes what became of an object; its UID and the time when it was made stay. */
  change(server: string, type: string, id: string, object: PaperObject): void {
    const { uid, creationTimestamp } = this.find(server, type, id)?.metadata ?? {};
    this.write(server, type, id, { ...object, metadata: { ...object.metadata, uid, creationTimestamp } });
  }

  find(server: string, type: string, id: string): PaperObject | undefined {
    return read(this.file(server, type, id));
  }

  /** UID of the object that a patch is of; undefined for what is no patch. */
  uidOfPatched(server: string, type: string, id: string): string | undefined {
    const uid = isPatch(type) ? this.find(server, type.slice(0, -patch.length), id)?.metadata["uid"] : undefined;
    return typeof uid === "string" ? uid : undefined;
  }

  /** Takes an object away; with a namespace goes all that is in it. */
  remove(server: string, type: string, id: string): void {
    rmSync(this.file(server, type, id), { force: true });
    if (type !== namespaceType) return;
    for (const { type: other, id: inside } of this.at(server)) {
      if (inside.startsWith(`${id}/`)) rmSync(this.file(server, other, inside), { force: true });
    }
  }

  /** Takes all away that a cluster has. */
  clear(server: string): void {
    rmSync(this.of(server), { recursive: true, force: true });
  }

  /** The token that an API server accepts. */
  tokenOf(server: string): string {
    const file = this.tokenFile(server);
    return existsSync(file) ? readFileSync(file, "utf8") : firstToken;
  }

  /** Lets an API server accept another token, and no more the one before. */
  renewToken(server: string): void {
    const token = `renewed-${randomUUID()}`;
    mkdirSync(`${this.directory}-tokens`, { recursive: true });
    writeFileSync(this.tokenFile(server), token);
  }

  /** All objects that an API server has. */
  at(server: string): PlacedObject[] {
    return this.inDirectory(encodeURIComponent(new URL(server).host));
  }

  /** All objects of all clusters. */
  all(): PlacedObject[] {
    return existsSync(this.directory) ? readdirSync(this.directory).flatMap((name) => this.inDirectory(name)) : [];
  }

  /** What the API server has at a path, with a query or without: one object, or those of a collection. */
  reachedBy(server: string, path: string): PlacedObject[] {
    return this.at(server).filter(({ object }) => isReachedBy(object, path));
  }

  private inDirectory(name: string): PlacedObject[] {
    const directory = join(this.directory, name);
    if (!existsSync(directory)) return [];
    return readdirSync(directory).flatMap((file) => {
      const object = read(join(directory, file));
      const [type = "", id = ""] = decodeURIComponent(file).split(" ");
      return object === undefined ? [] : [{ server: decodeURIComponent(name), type, id, object }];
    });
  }

  /** A file is there whole or not at all: an API server reads while a provider writes, and a provider may be killed. */
  private write(server: string, type: string, id: string, object: PaperObject): void {
    const written = `${this.directory}-${randomUUID()}`;
    writeFileSync(written, JSON.stringify(object));
    renameSync(written, this.file(server, type, id));
  }

  private tokenFile(server: string): string {
    return join(`${this.directory}-tokens`, encodeURIComponent(new URL(server).host));
  }

  private of(server: string): string {
    return join(this.directory, encodeURIComponent(new URL(server).host));
  }

  private file(server: string, type: string, id: string): string {
    return join(this.of(server), encodeURIComponent(`${type} ${id}`));
  }
}

/** What a file holds; undefined where there is none. */
function read(file: string): PaperObject | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return JSON.parse(text) as PaperObject;
}

/** What Pulumi's types of patches end with. */
const patch = "Patch";

function isPatch(type: string): boolean {
  return type.endsWith(patch);
}

/** Objects with what patches set in them, as an API server shows them; a patch of nothing is the object. Pure. */
export function withPatches(found: readonly PlacedObject[]): PlacedObject[] {
  const patched = ({ type, id }: PlacedObject): PlacedObject[] =>
    found.filter((other) => other.type === `${type}${patch}` && other.id === id);
  const isOfAnother = ({ type, id }: PlacedObject): boolean =>
    isPatch(type) && found.some((other) => `${other.type}${patch}` === type && other.id === id);
  return found
    .filter((one) => !isOfAnother(one))
    .map((one) => {
      if (patched(one).length === 0) return one;
      const marks = (key: "labels" | "annotations"): object =>
        Object.assign({}, ...[one, ...patched(one)].map(({ object }) => object.metadata[key] ?? {})) as object;
      const metadata = { ...one.object.metadata, labels: marks("labels"), annotations: marks("annotations") };
      return { ...one, object: { ...one.object, metadata } };
    });
}
