#!/usr/bin/env node
"use strict";
const whyNot = require("./where-it-runs").whyNotHere(process.platform, process.versions.node);
if (whyNot === undefined) run();
else {
  process.stderr.write(whyNot + "\n");
  process.exitCode = 2;
}

function run() {
  const { existsSync } = require("fs");
  const { join } = require("path");
  // A checkout runs its sources, so that a build that has grown old is never what runs; the package has the build alone.
  const sources = join(__dirname, "..", "cli", "main.ts");
  if (existsSync(sources)) require("tsx/cjs");
  const { main } = require(existsSync(sources) ? sources : "../dist/cli/main.js");
  void main(process.argv).then((code) => {
    process.exitCode = code;
  });
}
