import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A comment or an issue. */
export interface Told {
  readonly id: number;
  readonly number: number;
  readonly user: { readonly login: string };
  readonly pull_request?: object;
  title?: string;
  body: string;
  state?: string;
}

/** The part of GitHub's API that the workflows' script uses, for one repository on this machine. */
export class FakeGitHub {
  readonly comments: Told[] = [];
  readonly issues: Told[] = [];
  /** Requests that change something, as `METHOD path`. */
  readonly changes: string[] = [];
  /** Whether it refuses to be changed. */
  isReadOnly = false;
  private readonly server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const isKnown = request.headers.authorization === "Bearer token-of-the-test";
      const { method = "", url = "" } = request;
      const [status, body] = isKnown ? this.answer(method, url, text) : [401, { message: "Bad credentials" }];
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((fulfil) => this.server.listen(0, "127.0.0.1", fulfil));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await new Promise((fulfil) => this.server.close(fulfil));
  }

  /** Something that somebody else said before. */
  static told(number: number, body: string, login: string, more: object = {}): Told {
    return { id: 1000 + number, number, body, user: { login }, ...more };
  }

  private answer(method: string, url: string, text: string): [status: number, body: unknown] {
    const [path = "", query = ""] = url.replace("/repos/somebody/meshes/", "").split("?");
    const parameters = new URLSearchParams(query);
    const body = text === "" ? {} : (JSON.parse(text) as Partial<Told>);
    if (method !== "GET") {
      this.changes.push(`${method} ${path}`);
      if (this.isReadOnly) return [403, { message: "Resource not accessible by integration" }];
    }
    const list = path.includes("comments") ? this.comments : this.issues;
    if (method === "GET") {
      const size = Number(parameters.get("per_page"));
      const first = (Number(parameters.get("page")) - 1) * size;
      const open = list.filter(({ state }) => parameters.get("state") !== "open" || state !== "closed");
      return [200, open.slice(first, first + size)];
    }
    if (method === "POST") {
      const number = list.length + 1;
      list.push({ ...FakeGitHub.told(number, "", "github-actions[bot]"), ...body });
      return [201, list.at(-1)];
    }
    const key = Number(path.split("/").at(-1));
    const found = list.find(({ id, number }) => (list === this.comments ? id : number) === key);
    if (method !== "PATCH" || found === undefined) return [404, { message: "Not Found" }];
    return [200, Object.assign(found, body)];
  }
}
