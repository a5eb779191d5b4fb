import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labImages, writeImage, type ImageSpec } from "../../../lab/images";
import { libraryEntries } from "../../../lab/images/images";
import { withParents } from "../../../lab/images/oci";

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

describe("container images", () => {
  let directory: string;
  let spec: ImageSpec;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-oci-"));
    const program = join(directory, "program");
    // More than one piece is read of it, and its size is no whole number of blocks.
    await writeFile(program, Buffer.alloc(9 * 1024 * 1024 + 13, "x"), { mode: 0o755 });
    spec = {
      name: "lab.local/istio/example:lab",
      entries: [
        { path: "usr/bin/program", source: program },
        { path: "bin/alias", linkTarget: "../usr/bin/program" },
        { path: "etc/motd", content: "hello\n" },
        { path: "tmp", directory: true, mode: 0o1777 },
      ],
      entrypoint: ["/usr/bin/program"],
      environment: ["SERVICE_VERSION=v1"],
      user: "1337:1337",
    };
  });
  after(() => rm(directory, { recursive: true }));

  const read = (archive: string, path: string): Buffer =>
    execFileSync("tar", ["-xOf", archive, path], { maxBuffer: 64 * 1024 * 1024 });
  const readJson = (archive: string, path: string): unknown => JSON.parse(read(archive, path).toString());
  const blob = ({ digest }: Descriptor): string => `blobs/sha256/${digest.replace("sha256:", "")}`;

  it("are OCI layouts whose digests and sizes are those of their contents", async () => {
    const archive = join(directory, "image.tar");
    await writeImage(spec, archive);
    assert.deepEqual(readJson(archive, "oci-layout"), { imageLayoutVersion: "1.0.0" });

    const index = readJson(archive, "index.json") as {
      manifests: (Descriptor & { annotations: Record<string, string> })[];
    };
    const [manifestDescriptor] = index.manifests;
    assert.ok(manifestDescriptor !== undefined && index.manifests.length === 1);
    assert.deepEqual(manifestDescriptor.annotations, {
      "io.containerd.image.name": "lab.local/istio/example:lab",
      "org.opencontainers.image.ref.name": "lab",
    });

    const manifest = readJson(archive, blob(manifestDescriptor)) as { config: Descriptor; layers: Descriptor[] };
    const [layer] = manifest.layers;
    assert.ok(layer !== undefined && manifest.layers.length === 1);
    for (const descriptor of [manifestDescriptor, manifest.config, layer]) {
      const content = read(archive, blob(descriptor));
      assert.equal(content.length, descriptor.size);
      assert.equal(`sha256:${createHash("sha256").update(content).digest("hex")}`, descriptor.digest);
    }

    const config = readJson(archive, blob(manifest.config)) as {
      config: Record<string, unknown>;
      rootfs: { diff_ids: string[] };
    };
    assert.deepEqual(config.rootfs.diff_ids, [layer.digest]);
    assert.equal(config.config["User"], "1337:1337");
    assert.deepEqual(config.config["Entrypoint"], ["/usr/bin/program"]);
    assert.ok((config.config["Env"] as string[]).includes("SERVICE_VERSION=v1"));

    const layerTar = join(directory, "layer.tar");
    await writeFile(layerTar, read(archive, blob(layer)));
    const paths = execFileSync("tar", ["-tf", layerTar], { encoding: "utf8" }).trimEnd().split("\n");
    assert.deepEqual(paths, ["bin/", "bin/alias", "etc/", "etc/motd", "tmp/", "usr/", "usr/bin/", "usr/bin/program"]);
    assert.equal(read(layerTar, "etc/motd").toString(), "hello\n");
    assert.equal(read(layerTar, "usr/bin/program").length, 9 * 1024 * 1024 + 13);
  });

  it("are the same bytes each time", async () => {
    const [one, other] = [join(directory, "one.tar"), join(directory, "other.tar")];
    await writeImage(spec, one);
    await writeImage({ ...spec, entries: [...spec.entries].reverse() }, other);
    assert.ok((await readFile(one)).equals(await readFile(other)));
  });

  it("get each directory once, before what is in it, with the mode that was asked for", () => {
    const entries = withParents([
      { path: "a/b/file", content: "" },
      { path: "a/b", directory: true, mode: 0o700 },
      { path: "a-b", content: "" },
    ]);
    assert.deepEqual(
      entries.map(({ path }) => path),
      ["a", "a-b", "a/b", "a/b/file"],
    );
    assert.deepEqual(entries[2], { path: "a/b", directory: true, mode: 0o700 });
  });

  it("have the loader at its own path and libraries where it looks", () => {
    const entries = libraryEntries(["/cache/lib/libnftnl.so.11", "/lib/x/libc.so.6", "/lib64/ld-linux-x86-64.so.2"]);
    assert.deepEqual(
      entries.map(({ path }) => path),
      ["lib/x/libnftnl.so.11", "lib/x/libc.so.6", "lib64/ld-linux-x86-64.so.2"],
    );
  });

  it("are named as the lab's charts and manifests ask for them", async () => {
    const images = await labImages({
      cluster: "/cluster",
      metallb: "/metallb",
      envoy: "/envoy",
      bootstrapTemplate: "/template.json",
      iptables: { binary: "/sbin/xtables-nft-multi", modules: directory, libraries: ["/lib/libc.so.6"] },
    });
    assert.deepEqual(images.map(({ name }) => name).sort(), [
      "lab.local/coredns:lab",
      "lab.local/curl:lab",
      "lab.local/istio/examples-helloworld-v1:1.0",
      "lab.local/istio/examples-helloworld-v2:1.0",
      "lab.local/istio/pilot:lab",
      "lab.local/istio/proxyv2:lab",
      "lab.local/metallb-controller:lab",
      "lab.local/metallb-speaker:lab",
      "lab.local/pause:lab",
    ]);
    const user = new Map(images.map((image) => [image.name, image.user]));
    assert.equal(user.get("lab.local/istio/pilot:lab"), "1337:1337");
    assert.equal(user.get("lab.local/istio/proxyv2:lab"), "1337:1337");
  });
});
