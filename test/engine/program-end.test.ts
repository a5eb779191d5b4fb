import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pollUntil } from "../../lab/wait";
import { paperCluster, PaperMesh } from "./paper/mesh";
import { describeEngine } from "./tools";

describeEngine("the program of a stack", (tools) => {
  let mesh: PaperMesh;
  let directory: string;

  before(async () => {
    mesh = await PaperMesh.create(tools());
    const config = { id: "mesh1", clusters: { east: paperCluster("east"), west: paperCluster("west") } };
    directory = (await mesh.options(config)).projectDirectory;
    execFileSync("pulumi", ["stack", "init", "paper"], { cwd: directory });
  });
  after(() => mesh.dispose());

  /** Process ids of programs that run for a project in the directory. */
  const programs = (): number[] =>
    processes().filter((pid) => {
      const command = readProc(pid, "cmdline");
      return command.includes("@pulumi/pulumi/cmd/run") && command.includes(directory);
    });

  const until = (what: string, condition: () => boolean): Promise<void> =>
    pollUntil(() => Promise.resolve(condition()), { what, timeoutMs: 30_000, intervalMs: 20 });

  /** An update in a session of its own, as operations start it. */
  function update(): ChildProcess {
    const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "paper"];
    return spawn("pulumi", args, { cwd: directory, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  }

  const moments: readonly { when: string; comes: (engine: ChildProcess) => Promise<unknown> }[] = [
    { when: "when it starts", comes: () => until("the program", () => programs().length > 0) },
    { when: "when it makes resources", comes: (engine) => heard(engine, /Secret .* creat/) },
  ];
  for (const { when, comes } of moments) {
    it(`ends when its engine is killed ${when}, which nobody is told`, async () => {
      const engine = update();
      const ended = once(engine, "exit");
      await comes(engine);
      engine.kill("SIGKILL");
      await ended;
      try {
        await until("the program to end", () => programs().length === 0);
      } finally {
        endSession(engine);
        rmSync(join(directory, "state/.pulumi/locks"), { recursive: true, force: true });
      }
    });
  }
});

async function heard({ stdout }: ChildProcess, words: RegExp): Promise<void> {
  let said = "";
  await new Promise<void>((resolve, reject) => {
    stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (words.test(said)) resolve();
    });
    stdout?.once("end", () => reject(new Error(`an update that said nothing of ${String(words)}: ${said}`)));
  });
}

/** Ends what the engine left behind: its language host and its plugins look for it every few minutes only. */
function endSession({ pid: session }: ChildProcess): void {
  // The session is the fourth field behind the program's name (proc_pid_stat).
  const isIn = (pid: number): boolean =>
    readProc(pid, "stat")
      .replace(/^.*\) /s, "")
      .split(" ")[3] === String(session);
  for (const pid of processes().filter(isIn)) process.kill(pid, "SIGKILL");
}

const processes = (): number[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);

/** A file of a process; empty where it has ended. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
