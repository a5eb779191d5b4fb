import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { kindOf, ProcessWatch } from "../../../bench/process-watch";

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
    const busy = `const held = Buffer.alloc(${mebibytes} << 20, 1); const end = Date.now() + 700; while (Date.now() < end); process.exit(held[0] - 1)`;
    const parent = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(busy)}])`;
    const child = spawn(process.execPath, ["-e", parent], { stdio: "ignore" });
    await once(child, "spawn");
    const watch = new ProcessWatch(child.pid as number);
    await once(child, "exit");
    const used = watch.stop();
    assert.equal(used("all").processes, 2);
    assert.ok(used("all").peakMiB > mebibytes, `${used("all").peakMiB} MiB`);
    assert.ok(used("all").processorSeconds > 0.1, `${used("all").processorSeconds} s`);
    assert.deepEqual(used("plugins"), { peakMiB: 0, processorSeconds: 0, processes: 0 });
  });
});
