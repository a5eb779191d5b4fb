import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import {
  choosePlugins,
  describeChoice,
  pluginSettings,
  type PluginAvailability,
  type PluginSource,
} from "../../../lab/plugin-choice";
import { languageHostArguments, languageHostScript } from "../../../lab/language-host";
import { dependencies, devDependencies } from "../../../package.json";
import { pluginSetting, providerPlugins } from "../../../lab/plugins";
import { ConfigurationError } from "../../../topology";

const plugin: PluginAvailability = { name: "tls", version: "5.5.1", installed: false, standIn: false };
const offline = "get.pulumi.com: no answer within 4 s";

function sourceOf(setting: (typeof pluginSettings)[number], given: Partial<PluginAvailability>): PluginSource {
  const [choice] = choosePlugins(setting, [{ ...plugin, ...given }]);
  assert.ok(choice);
  return choice.source;
}

describe("which provider plugins the lab uses", () => {
  const cases: [string, (typeof pluginSettings)[number], Partial<PluginAvailability>, PluginSource][] = [
    ["the installed official one first", "auto", { installed: true, standIn: true }, "installed"],
    ["else the official one that can be downloaded", "auto", { standIn: true }, "download"],
    ["else the stand-in", "auto", { standIn: true, downloadFailure: offline }, "stand-in"],
    [
      "the installed one whatever a download came to",
      "auto",
      { installed: true, downloadFailure: offline },
      "installed",
    ],
    ["the stand-in where it is asked for", "stand-in", { installed: true, standIn: true }, "stand-in"],
    ["the official one where it is asked for", "official", { installed: true, standIn: true }, "installed"],
    ["its download where it is asked for", "official", { standIn: true }, "download"],
  ];
  for (const [what, setting, given, source] of cases) {
    it(`is ${what}`, () => {
      assert.equal(sourceOf(setting, given), source);
    });
  }

  it("is decided for each by itself", () => {
    const choice = choosePlugins("auto", [
      { ...plugin, name: "kubernetes", installed: true, standIn: true },
      { ...plugin, standIn: true, downloadFailure: offline },
    ]);
    assert.deepEqual(
      choice.map(({ source }) => source),
      ["installed", "stand-in"],
    );
    assert.equal(
      describeChoice(choice),
      "Pulumi provider plugins: kubernetes 5.5.1 (official), tls 5.5.1 (the lab's stand-in)",
    );
  });

  it("names every plugin that the setting rules out, at once", () => {
    const plugins = ["kubernetes", "tls"].map((name) => ({ ...plugin, name, standIn: true, downloadFailure: offline }));
    assert.throws(
      () => choosePlugins("official", plugins),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.deepEqual(
          error.problems.map(({ expected }) => expected),
          ["the official Pulumi provider kubernetes 5.5.1", "the official Pulumi provider tls 5.5.1"],
        );
        assert.match(error.message, /none to be downloaded \(get\.pulumi\.com: no answer within 4 s\)/);
        assert.match(error.message, /pulumi plugin install resource tls 5\.5\.1/);
        return true;
      },
    );
  });

  it("is an error where there is neither an official one nor a stand-in", () => {
    assert.throws(() => sourceOf("auto", { downloadFailure: offline }), ConfigurationError);
    assert.throws(() => sourceOf("stand-in", { installed: true }), /none among the lab's tools/);
  });

  it("never goes against the setting, and downloads nothing that is there or was tried", () => {
    const availability = fc.record({
      name: fc.constant("tls"),
      version: fc.constant("5.5.1"),
      installed: fc.boolean(),
      standIn: fc.boolean(),
      downloadFailure: fc.option(fc.constant(offline), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...pluginSettings), availability, (setting, given) => {
        const source = attempt(() => sourceOf(setting, given));
        if (source === "installed") return given.installed && setting !== "stand-in";
        if (source === "stand-in") return given.standIn && setting !== "official";
        if (source === "download")
          return !given.installed && given.downloadFailure === undefined && setting !== "stand-in";
        const official = given.installed || given.downloadFailure === undefined;
        return !(official && setting !== "stand-in") && !(given.standIn && setting !== "official");
      }),
    );
  });
});

describe("the setting ISTHMUS_LAB_PLUGINS", () => {
  it("is auto unless it says otherwise", () => {
    assert.equal(pluginSetting({}), "auto");
    assert.equal(pluginSetting({ ISTHMUS_LAB_PLUGINS: "" }), "auto");
    for (const setting of pluginSettings) assert.equal(pluginSetting({ ISTHMUS_LAB_PLUGINS: setting }), setting);
  });

  it("is refused with the words that it knows", () => {
    assert.throws(() => pluginSetting({ ISTHMUS_LAB_PLUGINS: "Official" }), {
      name: "ConfigurationError",
      message:
        'ISTHMUS_LAB_PLUGINS: expected one of auto, official, stand-in, found "Official". Unset it, or set it to one of these.',
    });
  });
});

describe("the plugins and the language host", () => {
  it("are asked for in the versions of package.json", () => {
    for (const { name, version } of providerPlugins)
      assert.match(
        ({ ...dependencies, ...devDependencies } as Record<string, string>)[`@pulumi/${name}`] ?? "",
        new RegExp(`^\\^?${version}$`),
      );
  });

  it("are run with the options of Pulumi.yaml", () => {
    const project = parse(readFileSync(join(__dirname, "../../../Pulumi.yaml"), "utf8")) as {
      runtime: { options: { typescript: boolean; nodeargs: string } };
    };
    const { typescript, nodeargs } = project.runtime.options;
    assert.deepEqual(languageHostArguments, [`-typescript=${String(typescript)}`, `-nodeargs=${nodeargs}`]);
  });

  it("get the options as one argument each, whatever its path", () => {
    assert.equal(
      languageHostScript("/it's here/host", languageHostArguments),
      `#!/bin/sh\nexec '/it'\\''s here/host' '-typescript=false' '-nodeargs=--require tsx/cjs' "$@"\n`,
    );
  });
});

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return undefined;
  }
}
