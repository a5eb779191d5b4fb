"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");

// As the command line does: a checkout runs its sources, the package what was built. Pulumi has registered a compiler of
// its own for TypeScript, which is from 2020 where the program has none; tsx takes its place.
const sources = join(__dirname, "pack.ts");
if (existsSync(sources)) require("tsx/cjs");
require(existsSync(sources) ? sources : "../dist/policy/pack.js");
