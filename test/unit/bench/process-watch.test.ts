import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { kindOf, ProcessWatch, type Usage } from "../../../bench/process-watch";
import { pollUntil } from "../../../lab/wait";

describe("the watch over a command's processes", () => {
  it("tells them apart by their command lines", () => {
    assert.equal(kindOf(["/lab/bin/pulumi", "preview"]), "engine");
    assert.equal(kindOf(["/lab/bin/pulumi-resource-kubernetes", "127.0.0.1:41"]), "plugins");
    assert.equal(kindOf(["/lab/bin/pulumi-language-nodejs", "127.0.0.1:41"]), "other");
    assert.equal(
      kindOf(["/usr/bin/node", "--require", "tsx/cjs", "/p/node_modules/@pulumi/pulumi/cmd/run", "index.ts"]),
      "program",
    );
  });

  it("counts memory and processor time of a process and of its children", async () => {
    const mebibytes = 150;
    const busy = `const held = Buffer.alloc(${mebibytes} << 20, 1); while (held[0] === 1);`;
    const parent = `const { pid } = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(busy)}]); process.stdin.on("end", () => process.kill(pid, "SIGKILL")).resume()`;
    const child = spawn(process.execPath, ["-e", parent], { stdio: ["pipe", "ignore", "ignore"] });
    await once(child, "spawn");
    const watch = new ProcessWatch(child.pid as number);
    const isSeen = ({ peakMiB, processorSeconds }: Usage): boolean => peakMiB > mebibytes && processorSeconds > 0.1;
    await pollUntil(() => Promise.resolve(isSeen(watch.used("all"))), { what: "the child", timeoutMs: 15_000 });
    child.stdin.end();
    await once(child, "exit");
    const used = watch.stop();
    assert.equal(used("all").processes, 2);
    assert.deepEqual(used("plugins"), { peakMiB: 0, processorSeconds: 0, processes: 0 });
  });

  it("leaves out what a process had started before", async () => {
    const start = async (): Promise<ChildProcess> => {
      const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
      await once(child, "spawn");
      return child;
    };
    const earlier = await start();
    const watch = new ProcessWatch(process.pid);
    const later = await start();
    const hasSeen = (): Promise<boolean> => Promise.resolve(watch.used("all").processes > 1);
    await pollUntil(hasSeen, { what: "the later child", timeoutMs: 15_000 });
    assert.equal(watch.stop()("all").processes, 2);
    for (const child of [earlier, later]) child.stdin?.end();
  });
});
