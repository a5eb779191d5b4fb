import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { configurationPath, listed, type IstioPlan, type Problem } from "../../topology";
import { describeConnectionError } from "./connection-problem";
import { describeFileError } from "../file-problem";
import { noFindings, type Findings } from "./findings";
import { agentFor, ConnectionError, deadlineIn, send, type Answer } from "../connection/http";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { below } from "../mapping";
import { readJson } from "./permissions";
import { proxyFor } from "../connection/proxy";
import { readYaml } from "../yaml";

/** The charts that a mesh is installed from. */
const charts = ["base", "istiod", "gateway"] as const;

/** Looks whether the charts are where the configuration says, in the version that it says. */
export async function checkCharts(
  istio: IstioPlan,
  projectDirectory: string,
  environment: Environment,
  timeoutMs: number,
): Promise<Findings> {
  if ("directory" in istio.charts) {
    return { ...noFindings(), problems: await checkDirectory(istio.charts.directory, projectDirectory) };
  }
  if (!("repository" in istio.charts)) return noFindings();
  const url = indexOf(istio.charts.repository);
  try {
    const answer = await download(url, environment, deadlineIn(timeoutMs));
    return { ...noFindings(), problems: repositoryProblems(answer, url, istio.version) };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return unreachable(error, url, timeoutMs);
  }
}

const repositoryPath = configurationPath("istio", "charts", "repository");

function indexOf(repository: string): URL {
  return new URL("index.yaml", repository.endsWith("/") ? repository : `${repository}/`);
}

function unreachable(error: ConnectionError, { host }: URL, timeoutMs: number): Findings {
  const described = { path: repositoryPath, ...describeConnectionError(error, host, timeoutMs) };
  if (error.kind === "proxy") return { ...noFindings(), warnings: [described] };
  const fix =
    "Name a repository that this machine reaches, or put the charts into a folder and name it as `directory`.";
  return { ...noFindings(), problems: [{ ...described, fix }] };
}

async function checkDirectory(directory: string, projectDirectory: string): Promise<Problem[]> {
  const missing = await Promise.all(
    charts.map(async (chart) => {
      const file = join(directory, chart, "Chart.yaml");
      try {
        await access(resolve(projectDirectory, file));
        return [];
      } catch (error) {
        return [`${describeFileError(error)} at ${file}`];
      }
    }),
  );
  const found = missing.flat();
  if (found.length === 0) return [];
  return [
    {
      path: configurationPath("istio", "charts", "directory"),
      expected: "a directory with the charts base, istiod and gateway",
      found: listed(found),
      fix: "Put the charts there (`helm pull --untar`), or name the directory that has them.",
    },
  ];
}

function repositoryProblems(answer: Answer, url: URL, version: string): Problem[] {
  if (answer.status !== 200) {
    return [
      {
        path: repositoryPath,
        expected: `a Helm chart repository at ${url.host}`,
        found: `${answer.status} for index.yaml`,
        fix: "Mend the URL: index.yaml must be right below it.",
      },
    ];
  }
  const missing = charts.filter((chart) => !versionsOf(answer.body, chart).includes(version));
  if (missing.length === 0) return [];
  const offered = versionsOf(answer.body, "istiod");
  return [
    {
      path: configurationPath("istio", "version"),
      expected: `a version of which ${url.host} has the charts base, istiod and gateway`,
      found: `${version}, of which it has no ${missing.join(", ")}`,
      fix:
        offered.length === 0
          ? "Name a repository of Istio's charts."
          : `Take another version: it has ${listed(offered, 5)}.`,
    },
  ];
}

/** How often a repository may send us elsewhere. */
const mostRedirects = 5;

async function download(start: URL, environment: Environment, deadline: AbortSignal): Promise<Answer> {
  let url = start;
  for (let redirects = 0; ; redirects++) {
    const proxy = proxyFor(url, environment);
    const agent = agentFor(url, proxy === undefined ? {} : { proxy });
    try {
      const answer = await send({ url, agent, headers: authorization(url), deadline });
      const next =
        answer.location === undefined || answer.status < 300 || answer.status > 399
          ? undefined
          : nextUrl(answer.location, url);
      if (next === undefined || redirects === mostRedirects) return answer;
      url = next;
    } finally {
      agent.destroy();
    }
  }
}

function nextUrl(location: string, from: URL): URL | undefined {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  return next?.protocol === "https:" || next?.protocol === from.protocol ? next : undefined;
}

function authorization(url: URL): Record<string, string> {
  if (url.username === "") return {};
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/**
 * The versions of a chart in a repository's index, in the index's order. An index of Istio's has thousands of lines and
 * reading all of YAML would take seconds, so the form in which Helm writes it is read by line, and any other in full.
 */
export function versionsOf(index: string, chart: string): readonly string[] {
  const byLine = versionsByLine(index, chart);
  if (byLine.length > 0) return byLine;
  const content = index.trimStart().startsWith("{") ? readJson(index) : readSmallYaml(index);
  const entries = below(content, "entries", chart);
  if (!Array.isArray(entries)) return [];
  return entries.map((entry) => below(entry, "version")).filter((version) => typeof version === "string");
}

/** Above this size an index that Helm did not write is passed over, in characters: reading it would take seconds. */
const longestForeignIndex = 1_000_000;

function readSmallYaml(index: string): unknown {
  if (index.length > longestForeignIndex) return undefined;
  const read = readYaml(index);
  return "content" in read ? read.content : undefined;
}

function versionsByLine(index: string, chart: string): readonly string[] {
  const start = index.search(new RegExp(`^  ${chart}:\\s*$`, "m"));
  if (start < 0) return [];
  const versions: string[] = [];
  for (const line of index.slice(start).split("\n").slice(1)) {
    if (/^( {0,2}[^\s#-])/.test(line)) break;
    const version = /^(?: {2}- | {4})version: *["']?([^"'\s]+)["']?\s*$/.exec(line)?.[1];
    if (version !== undefined) versions.push(version);
  }
  return versions;
}
