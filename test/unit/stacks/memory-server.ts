import type { ApiServer } from "../../../access";

/** An API server in memory: objects by path, lists by path with the query. */
export class MemoryServer implements ApiServer {
  readonly removed: string[] = [];

  constructor(
    private readonly objects: Record<string, object | (() => object)>,
    private readonly date = "Sat, 28 Nov 2026 10:00:00 GMT",
  ) {}

  readonly ask: ApiServer["ask"] = (path) => {
    const found = this.objects[path];
    const body = typeof found === "function" ? (found as () => object)() : found;
    return Promise.resolve({
      status: body === undefined ? 404 : 200,
      body: JSON.stringify(body ?? {}),
      date: this.date,
    });
  };

  readonly remove: ApiServer["remove"] = (path) => {
    this.removed.push(path);
    Reflect.deleteProperty(this.objects, path);
    return Promise.resolve({ status: 200, body: "{}" });
  };

  readonly close = (): void => undefined;
}
