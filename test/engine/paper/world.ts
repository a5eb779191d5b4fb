import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Variable that names the directory of the clusters on paper to the provider plugin. */
export const worldVariable = "ISTHMUS_PAPER_WORLD";

/** Variable that names a resource which is made, and of which its provider says nothing for ever. */
export const stallVariable = "ISTHMUS_PAPER_STALL";

/** What there is of an object on paper. */
export interface PaperObject {
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * What clusters on paper have: a directory for each API server, a file for each object. The provider plugin writes it, and
 * the API servers tell of it.
 */
export class PaperWorld {
  constructor(private readonly directory: string) {}

  /** Notes an object that is made. @returns Its UID. */
  add(server: string, type: string, id: string, metadata: PaperObject["metadata"]): string {
    const uid = randomUUID();
    mkdirSync(this.of(server), { recursive: true });
    writeFileSync(this.file(server, type, id), JSON.stringify({ metadata: { ...metadata, uid } }));
    return uid;
  }

  find(server: string, type: string, id: string): PaperObject | undefined {
    const file = this.file(server, type, id);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as PaperObject) : undefined;
  }

  remove(server: string, type: string, id: string): void {
    rmSync(this.file(server, type, id), { force: true });
  }

  /** Takes all away that a cluster has. */
  clear(server: string): void {
    rmSync(this.of(server), { recursive: true, force: true });
  }

  private of(server: string): string {
    return join(this.directory, encodeURIComponent(new URL(server).host));
  }

  private file(server: string, type: string, id: string): string {
    return join(this.of(server), encodeURIComponent(`${type} ${id}`));
  }
}
