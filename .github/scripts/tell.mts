/**
 * Says something on GitHub in one place, and says it there again: a comment on a pull request, or an issue, that is found
 * by the hidden marker in its first line and written over.
 *
 *   node tell.mts comment <pull request's number> <marker> <file>
 *   node tell.mts issue <title> <marker> <file>      opens the issue, or writes over the one that is open
 *   node tell.mts settled <marker>                   closes the issue, where one is open
 *
 * It needs nothing but Node.js 24, and the variables that a workflow has: GITHUB_API_URL, GITHUB_REPOSITORY, and
 * GITHUB_TOKEN with the permission `pull-requests: write` or `issues: write`.
 */
import { readFile } from "node:fs/promises";

/** Who writes with a workflow's own token. What others write is left alone, whatever it begins with. */
const author = "github-actions[bot]";

/** The longest text that GitHub takes, in characters. */
const longest = 65_536;

/** As many as the API gives at once. */
const page = 100;

interface Told {
  readonly id: number;
  readonly number: number;
  readonly body: string | null;
  readonly user: { readonly login: string } | null;
  readonly pull_request?: unknown;
}

async function ask(method: string, path: string, body?: object): Promise<unknown> {
  const { GITHUB_API_URL = "https://api.github.com", GITHUB_REPOSITORY = "", GITHUB_TOKEN = "" } = process.env;
  const response = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${GITHUB_TOKEN}`,
      "x-github-api-version": "2022-11-28",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`GitHub answered ${response.status} to ${method} ${path}: ${text.slice(0, 300)}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** The first of a list, of however many pages, that is ours and has the marker. */
async function find(list: string, marker: string): Promise<Told | undefined> {
  for (let number = 1; ; number++) {
    const found = (await ask("GET", `${list}per_page=${page}&page=${number}`)) as Told[];
    const ours = found.find(
      ({ body, pull_request, user }) =>
        pull_request === undefined && user?.login === author && body?.split(/\r?\n/, 1)[0] === marker,
    );
    if (ours !== undefined || found.length < page) return ours;
  }
}

async function read(file: string, marker: string): Promise<string> {
  const text = await readFile(file, "utf8");
  if (text.split("\n", 1)[0] !== marker) throw new Error(`${file}: expected ${marker} as its first line`);
  if (text.length > longest) throw new Error(`${file}: expected at most ${longest} characters, found ${text.length}`);
  return text;
}

async function comment(number: string, marker: string, file: string): Promise<string> {
  const body = await read(file, marker);
  const known = await find(`issues/${number}/comments?`, marker);
  if (known === undefined) {
    await ask("POST", `issues/${number}/comments`, { body });
    return `comment written on #${number}`;
  }
  // GitHub gives back what it was given without the line break at its end.
  if (known.body?.trimEnd() === body.trimEnd()) return `comment on #${number} is as it should be`;
  await ask("PATCH", `issues/comments/${known.id}`, { body });
  return `comment on #${number} written over`;
}

async function issue(title: string, marker: string, file: string): Promise<string> {
  const body = await read(file, marker);
  const known = await find("issues?state=open&", marker);
  if (known === undefined) {
    await ask("POST", "issues", { title, body });
    return "issue opened";
  }
  await ask("PATCH", `issues/${known.number}`, { title, body });
  return `issue #${known.number} written over`;
}

async function settled(marker: string): Promise<string> {
  const known = await find("issues?state=open&", marker);
  if (known === undefined) return "no issue is open";
  await ask("PATCH", `issues/${known.number}`, { state: "closed", state_reason: "completed" });
  return `issue #${known.number} closed`;
}

const verbs: Readonly<Record<string, (args: readonly string[]) => Promise<string>>> = {
  comment: ([number = "", marker = "", file = ""]) => comment(number, marker, file),
  issue: ([title = "", marker = "", file = ""]) => issue(title, marker, file),
  settled: ([marker = ""]) => settled(marker),
};

const [verb = "", ...args] = process.argv.slice(2);
try {
  const run = verbs[verb];
  if (run === undefined)
    throw new Error(`expected one of ${Object.keys(verbs).join(", ")}, found ${verb || "nothing"}`);
  process.stdout.write(`${await run(args)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
